#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/core.h>

#include "sluice/approve/ssh_keygen.h"
#include "sluice/model/error.h"

#include "approve/keygen.h"
#include "approve/sshsig.h"

namespace sluice::approve {
namespace {

using model::Error;
using model::ErrorKind;
using os::SealedFile;

constexpr const char* kPrincipal = "self-test@sluice.dev";
constexpr const char* kNamespace = "sluice-self-test-v1@sluice.dev";
constexpr const char* kOtherNamespace = "sluice-another-v1@sluice.dev";
constexpr const char* kMessage = "sluice tries what checks its signatures\n";
constexpr std::size_t kMaxBytes = 4096;

[[noreturn]] void refuse(std::string_view what) {
  throw Error(ErrorKind::approval,
              fmt::format("ssh-keygen failed its test: {}, so no signature can be checked", what),
              "see that the policy's ssh_keygen is OpenSSH's own, 9.1 or later, and that the "
              "temporary folder can be written");
}

/// Removed with what is in it.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "sluice-self-test-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) refuse("there is no temporary folder");
    path_ = pattern;
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Runs it for a file that it makes.
SealedFile made(const Keygen& keygen, std::vector<std::string> arguments, const std::string& file,
                std::string_view what) {
  const os::ChildResult result = keygen.run(std::move(arguments));
  if (result.exit_code != 0 || !std::filesystem::is_regular_file(file)) {
    refuse(fmt::format("it makes no {}", what));
  }
  return SealedFile::open(file, os::FileOrigin::anyone, kMaxBytes);
}

SealedFile signature_by(const Keygen& keygen, const std::string& key, const SealedFile& message) {
  const os::ChildResult result =
      keygen.run({"-Y", "sign", "-q", "-f", key, "-n", kNamespace}, &message);
  if (result.exit_code != 0) refuse("it does not sign");
  return SealedFile::of(result.out, "sluice-signature");
}

/// The key's time is one day, long ago.
constexpr std::chrono::sys_seconds kGoodTime =
    std::chrono::sys_days{std::chrono::January / 2 / 2020};
constexpr std::chrono::sys_seconds kLater = kGoodTime + std::chrono::days(30);
constexpr std::string_view kValid = R"(valid-after="20200101Z",valid-before="20200103Z")";

}  // namespace

void self_test(const Keygen& keygen) {
  const PrivateFolder folder;
  const std::string key = folder.file("key");
  const SealedFile public_key = made(
      keygen, {"-q", "-t", "ed25519", "-N", "", "-C", "self-test", "-f", key}, key + ".pub", "key");
  const SealedFile revoked = made(keygen, {"-q", "-k", "-f", folder.file("revoked"), key + ".pub"},
                                  folder.file("revoked"), "list of revoked keys");
  const SealedFile message = SealedFile::of(kMessage, "sluice-message");
  const SealedFile tampered = SealedFile::of(std::string(kMessage) + " ", "sluice-message");
  const SealedFile signature = signature_by(keygen, key, message);
  const ParsedSignature parsed = parse_signature(signature.bytes());
  if (!parsed.signature) refuse("what it signs " + parsed.problem);
  const SealedFile signers = SealedFile::of(
      fmt::format("{} namespaces=\"{}\",{} {}", kPrincipal, kNamespace, kValid, public_key.bytes()),
      "sluice-signers");
  const SealedFile& list = keygen.revoked_keys();
  const auto takes = [&](const SealedFile& what, const char* name_space, const SealedFile& no,
                         std::chrono::sys_seconds time) {
    return keygen.verifies(
        {signers, no, signature, what, kPrincipal, name_space, parsed.signature->key_blob, time});
  };
  if (!takes(message, kNamespace, list, kGoodTime)) {
    refuse("it refuses a good signature; is the list of revoked keys whole?");
  }
  if (takes(tampered, kNamespace, list, kGoodTime)) refuse("it takes a changed message");
  if (takes(message, kOtherNamespace, list, kGoodTime)) refuse("it takes another namespace");
  if (takes(message, kNamespace, revoked, kGoodTime)) refuse("it takes a revoked key");
  if (takes(message, kNamespace, list, kLater)) refuse("it takes an expired key");
}

void try_ssh_keygen(const std::string& program) {
  os::require_root_program(program);
  const PrivateFolder folder;
  os::ChildCommand command;
  command.program = program;
  command.arguments = {"-q", "-k", "-f", folder.file("revoked"), "/dev/null"};
  if (os::run_child(command).exit_code != 0) refuse("it makes no list of revoked keys");
  static_cast<void>(Keygen(program, folder.file("revoked")));
}

}  // namespace sluice::approve
