#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "sluice/plan/draft.h"
#include "sluice/profile/profile.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"

namespace sluice::cli {
namespace {

struct InspectArguments {
  std::string config;
  std::string url;
  std::string side = "both";
  std::vector<std::string> schemas;
};

/// One database, before there is a config.
std::vector<profile::Profile> inspect_url(const InspectArguments& arguments) {
  return {profile::take_profile(endpoint_of_url(arguments.url, "source"), arguments.schemas)};
}

/// The databases of a config, as far as it speaks of them.
std::vector<profile::Profile> inspect_config(const InspectArguments& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  plan::ConfigSchemas schemas = plan::config_schemas(config.config);
  if (!arguments.schemas.empty()) schemas = {arguments.schemas, arguments.schemas};
  std::vector<profile::Profile> profiles;
  if (arguments.side != "target") {
    profiles.push_back(profile::take_profile(config.config.source, schemas.source));
  }
  if (arguments.side != "source") {
    profiles.push_back(profile::take_profile(config.config.target, schemas.target));
  }
  return profiles;
}

int run_inspect(const InspectArguments& arguments, Console& console) {
  if (arguments.config.empty() == arguments.url.empty()) {
    console.error("one of --config and --url says what to look at",
                  "sluice inspect --url 'mysql://reader@db1/crm?defaults_file=/home/me/.my.cnf'");
    return kUsage;
  }
  const std::vector<profile::Profile> profiles =
      arguments.url.empty() ? inspect_config(arguments, console) : inspect_url(arguments);
  if (console.json()) {
    console.print(profile::to_json(profiles));
    return kDone;
  }
  for (const profile::Profile& profile : profiles) {
    if (&profile != &profiles.front()) console.print("\n");
    console.show(profile::to_text(profile));
  }
  if (!arguments.config.empty()) console.next({"plan", "--config", arguments.config});
  return kDone;
}

}  // namespace

Run declare_inspect(CLI::App& app) {
  const auto arguments = std::make_shared<InspectArguments>();
  app.add_option("--config", arguments->config, "the migration's config file");
  app.add_option("--url", arguments->url, "a single database, where there is no config yet");
  app.add_option("--side", arguments->side, "source, target or both")
      ->check(CLI::IsMember({"source", "target", "both"}));
  app.add_option("--schema", arguments->schemas,
                 "schemas to look at, instead of those that the config names");
  return [arguments](Console& console) { return run_inspect(*arguments, console); };
}

}  // namespace sluice::cli
