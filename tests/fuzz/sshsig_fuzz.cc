// Signatures from people: any text is read or refused. The input is an armour, or else the bytes
// that one would hold, so that what lies behind base64 is reached.

#include <string>

#include "sluice/codec/base64.h"

#include "approve/sshsig.h"
#include "check.h"

namespace {

using sluice::fuzz::require;

void check(const std::string& file) {
  const sluice::approve::ParsedSignature parsed = sluice::approve::parse_signature(file);
  require(parsed.signature.has_value() == parsed.problem.empty());
  if (!parsed.signature) return;
  const sluice::approve::SshSignature& signature = *parsed.signature;
  require(signature.kind != nullptr);
  require(signature.kind->type == sluice::approve::key_type_of(signature.key_blob));
  require(signature.hash_algorithm == "sha512");
  require(signature.kind->hardware || (!signature.touched && !signature.pin_entered));
}

std::string armour(std::string_view bytes) {
  const std::string digits = sluice::codec::to_base64(bytes);
  std::string text = "-----BEGIN SSH SIGNATURE-----";
  for (std::size_t at = 0; at < digits.size(); at += 70) text += "\n" + digits.substr(at, 70);
  return text + "\n-----END SSH SIGNATURE-----\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = sluice::fuzz::text_of(data, size);
  check(std::string(bytes));
  check(armour(bytes));
  return 0;
}
