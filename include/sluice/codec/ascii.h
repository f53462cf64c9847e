#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace sluice::codec {

/// Letters and digits of ASCII, whatever the locale.

[[nodiscard]] constexpr bool is_ascii_digit(char c) noexcept { return c >= '0' && c <= '9'; }

[[nodiscard]] constexpr char ascii_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// A to Z only: what else is an upper case letter is for those to say who know the language.
[[nodiscard]] inline std::string ascii_lower(std::string text) {
  for (char& c : text) c = ascii_lower(c);
  return text;
}

/// REQUIRES: `lower` is in lower case.
[[nodiscard]] inline bool equals_ignoring_case(std::string_view text,
                                               std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return ascii_lower(a) == b; });
}

}  // namespace sluice::codec
