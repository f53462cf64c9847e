#include "sluice/policy/policy.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sluice/approve/verifier.h"
#include "sluice/doctor/doctor.h"
#include "sluice/model/error.h"
#include "sluice/os/child.h"
#include "sluice/os/sealed_file.h"
#include "sluice/policy/file_size.h"

namespace sluice::doctor {
namespace {

/// Of many mistakes the first ones; sluice policy shows all.
constexpr std::size_t kNamed = 3;

Check refused(const char* name, const model::Error& error) {
  return {name, Verdict::error, error.what(), error.hint()};
}

/// What it holds, which nobody but root or this user may have written; nothing where it is not fit
/// to decide by.
std::optional<policy::Policy> read(const std::string& path, std::vector<Check>& checks) {
  policy::ReadResult result;
  try {
    const auto file = os::SealedFile::open(path, os::FileOrigin::trusted, policy::kMaxFileBytes);
    checks.push_back({"policy-file", Verdict::ok, path + " is written by its owner only", ""});
    result = policy::read_policy(file.bytes(), path);
  } catch (const model::Error& error) {
    checks.push_back(refused("policy-file", error));
    return std::nullopt;
  }
  std::vector<std::string> found;
  for (const model::Finding& finding : result.findings) {
    if (found.size() < kNamed) found.push_back(finding.where + ": " + finding.message);
  }
  const std::string all = "sluice policy shows all that is to be mended";
  if (!result.policy) {
    checks.push_back({"policy", Verdict::error, fmt::format("{}", fmt::join(found, "; ")), all});
  } else if (!found.empty()) {
    checks.push_back({"policy", Verdict::warning, fmt::format("{}", fmt::join(found, "; ")), all});
  } else {
    checks.push_back({"policy", Verdict::ok,
                      fmt::format("{}, version {}, with {} people", result.policy->name,
                                  result.policy->version, result.policy->people.size()),
                      ""});
  }
  return std::move(result.policy);
}

Check check_operator(const policy::Policy& policy, const std::string& name) {
  const bool is_named = std::ranges::find(policy.operators, name) != policy.operators.end();
  if (is_named) return {"policy-operator", Verdict::ok, name + " may run it", ""};
  return {"policy-operator", Verdict::error,
          name.empty() ? "the config names no operator" : name + " may not run it",
          fmt::format("name one of {} as \"operator\" in the config",
                      fmt::join(policy.operators, ", "))};
}

/// The list of revoked keys, and ssh-keygen with it: as before every signature.
Check check_verifying(const policy::Policy& policy) {
  try {
    static_cast<void>(approve::Verifier::create(policy));
  } catch (const model::Error& error) {
    return refused("policy-signatures", error);
  }
  return {"policy-signatures", Verdict::ok,
          "the list of revoked keys is there, and signatures can be checked by it", ""};
}

/// Whether ssh-keygen finds a person with a key that it can read.
bool is_known(const policy::Policy& policy, const os::SealedFile& signers,
              const std::string& principal) {
  os::ChildCommand command;
  command.program = policy.ssh_keygen;
  command.arguments = {"-Y", "match-principals", "-I", principal, "-f", signers.child_path()};
  command.inherited = {signers.fd()};
  const os::ChildResult result = os::run_child(command);
  // One line a key.
  return result.exit_code == 0 && result.err.empty() && result.out.starts_with(principal + "\n");
}

Check check_keys(const policy::Policy& policy) {
  const auto signers = os::SealedFile::of(policy::allowed_signers(policy), "sluice-signers");
  std::vector<std::string> unknown;
  std::size_t known = 0;
  for (const policy::Person& person : policy.people) {
    // Who signs for nothing has no line.
    if (signers.bytes().find(person.principal + " ") == std::string_view::npos) continue;
    is_known(policy, signers, person.principal) ? static_cast<void>(++known)
                                                : unknown.push_back(person.name);
  }
  if (unknown.empty()) {
    return {"policy-keys", Verdict::ok,
            fmt::format("ssh-keygen takes the keys of {} people", known), ""};
  }
  return {"policy-keys", Verdict::error,
          fmt::format("ssh-keygen does not take the key of {}", fmt::join(unknown, ", ")),
          "put the line of that person's .pub file into the policy as it is"};
}

}  // namespace

std::vector<Check> examine_policy(const config::Config& config, const std::string& path) {
  std::vector<Check> checks;
  if (path.empty()) {
    checks.push_back({"policy-file", Verdict::ok,
                      "the config names none: nobody has to sign, and no source row can be deleted",
                      ""});
    return checks;
  }
  const std::optional<policy::Policy> policy = read(path, checks);
  if (!policy) return checks;
  checks.push_back(check_operator(*policy, config.operator_name));
  checks.push_back(check_verifying(*policy));
  if (checks.back().verdict == Verdict::ok) checks.push_back(check_keys(*policy));
  return checks;
}

}  // namespace sluice::doctor
