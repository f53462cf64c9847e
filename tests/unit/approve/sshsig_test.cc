#include "approve/sshsig.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "support/hardware_key.h"

namespace sluice::approve {
namespace {

using test::armour;
using test::ssh_string;

/// Made with ssh-keygen -t ed25519, of "hi\n" in the namespace a@b.
constexpr const char* kSignature =
    "-----BEGIN SSH SIGNATURE-----\n"
    "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg7e5JD7Ca8x3q0eetkrlNZZawv5\n"
    "hm3mmX1Vr2EBSZuqEAAAADYUBiAAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5\n"
    "AAAAQJlqTOscKYJoWClq8ea1enqqrG/XGOjqyupM+VkMLyzEb+BAaxZRFebKwHtEfZxJLb\n"
    "gZmZvw3nTWnLAqYcIpygA=\n"
    "-----END SSH SIGNATURE-----\n";

std::string problem_of(const std::string& file) {
  const ParsedSignature parsed = parse_signature(file);
  CHECK(parsed.signature.has_value() == parsed.problem.empty());
  return parsed.problem;
}

/// A signature's bytes of these parts.
std::string blob(const std::string& key, const std::string& hash, const std::string& inner,
                 const std::string& reserved = "") {
  return std::string("SSHSIG\0\0\0\1", 10) + ssh_string(key) + ssh_string("a@b") +
         ssh_string(reserved) + ssh_string(hash) + ssh_string(inner);
}

std::string ed25519_key() { return ssh_string("ssh-ed25519") + ssh_string(std::string(32, 'k')); }
std::string ed25519_inner() { return ssh_string("ssh-ed25519") + ssh_string(std::string(64, 's')); }

TEST_CASE("a signature of ssh-keygen is read", "[sshsig]") {
  const ParsedSignature parsed = parse_signature(kSignature);
  REQUIRE(parsed.signature);
  CHECK(parsed.signature->name_space == "a@b");
  CHECK(parsed.signature->hash_algorithm == "sha512");
  CHECK(parsed.signature->kind->type == "ssh-ed25519");
  CHECK_FALSE(parsed.signature->kind->hardware);
  CHECK(key_type_of(parsed.signature->key_blob) == "ssh-ed25519");
  CHECK(fingerprint_of("") == "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
  const std::string text = kSignature;
  CHECK(problem_of(text.substr(0, text.size() - 1)).empty());  // without the last line feed
}

TEST_CASE("what is not exactly one armour is refused", "[sshsig]") {
  const std::string text = kSignature;
  const std::string body = text.substr(30, text.size() - 30 - 28);
  const std::string begin = text.substr(0, 30);
  const std::string end = text.substr(text.size() - 28);
  REQUIRE(begin + body + end == text);
  for (const std::string& file : {std::string(),
                                  text + text,
                                  text + "\n",
                                  text + "x",
                                  " " + text,
                                  "\n" + text,
                                  "x\n" + text,
                                  begin,
                                  begin + end,
                                  begin + "\n" + end,
                                  end,
                                  body,
                                  begin + body,
                                  body + end,
                                  begin + begin + body + end,
                                  begin + body + "\n" + end,
                                  begin + " " + body + end,
                                  begin + body.substr(0, 10) + "\n" + body.substr(10) + end,
                                  text.substr(0, 200) + text,
                                  text.substr(0, 100) + std::string(1, '\0') + text.substr(101),
                                  begin + body.substr(0, body.size() - 2) + "\n" + end,
                                  std::string(20'000, 'A')}) {
    INFO(file);
    CHECK_FALSE(problem_of(file).empty());
  }
  std::string windows = text;
  for (std::size_t at = 0; (at = windows.find('\n', at)) != std::string::npos; at += 2) {
    windows.insert(at, 1, '\r');
  }
  CHECK_FALSE(problem_of(windows).empty());
}

TEST_CASE("every byte of a signature is accounted for", "[sshsig]") {
  const std::string whole = blob(ed25519_key(), "sha512", ed25519_inner());
  CHECK(problem_of(armour(whole)).empty());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(problem_of(armour(whole.substr(0, size))).empty());
  }
  CHECK_FALSE(problem_of(armour(whole + "x")).empty());
  CHECK_FALSE(problem_of(armour(blob(ed25519_key(), "sha512", ed25519_inner() + "x"))).empty());
  CHECK_FALSE(problem_of(armour(blob(ed25519_key(), "sha512", ed25519_inner(), "x"))).empty());
  CHECK_FALSE(problem_of(armour(blob(ed25519_key(), "sha512", ssh_string("ssh-ed25519")))).empty());
  std::string version = whole;
  version[9] = 2;
  CHECK(problem_of(armour(version)) == "is no SSH signature of version 1");
  std::string magic = whole;
  magic[0] = 's';
  CHECK(problem_of(armour(magic)) == "is no SSH signature of version 1");
}

TEST_CASE("weak hashes, certificates and strange keys are refused", "[sshsig]") {
  for (const char* hash : {"sha256", "sha1", "", "SHA512"}) {
    CHECK(problem_of(armour(blob(ed25519_key(), hash, ed25519_inner()))).find("sha512") !=
          std::string::npos);
  }
  const std::string certificate = ssh_string("ssh-ed25519-cert-v01@openssh.com") + "rest";
  CHECK(problem_of(armour(blob(certificate, "sha512", ed25519_inner()))).find("certificate") !=
        std::string::npos);
  for (const char* type : {"ssh-dss", "", "ssh-ed25519 ", "webauthn-sk-ecdsa"}) {
    CHECK(problem_of(armour(blob(ssh_string(type), "sha512", ed25519_inner()))).find("kind") !=
          std::string::npos);
  }
  // RSA signs with SHA-512, and with nothing older.
  const std::string rsa = ssh_string("ssh-rsa") + "numbers";
  const auto rsa_inner = [](const char* type) { return ssh_string(type) + ssh_string("s"); };
  CHECK(problem_of(armour(blob(rsa, "sha512", rsa_inner("rsa-sha2-512")))).empty());
  for (const char* type : {"ssh-rsa", "rsa-sha2-256", "ssh-ed25519"}) {
    CHECK_FALSE(problem_of(armour(blob(rsa, "sha512", rsa_inner(type)))).empty());
  }
}

TEST_CASE("a hardware key says what its person did", "[sshsig]") {
  const test::HardwareKey key;
  for (const int flags : {0, 1, 4, 5}) {
    const ParsedSignature parsed =
        parse_signature(key.sign("text", "a@b", static_cast<std::uint8_t>(flags)));
    REQUIRE(parsed.signature);
    CHECK(parsed.signature->kind->hardware);
    CHECK(parsed.signature->touched == ((flags & 1) != 0));
    CHECK(parsed.signature->pin_entered == ((flags & 4) != 0));
  }
  // Without its flags, or with those of a key that has none.
  const std::string hardware = ssh_string("sk-ssh-ed25519@openssh.com") + "rest";
  const std::string inner = ssh_string("sk-ssh-ed25519@openssh.com") + ssh_string("s");
  CHECK_FALSE(problem_of(armour(blob(hardware, "sha512", inner))).empty());
  CHECK_FALSE(problem_of(armour(blob(hardware, "sha512", inner + "\1"))).empty());
  const std::string said("\1\0\0\0\7", 5);
  CHECK(problem_of(armour(blob(hardware, "sha512", inner + said))).empty());
  CHECK_FALSE(problem_of(armour(blob(ed25519_key(), "sha512", ed25519_inner() + said))).empty());
}

}  // namespace
}  // namespace sluice::approve
