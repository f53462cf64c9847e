#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/copy/start.h"
#include "sluice/cutover/swap.h"
#include "sluice/db/sql_session.h"
#include "sluice/os/file.h"
#include "sluice/plan/draft.h"
#include "sluice/plan/script.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kResultSchema = "sluice.plan.result/1";

struct PlanArguments {
  std::string config;
  std::string out;
  bool sql = false;
};

std::string result_json(const plan::Draft& draft, const std::string& out) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kResultSchema);
  json.key("plan_sha256");
  if (draft.plan) {
    json.value(plan::sha256_of(*draft.plan));
  } else {
    json.null();
  }
  if (draft.plan && !out.empty()) json.member("file", out);
  json.key("findings").begin_array();
  for (const model::Finding& finding : draft.findings) {
    json.begin_object().member("severity", severity_word(finding.severity));
    json.member("rule", finding.rule).member("where", finding.where);
    json.member("message", finding.message).member("action", finding.action).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

/// "customers by key (id), 12 columns", or how else it is read.
std::string table_line(const plan::TablePlan& table) {
  std::string key;
  for (const std::size_t index : table.key) {
    key += (key.empty() ? "" : ", ") + table.read[index].name;
  }
  std::string order = "in one stream";
  if (table.order == model::RangeKind::key) order = fmt::format("by key ({})", key);
  if (table.order == model::RangeKind::ctid) order = "by heap blocks";
  const auto indexes = std::ranges::count(table.deferred, plan::DeferredStep::Kind::index,
                                          &plan::DeferredStep::kind);
  return fmt::format("{} to {}: {}, {} columns into {}, {} indexes", table.source.text(),
                     table.target.text(), order, table.read.size(), table.write.size(), indexes);
}

/// Names come from elsewhere.
void show_line(const std::string& text, Console& console) {
  console.show(codec::printable_line(text) + "\n");
}

void print_summary(const plan::Plan& plan, const PlanArguments& arguments, Console& console) {
  for (const plan::TablePlan& table : plan.tables) show_line(table_line(table), console);
  for (const config::LeftTable& left : plan.leave) {
    show_line(fmt::format("{} stays: {}", left.table.text(), left.reason), console);
  }
  console.print(fmt::format("plan {}\n", plan::sha256_of(plan)));
  if (arguments.out.empty()) {
    console.next({"plan", "--config", arguments.config, "--out", "plan.json"});
  } else {
    console.next({"copy", "--config", arguments.config, "--plan", arguments.out});
  }
}

/// Side tables that are there already: nothing is wrong with them where a run goes on. Who makes
/// plans need not be allowed to read the ledger.
void warn_of_taken_names(const model::Endpoint& target, plan::Draft& draft) {
  const auto session = db::open_session(target, db::Purpose::catalog);
  try {
    const auto earlier = copy::earlier_tables(*session, *draft.plan);
    for (model::Finding& finding : copy::taken_names(*session, *draft.plan, earlier, false)) {
      finding.severity = model::Severity::warning;
      draft.findings.push_back(std::move(finding));
    }
  } catch (const model::Error& error) {
    if (error.kind() != model::ErrorKind::config) throw;
    draft.findings.push_back(
        {model::Severity::warning, "side-tables-unknown", target.database,
         fmt::format("whether side tables of an earlier run are there cannot be seen: {}",
                     error.what()),
         "copy looks again, as the target's role"});
  }
}

/// Better now than when everything has been copied.
void look_at_cutover(const model::Endpoint& target, plan::Draft& draft) {
  const auto session = db::open_session(target, db::Purpose::catalog);
  for (model::Finding& finding : cutover::plan_findings(*session, *draft.plan)) {
    draft.findings.push_back(std::move(finding));
  }
}

int run_plan(const PlanArguments& arguments, Console& console) {
  // What people wrote; every mistake is reported at once.
  const ReadConfig config = read_config(arguments.config, console);
  // What both servers have now.
  const Catalogs catalogs = read_catalogs(config.config);
  // Both brought together: a plan, or every reason why there is none.
  plan::Draft draft = make_draft(config, catalogs);
  if (draft.plan) warn_of_taken_names(config.config.target, draft);
  if (draft.plan) look_at_cutover(config.config.target, draft);
  if (draft.plan && !arguments.out.empty()) {
    os::write_file(arguments.out, plan::to_json(*draft.plan));
  }
  if (console.json()) {
    console.print(result_json(draft, arguments.out));
    return draft.plan ? kDone : kUsage;
  }
  console.findings(draft.findings);
  if (!draft.plan) return kUsage;
  if (arguments.sql) {
    console.print(plan::copy_script(*draft.plan));
  } else {
    print_summary(*draft.plan, arguments, console);
  }
  return kDone;
}

}  // namespace

Run declare_plan(CLI::App& app) {
  const auto arguments = std::make_shared<PlanArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--out", arguments->out, "write the plan to this file");
  app.add_flag("--sql", arguments->sql, "print the SQL that a copy of the plan would run");
  return [arguments](Console& console) { return run_plan(*arguments, console); };
}

}  // namespace sluice::cli
