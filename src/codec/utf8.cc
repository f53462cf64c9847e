#include "sluice/codec/utf8.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include <simdjson.h>

namespace sluice::codec {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighBits = 0x8080808080808080U;
/// Up to this size eight bytes at a time are faster than starting the vector code; measured.
constexpr std::size_t kShortText = 96;

std::uint64_t load_word(const char* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, 8);
  return word;
}

/// Not 0 where one of the eight bytes is NUL or beyond ASCII.
std::uint64_t not_plain(std::uint64_t word) {
  return (word | ((word - kOnes) & ~word)) & kHighBits;
}

/// True where every byte is ASCII and none is NUL. REQUIRES: at least eight bytes.
bool is_plain_ascii(std::string_view text) {
  std::uint64_t found = not_plain(load_word(text.data() + text.size() - 8));
  for (std::size_t i = 0; i + 8 < text.size(); i += 8)
    found |= not_plain(load_word(text.data() + i));
  return found == 0;
}

bool is_plain_ascii_of_few(std::string_view text) {
  for (const char c : text) {
    if (static_cast<signed char>(c) <= 0) return false;
  }
  return true;
}

}  // namespace

bool is_utf8(std::string_view bytes) noexcept {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

std::size_t first_invalid_utf8(std::string_view bytes) noexcept {
  constexpr std::size_t kLongestCharacter = 4;
  std::size_t at = 0;
  while (at < bytes.size()) {
    std::size_t size = 1;
    while (size <= kLongestCharacter && !is_utf8(bytes.substr(at, size))) ++size;
    if (size > kLongestCharacter) return at;
    at += size;
  }
  return at;
}

Problem check_text(std::string_view bytes) noexcept {
  if (bytes.size() < 8) {
    if (is_plain_ascii_of_few(bytes)) return Problem::none;
  } else if (bytes.size() <= kShortText && is_plain_ascii(bytes)) {
    return Problem::none;
  }
  if (std::memchr(bytes.data(), 0, bytes.size()) != nullptr) return Problem::nul_byte;
  return is_utf8(bytes) ? Problem::none : Problem::invalid_utf8;
}

std::size_t count_chars(std::string_view text) noexcept {
  // A character is every byte but the continuation bytes 10xxxxxx; eight of them are looked at in
  // one word.
  std::size_t continuations = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    const std::uint64_t word = load_word(text.data() + i);
    continuations += static_cast<std::size_t>(std::popcount(word & ~(word << 1) & kHighBits));
  }
  for (; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0U) == 0x80U) ++continuations;
  }
  return text.size() - continuations;
}

bool is_longer_than(std::string_view text, std::size_t limit) noexcept {
  if (text.size() <= limit) return false;
  if (text.size() / 4 > limit) return true;
  return count_chars(text) > limit;
}

}  // namespace sluice::codec
