#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace sluice::codec {

/// The tokens of JSON, found by hand: what simdjson does not tell (places, number texts) and what
/// is too small for it to be worth its set-up (one field of a row).

[[nodiscard]] inline const char* skip_json_space(const char* at, const char* end) noexcept {
  while (at != end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
  return at;
}

/// Marks, in its highest bit, each byte of a word that ends a run of plain characters in a string:
/// a quotation mark, a backslash, a control character.
[[nodiscard]] inline std::uint64_t json_string_stops(std::uint64_t word) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = 0x8080808080808080U;
  const std::uint64_t quote = word ^ (kOnes * '"');
  const std::uint64_t backslash = word ^ (kOnes * '\\');
  // (x - 1) & ~x has its high bit set where a byte is 0; a borrow can mark a byte above a true one
  // falsely, so only the lowest mark counts, and that is the one that is used.
  return (((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash) |
          ((word - kOnes * 0x20) & ~word)) &
         kHigh;
}

/// The first byte that is not plain (see above), or `end`.
[[nodiscard]] const char* find_json_string_stop(const char* at, const char* end) noexcept;

/// Behind the number that starts at `at`; nullptr where none does.
[[nodiscard]] const char* skip_json_number(const char* at, const char* end) noexcept;

/// Behind true, false or null; nullptr where none of them starts at `at`.
[[nodiscard]] const char* skip_json_word(const char* at, const char* end) noexcept;

/// Four hex digits; -1 where they are not there.
[[nodiscard]] int json_hex4(const char* at, const char* end) noexcept;

[[nodiscard]] inline bool is_high_surrogate(int unit) noexcept {
  return unit >= 0xd800 && unit <= 0xdbff;
}
[[nodiscard]] inline bool is_low_surrogate(int unit) noexcept {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/// Where a text stops being JSON, and what is wrong there.
struct JsonFault {
  std::size_t offset = 0;
  const char* message = "";
};

struct JsonRules {
  int max_depth = 0;
  /// Refuse \u escapes that name half a character. PostgreSQL's json type (not jsonb) takes them.
  bool whole_characters = true;
};

/// Nothing where the text is one JSON value by RFC 8259. Does not look at UTF-8.
[[nodiscard]] std::optional<JsonFault> find_json_fault(std::string_view text,
                                                       const JsonRules& rules);

}  // namespace sluice::codec
