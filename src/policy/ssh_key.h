#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "sluice/policy/policy.h"

/// Public keys as OpenSSH writes them.
namespace sluice::policy {

struct KeyProblem {
  std::string message;
  std::string action;
};

/// Reads one line of an .pub file, "type base64 comment". The bytes must be what the type says
/// (RFC 4253 section 6.6, RFC 5656, RFC 8709, OpenSSH's PROTOCOL.u2f), to the last one.
/// Certificates, DSA, and RSA below 3072 bits are no keys here. Validity stays empty.
[[nodiscard]] std::variant<Key, KeyProblem> read_public_key(std::string_view line);

}  // namespace sluice::policy
