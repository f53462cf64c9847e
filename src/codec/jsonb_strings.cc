// Strings and keys of jsonb's normal form.

#include <bit>
#include <cstdint>

#include "jsonb_writer.h"

namespace sluice::codec {
namespace {

/// PostgreSQL's JENTRY_OFFLENMASK: the longest string in a jsonb.
constexpr std::size_t kMaxStringBytes = 0x0fffffff;

char* put_utf8(int code, char* to) {
  const auto byte = [](int value) { return static_cast<char>(value); };
  if (code < 0x80) {
    *to++ = byte(code);
  } else if (code < 0x800) {
    *to++ = byte(0xc0 | code >> 6);
    *to++ = byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *to++ = byte(0xe0 | code >> 12);
    *to++ = byte(0x80 | (code >> 6 & 0x3f));
    *to++ = byte(0x80 | (code & 0x3f));
  } else {
    *to++ = byte(0xf0 | code >> 18);
    *to++ = byte(0x80 | (code >> 12 & 0x3f));
    *to++ = byte(0x80 | (code >> 6 & 0x3f));
    *to++ = byte(0x80 | (code & 0x3f));
  }
  return to;
}

/// The letter of the short escape of a character; 0 where there is none.
char short_escape(int code) {
  switch (code) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

/// The character that a short escape names; -1 for letters that are none.
int escaped_character(char letter) {
  switch (letter) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '/':
      return '/';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return -1;
  }
}

}  // namespace

bool JsonbWriter::string() {
  const std::size_t start = position();
  string_has_escapes_ = false;
  ++at_;
  put('"');
  while (true) {
    if (!copy_plain_characters()) return false;
    if (*at_ == '"') break;
    if (*at_ != '\\' || !escape()) return false;
  }
  ++at_;
  put('"');
  return position() - start <= kMaxStringBytes || fail(Problem::too_long);
}

/// Copies up to the next byte that is not plain; false at the end of the text.
bool JsonbWriter::copy_plain_characters() {
  if constexpr (std::endian::native == std::endian::little) {
    // Local copies: a byte written could be part of the members, as far as the compiler knows.
    const char* at = at_;
    char* to = to_;
    std::uint64_t stops = 0;
    while (stops == 0 && end_ - at >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, 8);
      std::memcpy(to, &word, 8);
      stops = json_string_stops(word);
      const int plain = stops == 0 ? 8 : std::countr_zero(stops) / 8;
      at += plain;
      to += plain;
    }
    at_ = at;
    to_ = to;
    if (stops != 0) return true;
  }
  const char* const stop = find_json_string_stop(at_, end_);
  while (at_ != stop) put(*at_++);
  return at_ != end_;
}

bool JsonbWriter::escape() {
  if (end_ - at_ < 2) return false;
  if (at_[1] == 'u') return unicode_escape();
  const int code = escaped_character(at_[1]);
  if (code < 0) return false;
  at_ += 2;
  put_character(code);
  return true;
}

bool JsonbWriter::unicode_escape() {
  int code = json_hex4(at_ + 2, end_);
  if (code < 0 || is_low_surrogate(code)) return false;
  at_ += 6;
  if (is_high_surrogate(code)) {
    if (end_ - at_ < 6 || at_[0] != '\\' || at_[1] != 'u') return false;
    const int low = json_hex4(at_ + 2, end_);
    if (!is_low_surrogate(low)) return false;
    at_ += 6;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  if (code == 0) return fail(Problem::nul_byte);
  put_character(code);
  return true;
}

void JsonbWriter::put_character(int code) {
  const char letter = short_escape(code);
  if (letter == 0 && code >= 0x20) {
    to_ = put_utf8(code, to_);
    return;
  }
  string_has_escapes_ = true;
  put('\\');
  if (letter != 0) {
    put(letter);
    return;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  put("u00");
  put(kDigits[static_cast<std::size_t>(code >> 4)]);
  put(kDigits[static_cast<std::size_t>(code & 15)]);
}

// Keys are ordered as characters, not as escapes.
void JsonbWriter::take_key(Member& member) {
  const std::string_view written(out_.data() + member.text_at + 1, position() - member.text_at - 2);
  member.key_aside = string_has_escapes_;
  member.key_at = member.text_at + 1;
  member.key_size = written.size();
  if (!string_has_escapes_) return;
  member.key_at = keys_.size();
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] != '\\') {
      keys_ += written[i];
      continue;
    }
    ++i;
    if (written[i] == 'u') {
      keys_ +=
          static_cast<char>(json_hex4(written.data() + i + 1, written.data() + written.size()));
      i += 4;
    } else {
      keys_ += static_cast<char>(escaped_character(written[i]));
    }
  }
  member.key_size = keys_.size() - member.key_at;
}

}  // namespace sluice::codec
