#include "approve/sshsig.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sluice/codec/base64.h"
#include "sluice/codec/hex.h"
#include "sluice/codec/sha256.h"

namespace sluice::approve {
namespace {

constexpr std::string_view kBegin = "-----BEGIN SSH SIGNATURE-----\n";
constexpr std::string_view kEnd = "\n-----END SSH SIGNATURE-----";
constexpr std::string_view kMagic = "SSHSIG";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kLineWidth = 70;      // of the armour's lines, all but the last
constexpr std::uint8_t kTouched = 0x01;     // SSH_SK_USER_PRESENCE_REQD
constexpr std::uint8_t kPinEntered = 0x04;  // SSH_SK_USER_VERIFICATION_REQD

constexpr std::array kKeyKinds{
    KeyKind{"ssh-ed25519", "ssh-ed25519", "ED25519", false},
    KeyKind{"sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com", "ED25519-SK", true},
    KeyKind{"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", "ECDSA", false},
    KeyKind{"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", "ECDSA", false},
    KeyKind{"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", "ECDSA", false},
    KeyKind{"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", "ECDSA-SK",
            true},
    KeyKind{"ssh-rsa", "rsa-sha2-512", "RSA", false},
};

/// Takes values from the front of a blob: numbers in network order, strings with their length.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] std::uint32_t number() {
    std::uint32_t value = 0;
    for (const char byte : take(4)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  [[nodiscard]] std::uint8_t byte() {
    const std::string_view one = take(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one.front());
  }
  [[nodiscard]] std::string_view string() { return take(number()); }
  /// `count` bytes; none, and a failure for good, where there are fewer.
  [[nodiscard]] std::string_view take(std::size_t count) {
    failed_ = failed_ || count > rest_.size();
    if (failed_) return {};
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  /// Everything that was asked for was there, and nothing is left.
  [[nodiscard]] bool done() const noexcept { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

ParsedSignature problem(std::string text) { return {std::nullopt, std::move(text)}; }

/// The bytes within the armour, or nothing.
std::optional<std::string> unwrap(std::string_view file) {
  if (file.ends_with('\n')) file.remove_suffix(1);
  if (!file.starts_with(kBegin) || !file.ends_with(kEnd)) return std::nullopt;
  if (file.size() < kBegin.size() + kEnd.size()) return std::nullopt;
  file.remove_prefix(kBegin.size());
  file.remove_suffix(kEnd.size());
  std::string digits;
  for (std::size_t at = 0; at < file.size(); at += kLineWidth + 1) {
    const std::string_view line = file.substr(at, kLineWidth);
    const bool last = at + line.size() == file.size();
    // A second armour, or anything else, is no digit of base64.
    if (!last && file[at + line.size()] != '\n') return std::nullopt;
    digits += line;
  }
  return codec::from_base64(digits);
}

/// The inner signature: its type, its bytes, and what a hardware key adds.
bool read_inner(std::string_view bytes, SshSignature& signature) {
  Reader reader(bytes);
  const bool type_fits = reader.string() == signature.kind->signature_type;
  const bool has_bytes = !reader.string().empty();
  if (signature.kind->hardware) {
    const std::uint8_t flags = reader.byte();
    static_cast<void>(reader.number());  // how often the key has signed
    signature.touched = (flags & kTouched) != 0;
    signature.pin_entered = (flags & kPinEntered) != 0;
  }
  return type_fits && has_bytes && reader.done();
}

ParsedSignature parse_blob(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.take(kMagic.size()) != kMagic || reader.number() != kVersion) {
    return problem("is no SSH signature of version 1");
  }
  SshSignature signature;
  signature.key_blob = reader.string();
  signature.name_space = reader.string();
  const bool reserved_empty = reader.string().empty();
  signature.hash_algorithm = reader.string();
  const std::string_view inner = reader.string();
  if (!reader.done() || !reserved_empty) return problem("is damaged: its parts do not add up");
  const std::string type = key_type_of(signature.key_blob);
  signature.kind = find_key_kind(type);
  if (signature.kind == nullptr) {
    return problem(type.find("-cert-") != std::string::npos
                       ? "was made with a certificate; sign with the key itself"
                       : "was made with a kind of key that is not accepted; use ssh-ed25519 or "
                         "sk-ssh-ed25519");
  }
  if (signature.hash_algorithm != "sha512") {
    return problem("does not use sha512; sign without -O hashalg");
  }
  if (!read_inner(inner, signature)) {
    return problem("is damaged, or of a type that does not belong to its key");
  }
  return {std::move(signature), {}};
}

}  // namespace

const KeyKind* find_key_kind(std::string_view type) noexcept {
  const auto* found = std::ranges::find(kKeyKinds, type, &KeyKind::type);
  return found == kKeyKinds.end() ? nullptr : found;
}

ParsedSignature parse_signature(std::string_view file) {
  if (file.empty()) return problem("is empty; sign again");
  if (file.size() > kMaxSignatureBytes) return problem("is too large for a signature");
  const std::optional<std::string> bytes = unwrap(file);
  if (!bytes) {
    return problem("is not exactly one SSH signature as ssh-keygen writes it; sign again");
  }
  return parse_blob(*bytes);
}

std::string key_type_of(std::string_view key_blob) {
  Reader reader(key_blob);
  return std::string(reader.string());
}

std::string fingerprint_of(std::string_view key_blob) {
  const auto digest = codec::from_hex(codec::sha256_hex(key_blob));
  std::string text = codec::to_base64(digest.value());
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

}  // namespace sluice::approve
