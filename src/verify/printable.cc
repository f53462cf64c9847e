#include "verify/printable.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/utf8.h"

namespace sluice::verify {
namespace {

/// Bytes of the character that a lead byte announces; 1 for bytes that lead nothing.
std::size_t announced_bytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte >= 0xf0) return 4;
  if (byte >= 0xe0) return 3;
  if (byte >= 0xc0) return 2;
  return 1;
}

/// Characters that change how the rest of a line is shown: separators and directional overrides.
bool moves_text(std::string_view character) {
  if (character.size() != 3 || character[0] != '\xe2' || character[1] != '\x80') return false;
  const auto last = static_cast<unsigned char>(character[2]);
  return last >= 0xa8 && last <= 0xae;
}

void append_bytes(std::string_view bytes, std::string& out) {
  for (const char byte : bytes) {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  }
}

void append_ascii(char c, std::string& out) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\\') {
    out += "\\\\";
  } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
    append_bytes({&c, 1}, out);
  } else {
    out += c;
  }
}

std::string escape(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const std::size_t size = std::min(announced_bytes(bytes[0]), bytes.size());
    const std::string_view character = bytes.substr(0, size);
    if (size > 1 && codec::is_utf8(character) && static_cast<unsigned char>(character[1]) != 0) {
      if (moves_text(character)) {
        append_bytes(character, out);
      } else {
        out += character;
      }
      bytes.remove_prefix(size);
    } else {
      append_ascii(bytes[0], out);
      bytes.remove_prefix(1);
    }
  }
  return out;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

/// The nearest start of a character at or before `at`; at most three bytes back.
std::size_t character_start(std::string_view bytes, std::size_t at) {
  for (int back = 0; back < 3 && at > 0 && at < bytes.size(); ++back) {
    if (!continues_character(bytes[at])) break;
    --at;
  }
  return at;
}

/// How much is shown before the first difference, so that people can find the place.
constexpr std::size_t kBefore = 40;

std::string window(std::string_view bytes, std::size_t from) {
  if (from == 0) return printable(bytes);
  return "..." + printable(bytes.substr(std::min(character_start(bytes, from), bytes.size())));
}

}  // namespace

std::string printable(std::string_view bytes, std::size_t max_bytes) {
  if (bytes.size() <= max_bytes) return escape(bytes);
  const std::size_t end = character_start(bytes, max_bytes);
  return fmt::format("{}... ({} bytes)", escape(bytes.substr(0, end)), bytes.size());
}

std::pair<std::string, std::string> printable_pair(std::string_view a, std::string_view b) {
  if (std::max(a.size(), b.size()) <= kShownBytes) return {printable(a), printable(b)};
  const auto mismatch = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto first = static_cast<std::size_t>(mismatch.first - a.begin());
  const std::size_t from = first > kBefore ? first - kBefore : 0;
  return {window(a, from), window(b, from)};
}

}  // namespace sluice::verify
