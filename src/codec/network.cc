#include "sluice/codec/network.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include <arpa/inet.h>

#include "sluice/codec/hex.h"

namespace sluice::codec {
namespace {

// PostgreSQL's PGSQL_AF_INET and PGSQL_AF_INET6: the first is AF_INET of all systems, the second is
// one more.
constexpr char kFamily4 = 2;
constexpr char kFamily6 = 3;
constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kMaxAddressBytes = 16;

struct Address {
  bool v6 = false;
  int bits = 0;
  std::array<unsigned char, kMaxAddressBytes> bytes{};

  [[nodiscard]] std::size_t size() const { return v6 ? 16 : 4; }
  [[nodiscard]] int max_bits() const { return v6 ? 128 : 32; }
  /// True where no bit is set to the right of the mask.
  [[nodiscard]] bool is_network() const {
    for (int bit = bits; bit < max_bits(); ++bit) {
      const unsigned byte = bytes[static_cast<std::size_t>(bit / 8)];
      if ((byte >> (7 - bit % 8) & 1U) != 0) return false;
    }
    return true;
  }
};

bool parse_binary(std::string_view binary, bool cidr, Address& out) {
  if (binary.size() < kHeaderBytes || (binary[0] != kFamily4 && binary[0] != kFamily6))
    return false;
  out.v6 = binary[0] == kFamily6;
  out.bits = static_cast<unsigned char>(binary[1]);
  const bool sizes_agree =
      binary[3] == static_cast<char>(out.size()) && binary.size() == kHeaderBytes + out.size();
  if (!sizes_agree || out.bits > out.max_bits() || binary[2] != (cidr ? 1 : 0)) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out.bytes[i] = static_cast<unsigned char>(binary[kHeaderBytes + i]);
  }
  return !cidr || out.is_network();
}

void append_v4(const unsigned char* bytes, std::string& out) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) out += '.';
    out += std::to_string(bytes[i]);
  }
}

using Words = std::array<unsigned, 8>;

struct Run {
  std::size_t start = 0;
  std::size_t count = 0;
};

/// The first of the longest runs of zero words, if it has two or more.
Run longest_zero_run(const Words& words) {
  Run best;
  Run run;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] != 0) {
      run.count = 0;
      continue;
    }
    if (run.count++ == 0) run.start = i;
    if (run.count > best.count) best = run;
  }
  return best.count >= 2 ? best : Run{};
}

void append_hex_word(unsigned word, std::string& out) {
  std::array<char, 8> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), word, 16);
  out.append(digits.data(), written.ptr);
}

void append_v6(const std::array<unsigned char, 16>& bytes, std::string& out) {
  Words words{};
  for (std::size_t i = 0; i < 8; ++i) words[i] = bytes[2 * i] * 256U + bytes[2 * i + 1];
  const Run zeros = longest_zero_run(words);
  // An IPv4 address at the end, as PostgreSQL (and BIND before it) recognizes one.
  const bool embedded =
      zeros.start == 0 && (zeros.count == 6 || (zeros.count == 5 && words[5] == 0xffff));
  const std::size_t end = embedded ? 6 : 8;
  for (std::size_t i = 0; i < end; ++i) {
    if (zeros.count > 0 && i == zeros.start) {
      out += "::";
      i += zeros.count - 1;
      continue;
    }
    if (i > 0 && out.back() != ':') out += ':';
    append_hex_word(words[i], out);
  }
  if (!embedded) return;
  if (out.back() != ':') out += ':';
  append_v4(bytes.data() + 12, out);
}

bool parse_bits(std::string_view digits, int max_bits, int& out) {
  const bool leading_zero = digits.size() > 1 && digits[0] == '0';
  if (digits.empty() || digits.size() > 3 || leading_zero) return false;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, out);
  return error == std::errc{} && stop == end && out >= 0 && out <= max_bits;
}

bool parse_text(std::string_view text, Address& out) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  // inet_pton would stop at a NUL and take what stands before it.
  if (address.find('\0') != std::string::npos) return false;
  out.v6 = address.find(':') != std::string::npos;
  if (inet_pton(out.v6 ? AF_INET6 : AF_INET, address.c_str(), out.bytes.data()) != 1) return false;
  out.bits = out.max_bits();
  if (slash == std::string_view::npos) return true;
  return parse_bits(text.substr(slash + 1), out.max_bits(), out.bits);
}

}  // namespace

bool inet_to_text(std::string_view binary, bool cidr, std::string& out) {
  Address address;
  if (!parse_binary(binary, cidr, address)) return false;
  std::string text;
  if (address.v6) {
    append_v6(address.bytes, text);
  } else {
    append_v4(address.bytes.data(), text);
  }
  out += text;
  if (!cidr && address.bits == address.max_bits()) return true;
  out += '/';
  out += std::to_string(address.bits);
  return true;
}

Problem inet_from_text(std::string_view text, bool cidr, std::string& out) {
  Address address;
  if (!parse_text(text, address)) return Problem::not_a_network;
  if (cidr && !address.is_network()) return Problem::not_a_network;
  out += address.v6 ? kFamily6 : kFamily4;
  out += static_cast<char>(address.bits);
  out += static_cast<char>(cidr ? 1 : 0);
  out += static_cast<char>(address.size());
  out.append(reinterpret_cast<const char*>(address.bytes.data()), address.size());
  return Problem::none;
}

bool macaddr_to_text(std::string_view binary, std::size_t bytes, std::string& out) {
  if (binary.size() != bytes) return false;
  for (std::size_t i = 0; i < bytes; ++i) {
    if (i > 0) out += ':';
    append_hex(binary.substr(i, 1), out);
  }
  return true;
}

Problem macaddr_from_text(std::string_view text, std::size_t bytes, std::string& out) {
  if (text.size() != bytes * 3 - 1) return Problem::not_a_network;
  std::string binary;
  for (std::size_t i = 0; i < bytes; ++i) {
    if (i > 0 && text[i * 3 - 1] != ':') return Problem::not_a_network;
    if (!append_from_hex(text.substr(i * 3, 2), binary)) return Problem::not_a_network;
  }
  out += binary;
  return Problem::none;
}

}  // namespace sluice::codec
