#include "policy/ssh_key.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include <fmt/format.h>

#include "sluice/codec/base64.h"

namespace sluice::policy {
namespace {

/// NIST SP 800-57: what is to hold beyond 2030.
constexpr std::size_t kLeastRsaBits = 3072;
/// OpenSSH reads no larger ones.
constexpr std::size_t kMostRsaBits = 16384;
constexpr std::size_t kEd25519Bytes = 32;

/// Takes the length-prefixed strings of an SSH blob off its front (RFC 4251 section 5).
class Blob {
 public:
  explicit Blob(std::string_view bytes) : rest_(bytes) {}

  /// Nothing is left after a string that is not whole, so that the end is never reached in order.
  [[nodiscard]] std::string_view string() noexcept {
    constexpr std::size_t kLengthBytes = 4;
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes && i < rest_.size(); ++i) {
      length = length << 8U | static_cast<unsigned char>(rest_[i]);
    }
    if (rest_.size() < kLengthBytes || rest_.size() - kLengthBytes < length) {
      is_whole_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(kLengthBytes, length);
    rest_.remove_prefix(kLengthBytes + length);
    return taken;
  }
  [[nodiscard]] bool is_at_end() const noexcept { return is_whole_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_whole_ = true;
};

/// Of a positive number in as few bytes as it needs; 0 of anything else.
std::size_t bits_of(std::string_view number) noexcept {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(number[at]); };
  if (number.empty() || (byte(0) & 0x80U) != 0) return 0;
  if (byte(0) == 0) {
    number.remove_prefix(1);
    if (number.empty() || (byte(0) & 0x80U) == 0) return 0;
  }
  return (number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(byte(0)));
}

/// What follows the type in a blob; false where it is not that. `problem` may say more.
using ReadRest = bool (*)(Blob& blob, std::string& problem);

bool read_ed25519(Blob& blob, std::string& /*problem*/) {
  return blob.string().size() == kEd25519Bytes;
}

bool read_point(Blob& blob, std::string_view curve, std::size_t coordinate_bytes) {
  if (blob.string() != curve) return false;
  const std::string_view point = blob.string();
  // Uncompressed, the only form that OpenSSH writes.
  return point.size() == 1 + 2 * coordinate_bytes && point.front() == '\x04';
}
bool read_nistp256(Blob& blob, std::string& /*problem*/) {
  return read_point(blob, "nistp256", 32);
}
bool read_nistp384(Blob& blob, std::string& /*problem*/) {
  return read_point(blob, "nistp384", 48);
}
bool read_nistp521(Blob& blob, std::string& /*problem*/) {
  return read_point(blob, "nistp521", 66);
}

bool read_rsa(Blob& blob, std::string& problem) {
  const std::string_view exponent = blob.string();
  const std::size_t bits = bits_of(blob.string());
  const bool is_odd = !exponent.empty() && (static_cast<unsigned char>(exponent.back()) & 1U) != 0;
  if (bits_of(exponent) < 2 || !is_odd || bits == 0) return false;
  if (bits < kLeastRsaBits || bits > kMostRsaBits) {
    problem = fmt::format("an RSA key of {} bits is not accepted, only {} to {}", bits,
                          kLeastRsaBits, kMostRsaBits);
  }
  return true;
}

bool read_sk_ed25519(Blob& blob, std::string& problem) {
  return read_ed25519(blob, problem) && !blob.string().empty();
}
bool read_sk_nistp256(Blob& blob, std::string& problem) {
  return read_nistp256(blob, problem) && !blob.string().empty();
}

struct KeyType {
  std::string_view name;
  ReadRest read_rest;
};
constexpr KeyType kTypes[] = {
    {"ssh-ed25519", read_ed25519},
    {"sk-ssh-ed25519@openssh.com", read_sk_ed25519},
    {"sk-ecdsa-sha2-nistp256@openssh.com", read_sk_nistp256},
    {"ecdsa-sha2-nistp256", read_nistp256},
    {"ecdsa-sha2-nistp384", read_nistp384},
    {"ecdsa-sha2-nistp521", read_nistp521},
    {"ssh-rsa", read_rsa},
};

KeyProblem unknown_type(std::string_view type) {
  if (type.find("-cert-") != std::string_view::npos) {
    return {fmt::format("\"{}\" is a certificate", type),
            "name the key itself: who signs is decided here, not by a certification authority"};
  }
  return {fmt::format("\"{}\" is no type of key that is accepted", type),
          "paste the line of an .pub file, made for example by ssh-keygen -t ed25519-sk"};
}

/// The word in front, which is taken off.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

std::variant<Key, KeyProblem> read_public_key(std::string_view line) {
  if (has_control(line)) {
    return KeyProblem{"a key is one line, without tabs and line ends", "paste each key by itself"};
  }
  const std::string_view name = take_word(line);
  const auto* const type = std::ranges::find(kTypes, name, &KeyType::name);
  if (type == std::end(kTypes)) return unknown_type(name);
  const std::string_view text = take_word(line);
  const auto bytes = codec::from_base64(text);
  if (!bytes || bytes->empty()) {
    return KeyProblem{"what follows the type is not base64",
                      "paste the whole line of the .pub file"};
  }
  Blob blob(*bytes);
  const std::string_view inner = blob.string();
  if (inner != name) {
    return KeyProblem{fmt::format("the key says it is \"{}\", and its bytes are no such key", name),
                      "paste the line of the .pub file as it is"};
  }
  std::string problem;
  if (!type->read_rest(blob, problem) || !blob.is_at_end()) {
    return KeyProblem{fmt::format("the bytes are no whole key of type {}", name),
                      "paste the line of the .pub file as it is"};
  }
  if (!problem.empty()) return KeyProblem{problem, "take a key of another type"};
  return Key{std::string(name), std::string(text), {}, {}};
}

bool can_prove(const Key& key, Hardware hardware) noexcept {
  return hardware == Hardware::any_key || key.type.starts_with("sk-");
}

}  // namespace sluice::policy
