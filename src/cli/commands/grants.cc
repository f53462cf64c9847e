#include "sluice/plan/grants.h"

#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/retire/consumed.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kGrantsSchema = "sluice.grants/1";

struct GrantsArguments {
  std::string config;
  std::string plan;
  std::string side = "both";
  plan::GrantRoles roles;
};

/// What is given for an act alone is no part of "both": it is given when the act is due.
int show_act(const config::Config& config, const GrantsArguments& arguments, Console& console) {
  const std::string sql = arguments.side == "cutover"
                              ? plan::cutover_grants(config, arguments.roles)
                              : plan::retire_grants(config, arguments.roles,
                                                    retire::consumed_ddl(config.source.engine));
  if (console.json()) {
    codec::JsonWriter json(codec::JsonWriter::Style::pretty);
    json.begin_object().member("schema", kGrantsSchema).member(arguments.side, sql).end_object();
    console.print(json.take());
    return kDone;
  }
  console.print(sql);
  console.print(fmt::format("-- Next: {}\n", command_line({arguments.side, "--help"})));
  return kDone;
}

int run_grants(const GrantsArguments& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  if (arguments.side == "retire" || arguments.side == "cutover") {
    return show_act(config.config, arguments, console);
  }
  std::optional<plan::Plan> plan;
  if (!arguments.plan.empty()) plan = read_plan(arguments.plan);
  std::string source;
  std::string target;
  const plan::Plan* const made = plan ? &*plan : nullptr;
  if (arguments.side != "target")
    source = plan::source_grants(config.config, arguments.roles, made);
  if (arguments.side != "source")
    target = plan::target_grants(config.config, arguments.roles, made);
  if (console.json()) {
    codec::JsonWriter json(codec::JsonWriter::Style::pretty);
    json.begin_object().member("schema", kGrantsSchema);
    if (!source.empty()) json.member("source", source);
    if (!target.empty()) json.member("target", target);
    json.end_object();
    console.print(json.take());
    return kDone;
  }
  console.print(source + (source.empty() || target.empty() ? "" : "\n") + target);
  // A comment, so that the whole can be piped into a client.
  console.print(
      fmt::format("-- Next: {}\n", command_line({"inspect", "--config", arguments.config})));
  return kDone;
}

}  // namespace

Run declare_grants(CLI::App& app) {
  const auto arguments = std::make_shared<GrantsArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--plan", arguments->plan, "a plan, for what foreign keys to other tables need");
  app.add_option("--side", arguments->side,
                 "source, target or both; cutover: what the target's role needs to rename "
                 "tables; retire: a role that can delete")
      ->check(CLI::IsMember({"source", "target", "both", "cutover", "retire"}));
  app.add_option("--source-role", arguments->roles.source, "name of the source's role");
  app.add_option("--target-role", arguments->roles.target, "name of the target's role");
  app.add_option("--retire-role", arguments->roles.retire, "name of the role that can delete");
  app.add_option("--host", arguments->roles.host,
                 "MySQL, MariaDB: from where the source's user connects; without it, localhost "
                 "where the source is on this machine, else anywhere (%)");
  return [arguments](Console& console) { return run_grants(*arguments, console); };
}

}  // namespace sluice::cli
