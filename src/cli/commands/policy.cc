#include "sluice/policy/policy.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/os/file.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/policy_change.h"
#include "cli/policy_input.h"
#include "cli/policy_json.h"

namespace sluice::cli {
namespace {

/// More than any policy needs: some hundred people with some keys each are 100 KiB.
constexpr std::size_t kMaxPolicyBytes = std::size_t{4} << 20;

struct PolicyArguments {
  std::string file;
  std::string config;
  std::string allowed_signers;
  PolicyChange change;
  bool dry_run = false;
};

/// Another version of the policy: proposed, or put in force.
int run_change(PolicyChange change, const PolicyArguments& arguments, Console& console) {
  change.config = arguments.config;
  change.dry_run = arguments.dry_run;
  const bool proposes = !change.change.empty();
  if (change.config.empty() || proposes == !change.adopt.empty() ||
      proposes != !change.out.empty()) {
    throw model::Error(model::ErrorKind::usage,
                       "a change is either --change FILE --out DOCUMENT or --adopt DOCUMENT, with "
                       "--config");
  }
  return proposes ? propose_policy(change, console) : adopt_policy(change, console);
}

void write_allowed_signers(const policy::Policy& policy, const PolicyArguments& arguments,
                           Console& console) {
  const std::string text = policy::allowed_signers(policy);
  if (arguments.dry_run) {
    console.print(text);
    return;
  }
  os::write_file(arguments.allowed_signers, text);
  console.note(fmt::format("wrote {}: for ssh-keygen -Y verify -f", arguments.allowed_signers));
}

int run_policy(const PolicyArguments& arguments, Console& console) {
  const PolicyChange& change = arguments.change;
  if (!change.change.empty() || !change.adopt.empty() || !change.out.empty()) {
    return run_change(change, arguments, console);
  }
  const std::string path = policy_path(arguments.config, arguments.file, "--file", console);
  const policy::ReadResult result = policy::read_policy(os::read_file(path, kMaxPolicyBytes), path);
  if (!console.json() || !result.policy) console.findings(result.findings);
  if (!result.policy) return kUsage;
  const bool writes = !arguments.allowed_signers.empty();
  if (writes && !(console.json() && arguments.dry_run)) {
    write_allowed_signers(*result.policy, arguments, console);
  }
  if (console.json()) {
    console.print(policy_json(result));
  } else if (!writes) {
    console.show(policy::to_text(*result.policy));
  }
  if (!arguments.config.empty()) {
    console.next({"plan", "--config", arguments.config, "--out", "plan.json"});
  } else if (writes) {
    console.next({"policy", "--file", arguments.file});
  } else {
    console.next({"policy", "--file", arguments.file, "--allowed-signers", "allowed_signers"});
  }
  return kDone;
}

}  // namespace

Run declare_policy(CLI::App& app) {
  const auto arguments = std::make_shared<PolicyArguments>();
  app.add_option("--file", arguments->file, "the policy file");
  app.add_option("--config", arguments->config, "a config that names it");
  app.add_option("--allowed-signers", arguments->allowed_signers,
                 "write the file by which ssh-keygen checks signatures");
  app.add_option("--change", arguments->change.change,
                 "the file of a later version, which is to be signed; needs --out");
  app.add_option("--out", arguments->change.out, "write the change to this document");
  app.add_option("--adopt", arguments->change.adopt,
                 "the document that people signed: its version comes in force");
  app.add_option("--operator", arguments->change.operator_name, "the person who runs this");
  app.add_flag("--dry-run", arguments->dry_run, "print what would be written");
  return [arguments](Console& console) { return run_policy(*arguments, console); };
}

}  // namespace sluice::cli
