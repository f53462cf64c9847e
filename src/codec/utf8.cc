#include "sluice/codec/utf8.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include <simdjson.h>

namespace sluice::codec {

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
  if (bytes.empty()) return Problem::none;
  if (std::memchr(bytes.data(), 0, bytes.size()) != nullptr) return Problem::nul_byte;
  return is_utf8(bytes) ? Problem::none : Problem::invalid_utf8;
}

std::size_t count_chars(std::string_view text) noexcept {
  // A character is every byte but the continuation bytes 10xxxxxx; eight of them are looked at in
  // one word.
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t continuations = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
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
