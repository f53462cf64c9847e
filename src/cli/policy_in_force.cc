#include "cli/policy_in_force.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sluice/model/error.h"
#include "sluice/os/host.h"

#include "cli/exit_code.h"
#include "cli/policy_chain.h"
#include "cli/policy_input.h"

namespace sluice::cli {
namespace {

/// Who the server says is logged in, and as whom it acts.
std::vector<std::string> roles_of(const model::Endpoint& endpoint) {
  const auto session = db::open_session(endpoint, db::Purpose::catalog);
  const bool is_postgres = session->engine() == model::Engine::postgresql;
  const auto result = session->query(is_postgres ? "SELECT session_user::text, current_user::text"
                                                 : "SELECT USER(), CURRENT_USER()");
  std::vector<std::string> roles;
  for (const auto& role : result.rows.at(0)) {
    std::string name = role.value_or("");
    // An account of the MySQL family is a name and a host; a person's role is the name.
    if (!is_postgres) name.erase(std::min(name.rfind('@'), name.size()));
    if (std::ranges::find(roles, name) == roles.end()) roles.push_back(std::move(name));
  }
  return roles;
}

std::string short_name(const policy::Policy& policy) {
  return fmt::format("policy {} version {} ({})", policy.name, policy.version,
                     policy.sha256.substr(0, 12));
}

std::string short_name(const ledger::AdoptedPolicy& policy) {
  return fmt::format("policy {} version {} ({})", policy.name, policy.version,
                     policy.sha256.substr(0, 12));
}

/// "Olga Petrov (olga@corp), Dan Reed (dan@corp)"
std::string operators_of(const policy::Policy& policy) {
  std::vector<std::string> names;
  for (const std::string& principal : policy.operators) {
    const policy::Person* person = policy.find(principal);
    names.push_back(person == nullptr ? principal
                                      : fmt::format("{} ({})", person->name, principal));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

policy::Policy policy_of(const ledger::AdoptedPolicy& adopted, const std::string& file) {
  policy::ReadResult result = policy::read_policy(adopted.text, file);
  if (result.policy) return std::move(*result.policy);
  throw model::Error(
      model::ErrorKind::drift,
      fmt::format("{} in the target's ledger is none that can be read", short_name(adopted)),
      "use the sluice that put it there");
}

InForce InForce::load(const config::Config& config, Console& console) {
  if (config.policy.empty()) return {std::nullopt, config.file};
  return {read_trusted_policy(policy_path(config), console), config.file};
}

const approve::Verifier& InForce::verifier() const {
  if (!verifier_) {
    verifier_ = std::make_unique<const approve::Verifier>(approve::Verifier::create(*policy_));
  }
  return *verifier_;
}

std::string operator_of(const config::Config& config, const std::string& option) {
  return option.empty() ? config.operator_name : option;
}

void require_same_policy(const InForce& in_force,
                         const std::vector<ledger::AdoptedPolicy>& policies, Console& console) {
  if (policies.empty()) return;
  const ledger::AdoptedPolicy* adopted = &policies.front();
  if (!in_force.has_policy()) {
    console.error(fmt::format("{} is in force for this target since {}, and the config names none",
                              short_name(*adopted), adopted->adopted_at),
                  "name its file in the config: \"policy\": \"...\"");
    throw Exit{kApproval};
  }
  if (in_force.policy().sha256 == adopted->sha256) return;
  console.error(
      fmt::format("{} is in force for this target since {}, and the config names {}",
                  short_name(*adopted), adopted->adopted_at, short_name(in_force.policy())),
      "put that version back as the config's policy; another one goes into a file of its own, "
      "and comes in force when people have signed it: " +
          command_line({"policy", "--config", in_force.config(), "--change", "NEXT", "--out",
                        "policy-change.json"}));
  throw Exit{kApproval};
}

void require_agreed(const InForce& in_force, const std::vector<ledger::AdoptedPolicy>& adopted,
                    Agreement agreement, Console& console) {
  // A row that nobody signed is refused whatever is to be done: somebody has put it there.
  if (!adopted.empty() && is_signed(adopted, in_force.policy())) return;
  if (agreement == Agreement::not_needed) return;
  const policy::Policy& policy = in_force.policy();
  console.error(
      adopted.empty()
          ? "no policy is in force for this target: nobody has agreed to " + short_name(policy)
          : short_name(policy) + " came in force by its own rule: nobody has signed it",
      adopted.empty() ? "write it to a document, let its people sign that for the act policy, and "
                        "adopt it"
                      : "a later version that people sign takes its place");
  console.next(
      {"policy", "--config", in_force.config(), "--change", policy.file, "--out", "policy.json"});
  throw Exit{kApproval};
}

void require_operator(const policy::Policy& policy, const config::Config& config,
                      const std::string& operator_name, Console& console) {
  std::vector<std::string> roles = roles_of(config.source);
  for (std::string& role : roles_of(config.target)) {
    if (std::ranges::find(roles, role) == roles.end()) roles.push_back(std::move(role));
  }
  const auto why = policy::why_may_not_run(policy, operator_name, os::this_process().user, roles);
  if (!why) return;
  const std::string who = operator_name.empty() ? "nobody is named as operator" : *why;
  console.error(fmt::format("this may not be run: {}", who),
                fmt::format("{} lets these run it: {}; each as an OS user and with database roles "
                            "that it names. \"operator\" in the config or --operator says who does",
                            short_name(policy), operators_of(policy)));
  throw Exit{kApproval};
}

void require_admitted(const InForce& in_force, const config::Config& config,
                      const std::string& operator_name, Agreement agreement, Console& console) {
  const auto target = db::open_session(config.target, db::Purpose::catalog);
  const std::vector<ledger::AdoptedPolicy> adopted = ledger::policies(*target);
  require_same_policy(in_force, adopted, console);
  if (!in_force.has_policy()) return;
  require_agreed(in_force, adopted, agreement, console);
  require_operator(in_force.policy(), config, operator_name, console);
}

void adopt_first_policy(const InForce& in_force, db::SqlSession& target, const std::string& run_id,
                        const std::string& operator_name, Agreement agreement) {
  ledger::hold_policies(target);
  const auto adopted = ledger::policy_in_force(target);
  if (!in_force.has_policy() && !adopted) return;
  if (in_force.has_policy() && adopted && in_force.policy().sha256 == adopted->sha256) {
    ledger::tell_of_policy(target, *adopted, run_id);
    return;
  }
  if (adopted || agreement == Agreement::needed) {
    throw model::Error(model::ErrorKind::approval,
                       adopted ? short_name(*adopted) + " has come in force for this target"
                               : "the policy in force for this target is gone",
                       "it was another one a moment ago: find out who works on this target");
  }
  const policy::Policy& policy = in_force.policy();
  ledger::adopt_policy(
      target, {policy.version, policy.name, policy.sha256, policy.text, "", operator_name, ""},
      {run_id});
}

}  // namespace sluice::cli
