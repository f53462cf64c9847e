#include "sluice/ledger/quarantine.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/problem.h"
#include "sluice/codec/sha256.h"
#include "sluice/copy/altered.h"
#include "sluice/copy/decide.h"
#include "sluice/db/target.h"
#include "sluice/ledger/ledger.h"
#include "sluice/mapping/json_object.h"
#include "sluice/model/error.h"
#include "sluice/os/file.h"
#include "sluice/os/host.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/held_run.h"
#include "cli/inputs.h"
#include "cli/policy_in_force.h"
#include "cli/quarantine_report.h"
#include "cli/run_choice.h"
#include "cli/signed_document.h"
#include "cli/stop_sources.h"

namespace sluice::cli {
namespace {

/// Some hundred bytes an entry: a million of them. More is a mistake.
constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;

/// Values are shown in some tens of characters, in JSON a little more; export gives them whole.
constexpr std::size_t kShownValueBytes = 1000;

struct QuarantineArguments {
  std::string config;
  std::string run;
  std::string table;
  std::string reason;
  std::size_t limit = 50;
  bool by_group = false;
  bool decided = false;       // list what was decided instead of what is open
  std::string file;           // of decide
  std::string out;            // of export
  std::string operator_name;  // of decide
  bool dry_run = false;
};

ledger::QuarantineFilter filter_of(const QuarantineArguments& arguments, const plan::Plan& plan,
                                   const ledger::Run& run, Console& console) {
  ledger::QuarantineFilter filter;
  filter.run_id = run.id;
  if (!arguments.table.empty()) {
    const plan::TablePlan* table = copy::find_table(plan, arguments.table);
    if (table == nullptr) {
      console.error(fmt::format("the plan has no table {}, or several", arguments.table),
                    "sluice status lists the tables");
      throw Exit{kUsage};
    }
    filter.table_no = table->number;
  }
  if (!arguments.reason.empty()) {
    if (!codec::problem_from_string(arguments.reason)) {
      std::vector<std::string_view> known;
      for (const codec::Problem problem : codec::all_problems()) {
        known.push_back(codec::to_string(problem));
      }
      const std::string_view near = mapping::nearest(arguments.reason, known);
      console.error(fmt::format("there is no reason {}", arguments.reason),
                    near.empty() ? fmt::format("reasons are: {}", fmt::join(known, ", "))
                                 : fmt::format("did you mean '{}'?", near));
      throw Exit{kUsage};
    }
    filter.reason = arguments.reason;
  }
  return filter;
}

Words decide_words(const QuarantineArguments& arguments, const std::string& file) {
  Words words = words_on_run("quarantine", arguments.config, arguments.run);
  words.insert(words.begin() + 1, "decide");
  words.insert(words.end(), {"--file", file});
  return words;
}

/// What follows when nothing is left to decide.
Words words_after(const QuarantineArguments& arguments, const ledger::Run& run) {
  if (run.state != ledger::RunState::finished) return {"copy", "--config", arguments.config};
  return words_on_run("verify", arguments.config, arguments.run);
}

/// What is shown: open rows, or those that were decided or left behind.
std::vector<ledger::QuarantineEntry> rows_of(db::SqlSession& ledger,
                                             ledger::QuarantineFilter filter,
                                             const QuarantineArguments& arguments) {
  using State = ledger::QuarantineState;
  std::vector<ledger::QuarantineEntry> rows;
  const std::vector<State> states = arguments.decided
                                        ? std::vector<State>{State::decided, State::left_behind}
                                        : std::vector<State>{State::open};
  for (const State state : states) {
    filter.state = state;
    for (auto& row :
         ledger::quarantined(ledger, filter, 0, arguments.limit - rows.size(), kShownValueBytes)) {
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

void say_what_is_next(const QuarantineArguments& arguments, const QuarantineList& list,
                      Console& console) {
  const std::size_t shown = list.by_group ? list.groups.size() : list.rows.size();
  if (shown == arguments.limit) {
    console.note(
        fmt::format("only the first {} are shown: --limit N shows more, --table and "
                    "--reason choose, --group adds up",
                    shown));
  }
  if (list.counts.open > 0) {
    Words words = words_on_run("quarantine", arguments.config, arguments.run);
    words.insert(words.begin() + 1, "export");
    words.insert(words.end(), {"--out", "decisions.json"});
    console.next(words);
  } else {
    console.next(words_after(arguments, list.run));
  }
}

int run_list(const QuarantineArguments& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  const auto ledger = open_ledger(ledger_of(config.config), console);
  const ledger::Run run = choose_run(*ledger, ledger_of(config.config), arguments.run, console);
  const plan::Plan plan = plan_of(*ledger, run);
  ledger::QuarantineFilter filter = filter_of(arguments, plan, run, console);
  QuarantineList list{plan, run, ledger::count_quarantined(*ledger, filter),
                      {},   {},  arguments.by_group};
  if (arguments.by_group) {
    filter.state = ledger::QuarantineState::open;
    list.groups = ledger::quarantine_groups(*ledger, filter, false, arguments.limit);
  } else {
    list.rows = rows_of(*ledger, filter, arguments);
  }
  console.json() ? console.print(to_json(list)) : console.show(to_text(list));
  say_what_is_next(arguments, list, console);
  return kDone;
}

int run_export(const QuarantineArguments& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  const auto ledger = open_ledger(ledger_of(config.config), console);
  const ledger::Run run = choose_run(*ledger, ledger_of(config.config), arguments.run, console);
  const plan::Plan plan = plan_of(*ledger, run);
  // Everything that is open, for people to fill in; nothing is changed.
  const copy::DecisionsTemplate file = copy::decisions_template(
      *ledger, plan, filter_of(arguments, plan, run, console), arguments.by_group);
  os::write_file(arguments.out, file.json);
  if (console.json()) console.print(export_to_json(run, arguments.out, file));
  console.note(fmt::format("{} holds {} entries for {} rows: fill in decision, person and reason",
                           arguments.out, file.entries, file.rows));
  console.next(decide_words(arguments, arguments.out));
  return kDone;
}

/// What people decided, held against the plan.
copy::Decisions read_file(const QuarantineArguments& arguments, const std::string& text,
                          const plan::Plan& plan, const ledger::Run& run, Console& console) {
  copy::ReadDecisions read = copy::read_decisions(text, arguments.file, plan);
  console.findings(read.findings);
  if (!read.decisions) throw Exit{kUsage};
  if (!read.decisions->run.empty() && read.decisions->run != run.id) {
    console.error(fmt::format("{} was exported from run {}, not from run {}", arguments.file,
                              read.decisions->run, run.id),
                  "name the run with --run, or export the quarantine of this run");
    throw Exit{kUsage};
  }
  return std::move(*read.decisions);
}

/// Nobody may work on the run meanwhile: exit 6 names who does. REQUIRES: `target` is held to the
/// server of the run's plan.
std::unique_ptr<db::TargetSession> hold_alone(const model::Endpoint& target, const ledger::Run& run,
                                              Console& console) {
  auto session = db::open_target(target);
  if (ledger::take_run(*session, run.id, ledger::Holding::alone)) return session;
  refuse_held(*session, run.id, "wait until it is done, or stop it, then decide", console);
}

/// The run as it is from now on, when nobody else can change it.
ledger::Run run_as_held(db::SqlSession& session, const std::string& run_id) {
  if (auto run = ledger::find_run(session, run_id)) return *std::move(run);
  throw model::Error(model::ErrorKind::drift,
                     fmt::format("run {} is gone from the ledger", run_id));
}

/// Puts this process on record as the one that holds the run. Others on record are dead or frozen;
/// a frozen one that wakes up must not write beside this one.
std::string record_process(db::SqlSession& session, const ledger::Run& run) {
  ledger::take_over(session, run.id);
  const os::ProcessIdentity self = os::this_process();
  std::string id = os::random_hex(8);
  ledger::record_process(session, run.id, {id, self.host, self.pid, self.user, "", "", "", ""});
  return id;
}

/// What people decide is signed with the manifest that a cutover needs. A table that is live
/// already, or takes its name without a cutover, would get rows that nobody has signed for. Who
/// leaves a row behind changes nothing there.
void refuse_unsigned_values(const InForce& in_force, const plan::Plan& plan,
                            const copy::Decisions& decisions, const copy::Selection& selection,
                            Console& console) {
  if (!needs_signatures(in_force, plan.source, plan.target)) return;
  for (const copy::ChosenRow& row : selection.rows) {
    const plan::TablePlan& table = plan.tables.at(static_cast<std::size_t>(row.table_no - 1));
    const copy::Verdict verdict = decisions.entries.at(row.entry).verdict;
    const bool moves = verdict == copy::Verdict::set || verdict == copy::Verdict::retry;
    const bool is_live = table.side == table.target;
    const bool has_cutover = !table.is_new || plan.new_tables == config::NewTables::side;
    if (row.state != ledger::QuarantineState::open || !moves || (!is_live && has_cutover)) continue;
    console.error(
        fmt::format("{} {}: nobody would have signed for the rows that it is to get",
                    table.target.text(), is_live ? "is live" : "goes live when the copy ends"),
        "leave them behind; or copy anew with --new-run, where a cutover makes the tables live "
        "(\"new_tables\": \"side\"), and decide before it");
    throw Exit{kApproval};
  }
}

int report_decided(const QuarantineArguments& arguments, const DecideResult& result,
                   Console& console) {
  if (console.json()) {
    console.print(to_json(result));
  } else {
    for (const std::string& sql : result.report.sql) console.print(sql + "\n");
    console.show(to_text(result));
  }
  if (!result.accounts_close()) console.error("an account does not close");
  if (result.dry_run || !result.report.is_all_done()) {
    console.next(decide_words(arguments, arguments.file));
  } else {
    console.next(words_after(arguments, result.run));
  }
  return result.report.is_all_done() && result.accounts_close() ? kDone : kStopRule;
}

int run_decide(const QuarantineArguments& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  const auto ledger = open_ledger(ledger_of(config.config), console);
  const ledger::Run chosen = choose_run(*ledger, ledger_of(config.config), arguments.run, console);
  const InForce in_force = InForce::load(config.config, console);
  const plan::Plan before = plan_of(*ledger, chosen);
  if (!arguments.dry_run) {
    require_admitted(in_force, plan::held_to(before, config.config),
                     operator_of(config.config, arguments.operator_name), Agreement::not_needed,
                     console);
  }
  // From here on nobody else works on the run.
  const model::Endpoint target = plan::held_to(before.target, config.config.target);
  auto session = hold_alone(target, chosen, console);
  const ledger::Run run = run_as_held(*session, chosen.id);
  // What its tables are called now: a cutover or a rollback may have ended meanwhile.
  const plan::Plan plan = plan_of(*session, run);
  if (!arguments.dry_run) refuse_stopped(*session, run.id, arguments.config, console);
  // What people decided: every mistake is reported at once, and nothing is done then.
  const std::string text = os::read_file(arguments.file, kMaxFileBytes);
  const copy::Decisions decisions = read_file(arguments, text, plan, run, console);
  // The target must still be what the plan was made from; of the source each table for itself.
  Catalogs catalogs = read_catalogs(config.config);
  refuse_drift(plan, config, catalogs, SourceTables::any, console);
  plan::Changes altered = copy::without_read(plan::altered_sources(plan, catalogs.source), run,
                                             ledger::run_tables(*session, run.id));
  catalogs = {};
  copy::require_side_tables(*session, plan, run);
  // Which rows the entries are about.
  const copy::Selection selection = copy::select_rows(*session, run.id, plan, decisions);
  if (console.findings(selection.findings)) return kUsage;
  refuse_unsigned_values(in_force, plan, decisions, selection, console);
  const std::string process_id = arguments.dry_run ? "" : record_process(*session, run);
  // The rows move, each batch of them in one transaction with its place in the ledger.
  const copy::DecideContext context{
      plan, run, target, decisions, codec::sha256_hex(text), arguments.dry_run, std::move(altered)};
  copy::DecideReport report = copy::apply_decisions(context, selection, session);
  DecideResult result{plan, run, std::move(report), {}, arguments.dry_run};
  if (!arguments.dry_run) {
    db::flush_commits(*session);
    ledger::end_process(*session, process_id);
    result.accounts = ledger::accounts(*session, run.id, plan.digest);
  }
  return report_decided(arguments, result, console);
}

}  // namespace

Run declare_quarantine(CLI::App& app) {
  const auto arguments = std::make_shared<QuarantineArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  app.add_option("--table", arguments->table, "only rows of this table");
  app.add_option("--reason", arguments->reason, "only rows with this reason, such as zero_date");
  app.add_option("--limit", arguments->limit, "show at most so many")
      ->check(CLI::Range(1, 1'000'000));
  app.add_flag("--group", arguments->by_group,
               "add up rows with the same table, column and reason");
  app.add_flag("--decided", arguments->decided, "list what was decided, by whom and why");
  CLI::App* write = app.add_subcommand("export", "write a file of decisions for people to fill in");
  write->fallthrough();
  write->add_option("--out", arguments->out, "the file to write")->required();
  CLI::App* decide = app.add_subcommand("decide", "move rows as people decided");
  decide->fallthrough();
  decide->add_option("--file", arguments->file, "the file of decisions, filled in")->required();
  decide->add_option("--operator", arguments->operator_name, "the person who runs this");
  decide->add_flag("--dry-run", arguments->dry_run, "try everything, print the SQL, write nothing");
  app.require_subcommand(0, 1);
  return [arguments, write, decide](Console& console) {
    if (write->parsed()) return run_export(*arguments, console);
    if (decide->parsed()) return run_decide(*arguments, console);
    return run_list(*arguments, console);
  };
}

}  // namespace sluice::cli
