#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Text as a row of Unicode characters.
namespace sluice::codec {

/// Characters from `first` to `last`, both included.
struct CharacterSpan {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
bool is_in(const std::array<CharacterSpan, N>& spans, char32_t character) noexcept {
  return std::ranges::any_of(spans, [character](const CharacterSpan& span) {
    return character >= span.first && character <= span.last;
  });
}

/// Takes the first character off. A byte that begins none counts as a character of its own.
/// REQUIRES: text that is not empty.
inline char32_t take_character(std::string_view& text) noexcept {
  const auto first = static_cast<std::uint8_t>(text.front());
  const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t character = length == 1 ? first : first & (0x7fU >> length);
  const std::size_t size = std::min(length, text.size());
  for (std::size_t i = 1; i < size; ++i) {
    character = character << 6U | (static_cast<std::uint8_t>(text[i]) & 0x3fU);
  }
  text.remove_prefix(size);
  return character;
}

}  // namespace sluice::codec
