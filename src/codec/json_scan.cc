#include "json_scan.h"

#include <bit>

#include "sluice/codec/ascii.h"
#include "sluice/codec/hex.h"

namespace sluice::codec {
namespace {

const char* skip_digits(const char* at, const char* end) {
  while (at != end && is_ascii_digit(*at)) ++at;
  return at;
}

/// Walks one value. Every function leaves at_ behind what it has read, or at the fault and returns
/// false.
class Walker {
 public:
  Walker(std::string_view text, const JsonRules& rules)
      : start_(text.data()), at_(text.data()), end_(text.data() + text.size()), rules_(rules) {}

  [[nodiscard]] bool document() {
    space();
    if (!value(0)) return false;
    space();
    return at_ == end_ || fail("text after the end of the document");
  }
  [[nodiscard]] JsonFault fault() const {
    return {static_cast<std::size_t>(at_ - start_), message_};
  }

 private:
  bool step(int bytes) {
    at_ += bytes;
    return true;
  }
  void space() { at_ = skip_json_space(at_, end_); }
  bool fail(const char* message) {
    message_ = message;
    return false;
  }
  [[nodiscard]] bool is_at(char c) const { return at_ != end_ && *at_ == c; }

  bool value(int depth) {
    if (at_ == end_) return fail("a value is missing at the end of the text");
    if (*at_ == '"') return string();
    if (*at_ == '{' || *at_ == '[') {
      if (depth >= rules_.max_depth) return fail("nested too deeply");
      return *at_ == '{' ? object(depth + 1) : array(depth + 1);
    }
    const bool number = *at_ == '-' || is_ascii_digit(*at_);
    const char* const behind = number ? skip_json_number(at_, end_) : skip_json_word(at_, end_);
    if (behind == nullptr) return fail(number ? "not a JSON number" : "a value is missing");
    at_ = behind;
    return true;
  }

  bool object(int depth) {
    ++at_;
    space();
    if (is_at('}')) return step(1);
    while (true) {
      if (!is_at('"')) return fail("a key in quotation marks is missing");
      if (!string()) return false;
      space();
      if (!is_at(':')) return fail("a colon is missing after the key");
      ++at_;
      space();
      if (!value(depth)) return false;
      space();
      if (is_at('}')) return step(1);
      if (!is_at(',')) return fail("a comma or } is missing");
      ++at_;
      space();
    }
  }

  bool array(int depth) {
    ++at_;
    space();
    if (is_at(']')) return step(1);
    while (true) {
      if (!value(depth)) return false;
      space();
      if (is_at(']')) return step(1);
      if (!is_at(',')) return fail("a comma or ] is missing");
      ++at_;
      space();
    }
  }

  bool string() {
    ++at_;
    while (true) {
      at_ = find_json_string_stop(at_, end_);
      if (at_ == end_) return fail("a string is not closed");
      if (*at_ == '"') return step(1);
      if (*at_ != '\\') return fail("a control character in a string must be written as an escape");
      if (!escape()) return false;
    }
  }

  bool escape() {
    if (end_ - at_ < 2) return fail("an escape is cut off");
    constexpr std::string_view kShort = "\"\\/bfnrt";
    if (kShort.find(at_[1]) != std::string_view::npos) return step(2);
    if (at_[1] != 'u') return fail("an unknown escape in a string");
    const int unit = json_hex4(at_ + 2, end_);
    if (unit < 0) return fail("\\u needs four hex digits");
    if (!rules_.whole_characters) return step(6);
    if (is_low_surrogate(unit)) return fail("\\u names the second half of a character");
    if (!is_high_surrogate(unit)) return step(6);
    const bool second = end_ - at_ >= 12 && at_[6] == '\\' && at_[7] == 'u' &&
                        is_low_surrogate(json_hex4(at_ + 8, end_));
    if (!second) return fail("\\u names the first half of a character without the second");
    return step(12);
  }

  const char* start_;
  const char* at_;
  const char* end_;
  JsonRules rules_;
  const char* message_ = "";
};

}  // namespace

const char* find_json_string_stop(const char* at, const char* end) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    for (; end - at >= 8; at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, 8);
      const std::uint64_t stops = json_string_stops(word);
      if (stops != 0) return at + std::countr_zero(stops) / 8;
    }
  }
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
}

const char* skip_json_number(const char* at, const char* end) noexcept {
  if (at != end && *at == '-') ++at;
  if (at == end || !is_ascii_digit(*at)) return nullptr;
  at = *at == '0' ? at + 1 : skip_digits(at, end);
  if (at != end && *at == '.') {
    const char* const behind = skip_digits(at + 1, end);
    if (behind == at + 1) return nullptr;
    at = behind;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    const char* const behind = skip_digits(at, end);
    if (behind == at) return nullptr;
    at = behind;
  }
  return at;
}

const char* skip_json_word(const char* at, const char* end) noexcept {
  const auto left = static_cast<std::size_t>(end - at);
  if (left >= 4 && (std::memcmp(at, "true", 4) == 0 || std::memcmp(at, "null", 4) == 0))
    return at + 4;
  return left >= 5 && std::memcmp(at, "false", 5) == 0 ? at + 5 : nullptr;
}

int json_hex4(const char* at, const char* end) noexcept {
  if (end - at < 4) return -1;
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit_value(at[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

std::optional<JsonFault> find_json_fault(std::string_view text, const JsonRules& rules) {
  Walker walker(text, rules);
  if (walker.document()) return std::nullopt;
  return walker.fault();
}

}  // namespace sluice::codec
