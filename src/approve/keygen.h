#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/os/child.h"
#include "sluice/os/sealed_file.h"

namespace sluice::approve {

/// One question to ssh-keygen.
struct Question {
  const os::SealedFile& allowed_signers;
  const os::SealedFile& revoked_keys;
  const os::SealedFile& signature;
  const os::SealedFile& message;
  std::string principal;
  std::string name_space;
  std::string key_blob;           ///< bytes of the key that the signature names
  std::chrono::sys_seconds time;  ///< at which keys have to be valid
};

/// The system's ssh-keygen, which checks signatures: 15 ms each. It gets sealed copies only.
class Keygen {
 public:
  /// Refuses (Error{approval}) a program or a list of revoked keys that others could have changed,
  /// and what does not behave as ssh-keygen does: the self-test makes a throw-away key in a folder
  /// of its own, and asks about a good signature and others that have to be refused.
  Keygen(std::string program, const std::string& revoked_keys);

  /// Whether it says that this is a good signature of this principal, with this key, then, and
  /// neither more nor less than that. Throws Error{approval} where it does not answer.
  [[nodiscard]] bool verifies(const Question& question) const;
  [[nodiscard]] const os::SealedFile& revoked_keys() const noexcept { return revoked_; }
  /// Whether the list revokes the key.
  [[nodiscard]] bool is_revoked(std::string_view key_blob) const;
  /// Runs it. Throws Error{approval} where it hangs or floods.
  [[nodiscard]] os::ChildResult run(std::vector<std::string> arguments,
                                    const os::SealedFile* input = nullptr,
                                    std::vector<int> inherited = {}) const;

 private:
  std::string program_;
  os::SealedFile revoked_;
};

/// Throws Error{approval} at the first answer that is not the one expected.
void self_test(const Keygen& keygen);

}  // namespace sluice::approve
