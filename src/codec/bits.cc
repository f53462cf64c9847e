#include "sluice/codec/bits.h"

#include <limits>

namespace sluice::codec {
namespace {

constexpr std::size_t kCountBytes = 4;

std::size_t bytes_for(std::size_t bits) { return (bits + 7) / 8; }

/// The bits behind the count; false where the bytes are not a bit string with clean padding.
bool split(std::string_view binary, std::size_t& bits, std::string_view& bytes) {
  if (binary.size() < kCountBytes) return false;
  const auto count = static_cast<std::int32_t>(load_big_endian<std::uint32_t>(binary.data()));
  if (count < 0) return false;
  bits = static_cast<std::size_t>(count);
  bytes = binary.substr(kCountBytes);
  if (bytes.size() != bytes_for(bits)) return false;
  const std::size_t padding = bytes.size() * 8 - bits;
  return padding == 0 || (static_cast<unsigned char>(bytes.back()) & ((1U << padding) - 1)) == 0;
}

/// Writes `from` shifted by less than a byte to the left, towards the first bit.
void shift_left(std::string_view from, unsigned shift, char* to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const unsigned here = static_cast<unsigned char>(from[i]);
    const unsigned next = i + 1 < from.size() ? static_cast<unsigned char>(from[i + 1]) : 0U;
    to[i] = static_cast<char>((((here << 8) | next) << shift) >> 8 & 0xffU);
  }
}

void encode_mysql_bits(std::string_view bytes, int bits, char* to) {
  store_big_endian(to, static_cast<std::uint32_t>(bits));
  const auto padding = static_cast<unsigned>(bytes.size() * 8 - static_cast<std::size_t>(bits));
  shift_left(bytes, padding, to + kCountBytes);
}

}  // namespace

bool bits_to_text(std::string_view binary, std::string& out) {
  std::size_t bits = 0;
  std::string_view bytes;
  if (!split(binary, bits, bytes)) return false;
  for (std::size_t i = 0; i < bits; ++i) {
    const unsigned byte = static_cast<unsigned char>(bytes[i / 8]);
    out += (byte >> (7 - i % 8) & 1U) != 0 ? '1' : '0';
  }
  return true;
}

Problem bits_from_text(std::string_view text, std::string& out) {
  if (text.find_first_not_of("01") != std::string_view::npos) return Problem::not_a_bit_string;
  if (text.size() > std::numeric_limits<std::int32_t>::max()) return Problem::too_long;
  const std::size_t start = out.size();
  out.resize(start + kCountBytes + bytes_for(text.size()));
  store_big_endian(out.data() + start, static_cast<std::uint32_t>(text.size()));
  char* const bytes = out.data() + start + kCountBytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned bit = text[i] == '1' ? 0x80U >> (i % 8) : 0U;
    bytes[i / 8] = static_cast<char>(static_cast<unsigned char>(bytes[i / 8]) | bit);
  }
  return Problem::none;
}

bool is_mysql_bits(std::string_view bytes, int bits) noexcept {
  if (bits < 1 || bytes.size() != bytes_for(static_cast<std::size_t>(bits))) return false;
  const auto used = static_cast<unsigned>((bits - 1) % 8 + 1);
  return static_cast<unsigned char>(bytes[0]) >> used == 0;
}

Problem put_mysql_bits(RowBuffer& rows, std::string_view bytes, int bits) {
  if (!is_mysql_bits(bytes, bits)) return Problem::not_a_bit_string;
  encode_mysql_bits(bytes, bits, rows.begin_field(kCountBytes + bytes.size()));
  rows.end_field(kCountBytes + bytes.size());
  return Problem::none;
}

}  // namespace sluice::codec
