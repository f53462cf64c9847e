#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/approve/verifier.h"
#include "sluice/config/config.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/policies.h"
#include "sluice/policy/policy.h"

#include "cli/console.h"

/// The policy under which a verb works, and who works. Every verb that writes to a target begins
/// with require_admitted().
namespace sluice::cli {

/// The policy that a config names; none where it names none. Constant but for what is made when it
/// is first asked for; one thread at a time.
class InForce {
 public:
  /// Reads the file, which must be its owner's alone to write (os/sealed_file.h). Says what is
  /// wrong with it and throws Exit (2); throws Error{approval} where others could have written it.
  [[nodiscard]] static InForce load(const config::Config& config, Console& console);

  /// A policy that was read already.
  [[nodiscard]] static InForce of(policy::Policy policy, std::string config) {
    return {std::move(policy), std::move(config)};
  }

  [[nodiscard]] bool has_policy() const noexcept { return policy_.has_value(); }
  /// REQUIRES: has_policy().
  [[nodiscard]] const policy::Policy& policy() const noexcept { return *policy_; }
  /// Made, and tried, when it is first asked for; its time stands for the whole command. Throws
  /// Error{approval} where ssh-keygen is not to be trusted. REQUIRES: has_policy().
  [[nodiscard]] const approve::Verifier& verifier() const;
  /// The config's file, as it was named.
  [[nodiscard]] const std::string& config() const noexcept { return config_; }

 private:
  InForce(std::optional<policy::Policy> policy, std::string config)
      : policy_(std::move(policy)), config_(std::move(config)) {}

  std::optional<policy::Policy> policy_;
  std::string config_;
  mutable std::unique_ptr<const approve::Verifier> verifier_;
};

/// A policy from the ledger, as it would stand in that file.
[[nodiscard]] policy::Policy policy_of(const ledger::AdoptedPolicy& adopted,
                                       const std::string& file);

/// --operator, else the config's.
[[nodiscard]] std::string operator_of(const config::Config& config, const std::string& option);

/// Whether what a verb does needs a policy that people have signed, and not only one that a run has
/// brought: it does where the verb needs signatures itself.
enum class Agreement : std::uint8_t { not_needed, needed };

/// Refuses (exit 4) what may not write to the target: a config without a policy, or with another
/// one than the target knows; a policy in the target's ledger that nobody has signed; and, under a
/// policy, everybody who is not the operator that is named, by OS user and by the database roles of
/// sessions on both sides.
void require_admitted(const InForce& in_force, const config::Config& config,
                      const std::string& operator_name, Agreement agreement, Console& console);
/// Its parts. `adopted`: as ledger::policies() gives them.
void require_same_policy(const InForce& in_force, const std::vector<ledger::AdoptedPolicy>& adopted,
                         Console& console);
/// REQUIRES: require_same_policy().
void require_agreed(const InForce& in_force, const std::vector<ledger::AdoptedPolicy>& adopted,
                    Agreement agreement, Console& console);
void require_operator(const policy::Policy& policy, const config::Config& config,
                      const std::string& operator_name, Console& console);

/// (tx) Puts the policy in force where the target knows none yet and none is `needed` that people
/// have signed; `run_id` is the first run under it. Throws Error{approval} where another one has
/// come in force since require_admitted(), or the one that was is gone.
void adopt_first_policy(const InForce& in_force, db::SqlSession& target, const std::string& run_id,
                        const std::string& operator_name, Agreement agreement);

}  // namespace sluice::cli
