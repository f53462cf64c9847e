#include "sluice/cutover/discard.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/held_run.h"
#include "cli/inputs.h"
#include "cli/run_choice.h"
#include "cli/swap_approval.h"
#include "cli/swap_report.h"
#include "cli/swap_start.h"

namespace sluice::cli {
namespace {

/// DO NOT CHANGE the meaning of a member without a new number.
constexpr std::string_view kDiscardSchema = "sluice.discard/1";

struct DiscardArguments : SwapArguments {
  DocumentFiles files;
  bool give_up_way_back = false;
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

std::string line_of(const cutover::Leftover& table) {
  return fmt::format("{}: {}, {} rows, {} bytes\n", codec::printable_line(table.name.text()),
                     text_of(table.what), table.rows, table.bytes);
}

constexpr const char* kNothing = "there is nothing of this run to drop\n";

void show_list(const std::vector<cutover::Leftover>& tables, Console& console) {
  for (const cutover::Leftover& table : tables) console.show(line_of(table));
  if (tables.empty()) console.show(kNothing);
}

/// The same as comments of SQL, which no terminal may break.
void print_list(const std::vector<cutover::Leftover>& tables, Console& console) {
  for (const cutover::Leftover& table : tables) console.print("-- " + line_of(table));
  if (tables.empty()) console.print(std::string("-- ") + kNothing);
}

int print_dry_run(const SwapStart& start, const DiscardArguments& arguments, Console& console) {
  const auto tables = cutover::leftovers(*start.session, start.plan(), start.run());
  // What would be refused is refused here too.
  const auto findings =
      cutover::discard_findings(*start.session, start.run(), tables, arguments.give_up_way_back);
  if (console.json()) {
    console.print(list_json(arguments.run, tables, false));
    static_cast<void>(console.findings(findings));
    return findings.empty() ? kDone : kStopRule;
  }
  print_list(tables, console);
  for (const std::string& sql : cutover::drop_sql(tables)) console.print(sql + ";\n");
  static_cast<void>(console.findings(findings));
  Words next =
      words_on_run(findings.empty() ? "discard" : "status", arguments.config, arguments.run);
  if (findings.empty() && arguments.give_up_way_back) next.emplace_back("--give-up-way-back");
  console.next_in_sql(next);
  return findings.empty() ? kDone : kStopRule;
}

/// Writes what people sign; nothing is dropped yet.
int propose(const SwapStart& start, cutover::Drop drop, const DiscardArguments& arguments,
            Console& console) {
  drop.tables = cutover::leftovers(*start.session, start.plan(), start.run());
  const auto findings = cutover::discard_findings(*start.session, start.run(), *drop.tables,
                                                  arguments.give_up_way_back);
  if (!findings.empty()) {
    static_cast<void>(console.findings(findings));
    throw Exit{kStopRule};
  }
  console.json() ? console.print(list_json(start.run().id, *drop.tables, false))
                 : show_list(*drop.tables, console);
  if (drop.tables->empty()) {
    console.next(words_on_run("status", arguments.config, arguments.run));
    return kDone;
  }
  const std::string sha256 = propose_drop(start, drop, arguments.files.propose);
  console.note(fmt::format("document {}", sha256));
  console.next({"approve", arguments.files.propose, "--config", arguments.config});
  return kDone;
}

int drop_tables(SwapStart& start, cutover::Drop drop, const DiscardArguments& arguments,
                Console& console) {
  const auto agreed = approve_drop(start, arguments.files.approved, std::move(drop), console);
  adopt_policy(start);
  std::vector<cutover::Leftover> dropped;
  const cutover::Result result =
      cutover::discard(agreed.what, *start.session, start.reopen(), agreed.evidence, dropped);
  const bool is_done = result.kind == cutover::Result::Kind::done;
  if (result.kind == cutover::Result::Kind::held) {
    say_held(start.run().id, result.blockers, kWaitForHolder, console);
    return exit_code_of(result);
  }
  console.json() ? console.print(list_json(start.run().id, dropped, is_done))
                 : show_list(dropped, console);
  static_cast<void>(console.findings(result.findings));
  if (is_done && !dropped.empty() && !console.json()) console.show("dropped\n");
  console.next(words_on_run("status", arguments.config, arguments.run));
  return exit_code_of(result);
}

int discard(SwapStart& start, const DiscardArguments& arguments, Console& console) {
  check_files(arguments.files, start, console);
  cutover::Drop drop{start.run(), start.plan(), start.request.operator_name,
                     arguments.give_up_way_back, std::nullopt};
  if (arguments.dry_run) return print_dry_run(start, arguments, console);
  if (!arguments.files.propose.empty()) return propose(start, std::move(drop), arguments, console);
  refuse_stopped(start, arguments, console);
  return drop_tables(start, std::move(drop), arguments, console);
}

int run_discard(const DiscardArguments& arguments, Console& console) {
  SwapStart start = start_swap(arguments, plan_at_start, console);
  return unless_locked(start, console, [&] { return discard(start, arguments, console); });
}

}  // namespace

Run declare_discard(CLI::App& app) {
  const auto arguments = std::make_shared<DiscardArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "the run whose tables are to be dropped")->required();
  app.add_option("--operator", arguments->operator_name, "the person who runs this");
  app.add_flag("--give-up-way-back", arguments->give_up_way_back,
               "drop the old tables of a run that is cut over: it cannot be rolled back");
  app.add_option("--propose", arguments->files.propose,
                 "write which tables would go, for people to sign; drop nothing");
  app.add_option("--approved", arguments->files.approved, "the document that they signed");
  app.add_option("--stop-file", arguments->stop_file, "drop nothing while a file is there");
  app.add_flag("--dry-run", arguments->dry_run, "list the tables and print the SQL");
  return [arguments](Console& console) { return run_discard(*arguments, console); };
}

}  // namespace sluice::cli
