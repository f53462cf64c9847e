#include "approve/keygen.h"

#include <cctype>
#include <utility>

#include <fmt/core.h>

#include "sluice/codec/base64.h"
#include "sluice/codec/utc_time.h"
#include "sluice/model/error.h"
#include "sluice/os/test_setting.h"

#include "approve/sshsig.h"

namespace sluice::approve {
namespace {

using model::Error;
using model::ErrorKind;

/// A list of a million revoked keys is 32 MiB.
constexpr std::size_t kMaxRevokedBytes = std::size_t{64} << 20;
/// What every list begins with (PROTOCOL.krl of OpenSSH). ssh-keygen takes an empty file, or one
/// with a list of public keys, for a list as well.
constexpr std::string_view kRevokedMagic{"SSHKRL\n\0", 8};
constexpr std::chrono::milliseconds kPatience{10'000};

os::SealedFile open_revoked(const std::string& path) {
  const std::string hint = fmt::format(
      "a list that revokes nobody yet is made by: ssh-keygen -q -k -f {} /dev/null", path);
  if (path.empty()) {
    throw Error(ErrorKind::approval,
                "the policy names no list of revoked keys, without which no "
                "signature counts",
                "name one as revoked_keys; it is made by: ssh-keygen -q -k -f FILE /dev/null");
  }
  try {
    os::SealedFile list = os::SealedFile::open(path, os::FileOrigin::trusted, kMaxRevokedBytes);
    if (list.bytes().starts_with(kRevokedMagic)) return list;
  } catch (const Error& error) {
    throw Error(ErrorKind::approval, fmt::format("the list of revoked keys {}", error.what()),
                error.hint().empty() ? hint : error.hint());
  }
  throw Error(ErrorKind::approval,
              fmt::format("{} is no list of revoked keys: no signature counts", path), hint);
}

/// "2026-11-22T13:30:00Z" as "20261122133000Z".
std::string digits_of(std::chrono::sys_seconds time) {
  std::string digits;
  for (const char c : codec::utc_time_text(time)) {
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  }
  return digits + 'Z';
}

/// The one line that ssh-keygen prints of a good signature, and nothing else.
std::string good_line(const Question& question) {
  const KeyKind* kind = find_key_kind(key_type_of(question.key_blob));
  return fmt::format("Good \"{}\" signature for {} with {} key {}\n", question.name_space,
                     question.principal, kind == nullptr ? "no" : kind->word,
                     fingerprint_of(question.key_blob));
}

}  // namespace

Keygen::Keygen(std::string program, const std::string& revoked_keys)
    : program_(std::move(program)), revoked_(open_revoked(revoked_keys)) {
  os::require_root_program(program_);
  self_test(*this);
}

os::ChildResult Keygen::run(std::vector<std::string> arguments, const os::SealedFile* input,
                            std::vector<int> inherited) const {
  os::ChildCommand command;
  command.program = program_;
  command.arguments = std::move(arguments);
  command.input = input;
  command.inherited = std::move(inherited);
  command.timeout = os::test_duration("SLUICE_KEYGEN_PATIENCE_MS", kPatience);
  os::ChildResult result = os::run_child(command);
  if (result.timed_out || result.too_much) {
    throw Error(ErrorKind::approval, fmt::format("{} does not {}", program_,
                                                 result.timed_out ? "answer" : "stop talking"));
  }
  return result;
}

bool Keygen::verifies(const Question& question) const {
  const os::ChildResult result =
      run({"-Y", "verify", "-f", question.allowed_signers.child_path(), "-I", question.principal,
           "-n", question.name_space, "-s", question.signature.child_path(), "-r",
           question.revoked_keys.child_path(), "-O", "verify-time=" + digits_of(question.time)},
          &question.message,
          {question.allowed_signers.fd(), question.signature.fd(), question.revoked_keys.fd()});
  return result.exit_code == 0 && result.out == good_line(question);
}

bool Keygen::is_revoked(std::string_view key_blob) const {
  const os::SealedFile key = os::SealedFile::of(
      fmt::format("{} {}\n", key_type_of(key_blob), codec::to_base64(key_blob)), "sluice-key");
  const os::ChildResult result = run({"-Q", "-f", revoked_.child_path(), key.child_path()}, nullptr,
                                     {revoked_.fd(), key.fd()});
  return result.exit_code == 1;
}

}  // namespace sluice::approve
