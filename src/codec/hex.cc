#include "sluice/codec/hex.h"

#include <cstddef>

namespace sluice::codec {
namespace {
constexpr std::string_view kDigits = "0123456789abcdef";
}  // namespace

int hex_digit_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

void append_hex(std::string_view bytes, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + bytes.size() * 2);
  char* to = out.data() + start;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    *to++ = kDigits[value >> 4];
    *to++ = kDigits[value & 15U];
  }
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  append_hex(bytes, out);
  return out;
}

bool append_from_hex(std::string_view digits, std::string& out) {
  if (digits.size() % 2 != 0) return false;
  const std::size_t start = out.size();
  out.resize(start + digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit_value(digits[i]);
    const int low = hex_digit_value(digits[i + 1]);
    if (high < 0 || low < 0) {
      out.resize(start);
      return false;
    }
    out[start + i / 2] = static_cast<char>(high * 16 + low);
  }
  return true;
}

std::optional<std::string> from_hex(std::string_view digits) {
  std::string out;
  if (!append_from_hex(digits, out)) return std::nullopt;
  return out;
}

}  // namespace sluice::codec
