#include "sluice/policy/policy.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/os/file.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
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
  bool dry_run = false;
};

/// The file that is named, or that the config names.
std::string path_of(const PolicyArguments& arguments, Console& console) {
  if (arguments.config.empty()) return arguments.file;
  const ReadConfig config = read_config(arguments.config, console);
  if (config.config.policy.empty()) {
    throw model::Error(model::ErrorKind::config, arguments.config + " names no policy",
                       "add \"policy\": \"FILE\", a path from the config's folder");
  }
  return policy_path(config.config);
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
  if (arguments.file.empty() == arguments.config.empty()) {
    throw model::Error(model::ErrorKind::usage, "either --file or --config names the policy");
  }
  const std::string path = path_of(arguments, console);
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
  app.add_flag("--dry-run", arguments->dry_run, "print what --allowed-signers would write");
  return [arguments](Console& console) { return run_policy(*arguments, console); };
}

}  // namespace sluice::cli
