#include "sluice/cutover/discard.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/run_choice.h"
#include "cli/swap_approval.h"
#include "cli/swap_report.h"

namespace sluice::cli {
namespace {

/// DO NOT CHANGE the meaning of a member without a new number.
constexpr std::string_view kDiscardSchema = "sluice.discard/1";

struct DiscardArguments {
  std::string config;
  std::string run;
  std::string operator_name;
  bool give_up_way_back = false;
  bool dry_run = false;
};

const char* text_of(cutover::Leftover::What what) {
  switch (what) {
    case cutover::Leftover::What::kept:
      return "the old rows";
    case cutover::Leftover::What::side:
      return "copied rows that are not live";
    case cutover::Leftover::What::lost:
      return "rows that a rollback took away";
  }
  return "unknown";
}

std::string list_json(const std::string& run_id, const std::vector<cutover::Leftover>& tables,
                      bool is_dropped) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kDiscardSchema).member("run", run_id);
  json.member("dropped", is_dropped).key("tables").begin_array();
  for (const cutover::Leftover& table : tables) {
    json.begin_object().member("table", codec::printable_line(table.name.text()));
    json.member("what", to_string(table.what)).member("rows", table.rows);
    json.member("bytes", table.bytes).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

void show_list(const std::vector<cutover::Leftover>& tables, Console& console) {
  for (const cutover::Leftover& table : tables) {
    console.show(fmt::format("{}: {}, {} rows, {} bytes\n",
                             codec::printable_line(table.name.text()), text_of(table.what),
                             table.rows, table.bytes));
  }
  if (tables.empty()) console.show("there is nothing of this run to drop\n");
}

int print_dry_run(const std::vector<cutover::Leftover>& tables, const DiscardArguments& arguments,
                  Console& console) {
  if (console.json()) {
    console.print(list_json(arguments.run, tables, false));
    return kDone;
  }
  show_list(tables, console);
  for (const std::string& sql : cutover::drop_sql(tables)) console.print(sql + ";\n");
  console.next(words_on_run("discard", arguments.config, arguments.run));
  return kDone;
}

int run_discard(const DiscardArguments& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  ledger::Run run;
  plan::Plan plan;
  {
    const auto ledger = open_ledger(ledger_of(config.config), console);
    run = choose_run(*ledger, ledger_of(config.config), arguments.run, console);
    plan = plan::from_json(ledger::plan_of_run(*ledger, run.id));
  }
  const auto session =
      db::open_session(plan::held_to(plan.target, config.config.target), db::Purpose::target);
  if (arguments.dry_run) {
    return print_dry_run(cutover::leftovers(*session, plan, run), arguments, console);
  }
  std::vector<cutover::Leftover> dropped;
  const cutover::Result result =
      cutover::discard(approve_swap({cutover::Request::Act::drop, run, std::move(plan),
                                     arguments.operator_name.empty() ? config.config.operator_name
                                                                     : arguments.operator_name}),
                       *session, {arguments.give_up_way_back}, dropped);
  const bool is_done = result.kind == cutover::Result::Kind::done;
  if (result.kind == cutover::Result::Kind::held) {
    console.error(fmt::format("run {} is held by another process", run.id),
                  "sluice status shows it");
    return exit_code_of(result);
  }
  console.json() ? console.print(list_json(run.id, dropped, is_done)) : show_list(dropped, console);
  static_cast<void>(console.findings(result.findings));
  if (is_done && !dropped.empty()) console.show("dropped\n");
  console.next(words_on_run("status", arguments.config, arguments.run));
  return exit_code_of(result);
}

}  // namespace

Run declare_discard(CLI::App& app) {
  const auto arguments = std::make_shared<DiscardArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "the run whose tables are to be dropped")->required();
  app.add_option("--operator", arguments->operator_name, "who does it; for the ledger");
  app.add_flag("--give-up-way-back", arguments->give_up_way_back,
               "drop the old tables of a run that is cut over: it cannot be rolled back");
  app.add_flag("--dry-run", arguments->dry_run, "list the tables and print the SQL");
  return [arguments](Console& console) { return run_discard(*arguments, console); };
}

}  // namespace sluice::cli
