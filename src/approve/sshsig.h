#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Signatures of OpenSSH as bytes (PROTOCOL.sshsig of OpenSSH): what ssh-keygen does not say of
/// them. Nothing here is proof: ssh-keygen checks the mathematics.
namespace sluice::approve {

/// Ten times what the largest RSA key makes.
inline constexpr std::size_t kMaxSignatureBytes = 16384;

/// A kind of key whose signatures are accepted. No certificates, which would let another key say
/// who signs, and no RSA with SHA-1.
struct KeyKind {
  std::string_view type;
  std::string_view signature_type;
  std::string_view word;  ///< as ssh-keygen prints it
  bool hardware = false;  ///< signatures say what the person did at the key
};
[[nodiscard]] const KeyKind* find_key_kind(std::string_view type) noexcept;

struct SshSignature {
  const KeyKind* kind = nullptr;  ///< never null
  std::string key_blob;           ///< bytes
  std::string name_space;
  std::string hash_algorithm;
  /// Of hardware keys, and signed by them (PROTOCOL.u2f of OpenSSH).
  bool touched = false;
  bool pin_entered = false;
};

struct ParsedSignature {
  std::optional<SshSignature> signature;
  std::string problem;  ///< why there is none, in words
};

/// Exactly one armour as ssh-keygen writes it, with nothing before or after it but a line feed at
/// the end; every byte of what it holds accounted for. Never throws.
[[nodiscard]] ParsedSignature parse_signature(std::string_view file);

/// The type that a key's bytes begin with; empty where they are none.
[[nodiscard]] std::string key_type_of(std::string_view key_blob);
/// "SHA256:...", as ssh-keygen prints it.
[[nodiscard]] std::string fingerprint_of(std::string_view key_blob);

}  // namespace sluice::approve
