// `sluice approve --key`, as a person at a terminal meets it. No server is needed.
#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "support/desk.h"
#include "support/terminal.h"

namespace sluice::test {
namespace {

constexpr int kApproval = 4;

/// Alice's key has a passphrase from here on.
class Signing {
 public:
  Signing() {
    const RunResult changed = run_process(
        {"ssh-keygen", "-q", "-p", "-P", "", "-N", "right words", "-f", key().string()});
    REQUIRE(changed.exit_code == 0);
  }
  [[nodiscard]] std::filesystem::path key() const { return desk_.team.member("alice").key; }
  /// Approve with this key, on a terminal.
  [[nodiscard]] Terminal approve(const std::string& key) const {
    return Terminal({sluice_binary(), "approve", desk_.document.string(), "--policy",
                     desk_.policy.string(), "--key", key, "--act", "cutover", "--as",
                     "alice@corp"});
  }
  [[nodiscard]] bool has_signature() const {
    return std::filesystem::exists(desk_.document.string() + ".alice@corp.cutover.sig");
  }

 private:
  Desk desk_;
};

bool says(const RunResult& result, const std::string& words) {
  return result.out.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("who types the passphrase of a key signs what is shown") {
  const Signing signing;
  Terminal terminal = signing.approve(signing.key().string());
  REQUIRE(terminal.answer("Enter passphrase", "right words"));
  const RunResult result = terminal.wait();
  INFO(result.out);
  CHECK(result.exit_code == kApproval);  // Bob is still to sign
  CHECK(says(result, "cutover: 1 of 2, waiting for 1 of group business: Bob Hill, Carol Wu"));
  CHECK(says(result, "kept as"));
  CHECK(signing.has_signature());
  CHECK_FALSE(says(result, "right words"));
  // The document is shown before anybody is asked.
  CHECK(result.out.find("SHA-256") < result.out.find("Enter passphrase"));
}

TEST_CASE("a wrong passphrase signs nothing, and says how to go on") {
  const Signing signing;
  Terminal terminal = signing.approve(signing.key().string());
  REQUIRE(terminal.answer("Enter passphrase", "wrong words"));
  const RunResult result = terminal.wait();
  INFO(result.out);
  CHECK(result.exit_code == kApproval);
  CHECK(says(result, "incorrect passphrase"));
  CHECK(says(result, "sluice: ssh-keygen did not sign with "));
  CHECK(says(result, "nothing was signed, nothing is lost"));
  CHECK(says(result, "ssh-keygen -Y sign -f "));
  CHECK_FALSE(signing.has_signature());
}

TEST_CASE("a key that is in an agent only, or nowhere, is said to be so") {
  const Signing signing;
  const std::string key = signing.key().string();
  const RunResult by_agent = signing.approve(key + ".pub").wait();
  INFO(by_agent.out);
  CHECK(by_agent.exit_code == kApproval);
  CHECK(says(by_agent, "is a public key"));
  CHECK(says(by_agent, "also with an agent"));
  const RunResult nowhere = signing.approve(key + ".none").wait();
  INFO(nowhere.out);
  CHECK(nowhere.exit_code == kApproval);
  CHECK(says(nowhere, "there is no key"));
  CHECK_FALSE(signing.has_signature());
}

}  // namespace sluice::test
