#include <algorithm>

#include <fmt/format.h>

#include "sluice/policy/policy.h"

namespace sluice::policy {
namespace {

bool holds(const std::vector<std::string>& texts, std::string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

}  // namespace

std::string label_of(const Policy& policy, const model::ServerIdentity& server) {
  for (const Server& known : policy.servers) {
    if (known.engine == server.engine && known.identity == server.identity) return known.label;
  }
  return std::string(kUnlabelled);
}

std::optional<std::string> unsigned_rule(const Policy& policy, const model::ServerIdentity& source,
                                         const model::ServerIdentity& target) {
  const std::string from = label_of(policy, source);
  const std::string to = label_of(policy, target);
  for (const std::string& label : {from, to}) {
    if (label == kProduction || label == kUnlabelled) return std::nullopt;
    if (!holds(policy.unsigned_labels, label)) return std::nullopt;
  }
  return fmt::format(
      "unsigned: policy {} version {} asks for no signature between servers labelled {} and {}",
      policy.name, policy.version, from, to);
}

std::optional<std::string> why_may_not_run(const Policy& policy, std::string_view operator_name,
                                           std::string_view os_user,
                                           const std::vector<std::string>& database_roles) {
  const Person* person = policy.find(operator_name);
  if (person == nullptr) {
    return fmt::format("nobody of policy {} has the principal \"{}\"", policy.name, operator_name);
  }
  if (!holds(policy.operators, operator_name)) {
    return fmt::format("{} is no operator of policy {}", person->name, policy.name);
  }
  if (!holds(person->os_users, os_user)) {
    return fmt::format("the OS user \"{}\" is not {}", os_user, person->name);
  }
  for (const std::string& role : database_roles) {
    if (holds(person->database_roles, role)) continue;
    return fmt::format("the database role \"{}\" is not one of {}", role, person->name);
  }
  return std::nullopt;
}

}  // namespace sluice::policy
