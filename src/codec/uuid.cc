#include "sluice/codec/uuid.h"

#include "sluice/codec/hex.h"

namespace sluice::codec {
namespace {

constexpr bool is_hyphen_place(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}
constexpr std::size_t kHyphenatedSize = 36;
constexpr std::size_t kPlainSize = 32;

}  // namespace

bool uuid_to_text(std::string_view binary, std::string& out) {
  if (binary.size() != kUuidBytes) return false;
  const std::size_t start = out.size();
  for (std::size_t i = 0; i < kUuidBytes; ++i) {
    if (is_hyphen_place(out.size() - start)) out += '-';
    append_hex(binary.substr(i, 1), out);
  }
  return true;
}

Problem uuid_from_text(std::string_view text, std::string& out) {
  if (text.starts_with('{') && text.ends_with('}') && text.size() >= 2) {
    text = text.substr(1, text.size() - 2);
  }
  const bool hyphens = text.size() == kHyphenatedSize;
  if (!hyphens && text.size() != kPlainSize) return Problem::not_a_uuid;
  char bytes[kUuidBytes] = {};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (hyphens && is_hyphen_place(i)) {
      if (text[i] != '-') return Problem::not_a_uuid;
      continue;
    }
    const int value = hex_digit_value(text[i]);
    if (value < 0) return Problem::not_a_uuid;
    bytes[digits / 2] = static_cast<char>(bytes[digits / 2] * 16 + value);
    ++digits;
  }
  out.append(bytes, kUuidBytes);
  return Problem::none;
}

}  // namespace sluice::codec
