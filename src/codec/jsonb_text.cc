#include "sluice/codec/jsonb_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "sluice/codec/numeric.h"
#include "sluice/codec/row_form.h"
#include "sluice/codec/utf8.h"

#include "json_scan.h"

namespace sluice::codec {
namespace {

/// PostgreSQL's JENTRY_OFFLENMASK: the longest string in a jsonb.
constexpr std::size_t kMaxStringBytes = 0x0fffffff;
/// Strings are copied eight bytes at a time, so a copy may write that far behind its end.
constexpr std::size_t kSlack = 8;
/// A buffer that one huge value has made larger than this is given back by the next small one.
constexpr std::size_t kKeptBytes = std::size_t{4} << 20;

/// One member of an object that is being written: where its key and its whole text stand.
struct Member {
  std::size_t key_at = 0;
  std::size_t key_size = 0;
  bool key_aside = false;  ///< the key is in keys_, since its text holds escapes
  std::size_t text_at = 0;
  std::size_t text_end = 0;
};

/// Separators gain a blank behind them; nothing else grows but numbers with an exponent, which ask
/// for room themselves.
std::size_t output_bound(std::string_view json) {
  constexpr std::size_t kSmall = 4096;
  if (json.size() <= kSmall) return 2 * json.size() + kSlack;
  const auto separators =
      std::count_if(json.begin(), json.end(), [](char c) { return c == ',' || c == ':'; });
  return json.size() + static_cast<std::size_t>(separators) + kSlack;
}

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

bool is_negative_zero(std::string_view plain_number) {
  return plain_number.size() > 1 && plain_number[0] == '-' && plain_number[1] == '0' &&
         plain_number.find_first_of("123456789") == std::string_view::npos;
}

}  // namespace

/// Writes the normal form while it reads: members of an object in the order of the text first, and,
/// once the object is complete, put in order where they are not. Most documents come from servers
/// or programs that order them.
class JsonbNormalizer::Writer {
 public:
  [[nodiscard]] Problem run(std::string_view json) {
    prepare(json);
    space();
    if (!value(0)) return problem_;
    space();
    if (at_ != end_) return Problem::invalid_json;
    if (position() > kMaxFieldBytes) return Problem::too_long;
    return duplicate_ ? Problem::duplicate_json_key : Problem::none;
  }
  [[nodiscard]] std::string_view text() const { return {out_.data(), position()}; }

 private:
  void prepare(std::string_view json);
  void make_room(std::size_t more);

  void space() { at_ = skip_json_space(at_, end_); }
  [[nodiscard]] bool is_at(char c) const { return at_ != end_ && *at_ == c; }
  [[nodiscard]] std::size_t position() const { return static_cast<std::size_t>(to_ - out_.data()); }
  bool fail(Problem problem) {
    problem_ = problem;
    return false;
  }
  void put(char c) { *to_++ = c; }
  void put(std::string_view text) {
    std::memcpy(to_, text.data(), text.size());
    to_ += text.size();
  }

  bool value(int depth);
  bool container(int depth);
  bool array(int depth);
  bool object(int depth);
  bool member(int depth);
  void take_key(Member& member);
  bool word();
  bool number();
  bool number_by_numeric(std::string_view token);
  bool string();
  bool copy_plain_characters();
  bool escape();
  bool unicode_escape();
  void put_character(int code);

  [[nodiscard]] std::string_view key_of(const Member& member) const {
    return {(member.key_aside ? keys_.data() : out_.data()) + member.key_at, member.key_size};
  }
  [[nodiscard]] bool comes_before(const Member& a, const Member& b) const {
    if (a.key_size != b.key_size) return a.key_size < b.key_size;
    return std::memcmp(key_of(a).data(), key_of(b).data(), a.key_size) < 0;
  }
  [[nodiscard]] bool is_ordered(std::size_t first) const;
  void put_in_order(std::size_t first, std::size_t object_at);

  std::vector<char> out_;  ///< used as raw room: its size is what may be written
  char* to_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::vector<Member> members_;  ///< of all open objects, the innermost last
  std::string keys_;
  std::vector<char> ordered_;
  std::string numeric_;
  std::string number_text_;
  bool string_has_escapes_ = false;  ///< in the text last written by string()
  bool duplicate_ = false;
  Problem problem_ = Problem::none;
};

void JsonbNormalizer::Writer::prepare(std::string_view json) {
  const std::size_t needed = output_bound(json);
  if (out_.size() > kKeptBytes && needed <= kKeptBytes) std::vector<char>().swap(out_);
  if (out_.size() < needed) out_.resize(needed);
  to_ = out_.data();
  at_ = json.data();
  end_ = json.data() + json.size();
  members_.clear();
  keys_.clear();
  duplicate_ = false;
  problem_ = Problem::invalid_json;  // what every failure is that does not say otherwise
}

void JsonbNormalizer::Writer::make_room(std::size_t more) {
  const std::size_t at = position();
  out_.resize(out_.size() + more);
  to_ = out_.data() + at;
}

// NOLINTNEXTLINE(misc-no-recursion): the depth is limited
bool JsonbNormalizer::Writer::value(int depth) {
  if (at_ == end_) return false;
  switch (*at_) {
    case '"':
      return string();
    case '{':
    case '[':
      return container(depth);
    case 't':
    case 'f':
    case 'n':
      return word();
    default:
      return number();
  }
}

// NOLINTNEXTLINE(misc-no-recursion): the depth is limited
bool JsonbNormalizer::Writer::container(int depth) {
  if (depth >= kJsonbMaxDepth) return false;
  return *at_ == '{' ? object(depth + 1) : array(depth + 1);
}

// NOLINTNEXTLINE(misc-no-recursion): the depth is limited
bool JsonbNormalizer::Writer::array(int depth) {
  ++at_;
  put('[');
  space();
  if (is_at(']')) {
    ++at_;
    put(']');
    return true;
  }
  while (true) {
    space();
    if (!value(depth)) return false;
    space();
    if (is_at(']')) break;
    if (!is_at(',')) return false;
    ++at_;
    put(", ");
  }
  ++at_;
  put(']');
  return true;
}

// NOLINTNEXTLINE(misc-no-recursion): the depth is limited
bool JsonbNormalizer::Writer::object(int depth) {
  const std::size_t first = members_.size();
  const std::size_t first_key = keys_.size();
  const std::size_t object_at = position();
  ++at_;
  put('{');
  space();
  while (!is_at('}')) {
    if (members_.size() > first) {
      if (!is_at(',')) return false;
      ++at_;
      put(", ");
      space();
    }
    if (!member(depth)) return false;
    space();
  }
  ++at_;
  if (!is_ordered(first)) put_in_order(first, object_at);
  put('}');
  members_.resize(first);
  keys_.resize(first_key);
  return true;
}

// NOLINTNEXTLINE(misc-no-recursion): the depth is limited
bool JsonbNormalizer::Writer::member(int depth) {
  Member member;
  member.text_at = position();
  if (!is_at('"') || !string()) return false;
  take_key(member);
  space();
  if (!is_at(':')) return false;
  ++at_;
  put(": ");
  space();
  if (!value(depth)) return false;
  member.text_end = position();
  members_.push_back(member);
  return true;
}

/// Notes the key that string() has just written. Keys are ordered as characters, not as escapes.
void JsonbNormalizer::Writer::take_key(Member& member) {
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

bool JsonbNormalizer::Writer::is_ordered(std::size_t first) const {
  for (std::size_t i = first + 1; i < members_.size(); ++i) {
    if (!comes_before(members_[i - 1], members_[i])) return false;
  }
  return true;
}

void JsonbNormalizer::Writer::put_in_order(std::size_t first, std::size_t object_at) {
  const auto begin = members_.begin() + static_cast<std::ptrdiff_t>(first);
  // Equal keys stay in the order of the text (std::stable_sort would allocate): the last one wins.
  std::sort(begin, members_.end(), [this](const Member& a, const Member& b) {
    if (comes_before(a, b)) return true;
    return !comes_before(b, a) && a.text_at < b.text_at;
  });
  ordered_.clear();
  for (auto it = begin; it != members_.end(); ++it) {
    if (it + 1 != members_.end() && !comes_before(*it, *(it + 1))) {
      duplicate_ = true;
      continue;
    }
    if (!ordered_.empty()) ordered_.insert(ordered_.end(), {',', ' '});
    ordered_.insert(ordered_.end(), out_.data() + it->text_at, out_.data() + it->text_end);
  }
  to_ = out_.data() + object_at + 1;
  put({ordered_.data(), ordered_.size()});
}

bool JsonbNormalizer::Writer::word() {
  const char* const behind = skip_json_word(at_, end_);
  if (behind == nullptr) return false;
  while (at_ != behind) put(*at_++);
  return true;
}

bool JsonbNormalizer::Writer::number() {
  const char* const behind = skip_json_number(at_, end_);
  if (behind == nullptr) return false;
  const std::string_view token(at_, static_cast<std::size_t>(behind - at_));
  // Only numbers of this length can be beyond numeric's limits, and only they need to be counted.
  if (token.size() > static_cast<std::size_t>(kNumericMaxScale)) return number_by_numeric(token);
  if (is_negative_zero(token)) ++at_;
  char* const start = to_;
  for (; at_ != behind; ++at_) {
    if ((*at_ | 0x20) == 'e') {
      to_ = start;
      return number_by_numeric(token);
    }
    put(*at_);
  }
  return true;
}

bool JsonbNormalizer::Writer::number_by_numeric(std::string_view token) {
  at_ = token.data() + token.size();
  numeric_.clear();
  number_text_.clear();
  const Problem problem = numeric_from_text(token, numeric_);
  if (problem != Problem::none) return fail(problem);
  if (!numeric_to_text(numeric_, number_text_)) return false;
  if (number_text_.size() > token.size()) make_room(number_text_.size() - token.size());
  put(number_text_);
  return true;
}

bool JsonbNormalizer::Writer::string() {
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
bool JsonbNormalizer::Writer::copy_plain_characters() {
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

bool JsonbNormalizer::Writer::escape() {
  if (end_ - at_ < 2) return false;
  if (at_[1] == 'u') return unicode_escape();
  const int code = escaped_character(at_[1]);
  if (code < 0) return false;
  at_ += 2;
  put_character(code);
  return true;
}

bool JsonbNormalizer::Writer::unicode_escape() {
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

void JsonbNormalizer::Writer::put_character(int code) {
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

JsonbNormalizer::JsonbNormalizer() : writer_(std::make_unique<Writer>()) {}
JsonbNormalizer::JsonbNormalizer(JsonbNormalizer&&) noexcept = default;
JsonbNormalizer& JsonbNormalizer::operator=(JsonbNormalizer&&) noexcept = default;
JsonbNormalizer::~JsonbNormalizer() = default;

Problem JsonbNormalizer::normalize(std::string_view json) {
  text_ = {};
  const Problem text_problem = check_text(json);
  if (text_problem != Problem::none) return text_problem;
  const Problem problem = writer_->run(json);
  if (problem == Problem::none || problem == Problem::duplicate_json_key) text_ = writer_->text();
  return problem;
}

Problem check_json(std::string_view json) {
  const Problem text_problem = check_text(json);
  if (text_problem != Problem::none) return text_problem;
  const JsonRules rules{kJsonbMaxDepth, false};
  return find_json_fault(json, rules) ? Problem::invalid_json : Problem::none;
}

}  // namespace sluice::codec
