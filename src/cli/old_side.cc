#include "cli/old_side.h"

#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

#include "cli/exit_code.h"
#include "cli/policy_in_force.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

using codec::printable_line;

/// A person who asks where a run stands does not wait for a server that is away.
constexpr std::chrono::seconds kGlance{2};

void append(db::SqlSession& ledger, const OldSideRun& run, const char* kind,
            const std::string& body) {
  ledger::append_event(ledger, run.run.id, kind, body);
}

std::unique_ptr<db::SqlSession> open_target(const OldSideRun& run) {
  return db::open_session(plan::held_to(run.plan.target, run.config.config.target),
                          db::Purpose::target);
}

/// Null where the run is not cut over.
std::unique_ptr<cutover::OldSideWatch> make_watch(const plan::Plan& plan, const ledger::Run& run,
                                                  const model::Endpoint& source,
                                                  db::SqlSession& ledger,
                                                  const std::vector<ledger::Event>& events) {
  const auto cut = cutover::standing_cut(events);
  const auto old_side = cutover::old_side_of(events);
  if (!cut || !old_side) return nullptr;
  return std::make_unique<cutover::OldSideWatch>(plan, source,
                                                 cutover::source_before(ledger, run, plan, *cut),
                                                 run.seed(), old_side->clean_position);
}

bool is_within(const std::vector<cutover::TableWrites>& written, std::uint64_t limit) {
  const auto changed = cutover::changes(written);
  return changed && *changed <= limit;
}

std::string tables_text(const std::vector<cutover::TableWrites>& written) {
  std::string text;
  for (const cutover::TableWrites& table : written) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", table.table, text_of(table));
  }
  return text;
}

/// What is not on record yet.
std::string glance(const plan::Plan& plan, const ledger::Run& run, model::Endpoint source,
                   db::SqlSession& ledger, const std::vector<ledger::Event>& events) {
  source.options["connect_timeout"] = std::to_string(kGlance.count());
  source.statement_seconds = static_cast<std::uint32_t>(kGlance.count());
  try {
    const auto until = cutover::OldSideWatch::Clock::now() + kGlance;
    const auto watch = make_watch(plan, run, source, ledger, events);
    if (watch == nullptr) return "";
    const cutover::OldSideLook look = watch->look(until);
    if (!look.written.empty() && look.written == cutover::old_side_of(events)->written) {
      return "written to, and verified since";
    }
    if (!look.written.empty()) return "written to: " + tables_text(look.written);
    if (look.not_seen.empty()) return "nothing was written there";
    return fmt::format("{} of its tables could not be read in {} s", look.not_seen.size(),
                       kGlance.count());
  } catch (const model::Error& error) {
    return std::string("could not be looked at: ") + error.what();
  }
}

void write_tables(codec::JsonWriter& json, const cutover::OldSideLook& look) {
  json.key("written").begin_array();
  for (const cutover::TableWrites& table : look.written) {
    json.begin_object().member("table", printable_line(table.table));
    json.member("rows_before", table.rows_before).member("rows", table.rows);
    json.member("written", table.written).member("gone", table.gone).end_object();
  }
  json.end_array().member("changes", cutover::changes(look.written));
}

}  // namespace

int say_old_side(const OldSideRun& run, const OldSideReport& report, Console& console) {
  for (const cutover::TableWrites& table : report.look.written) {
    const std::string line = fmt::format("{}: {}", table.table, text_of(table));
    report.stands_against() ? console.error(line) : console.note(line);
  }
  if (report.stands_against()) {
    console.error(
        "the source was written to after the cutover: the target does not have that",
        "bring it over, or take it back there; then: " + command_line(run.words("verify")));
  } else if (!report.look.written.empty()) {
    console.note(report.is_settled ? "verified since, and both sides are equal"
                                   : "the policy accepts as much");
  }
  return report.stands_against() ? kStopRule : kDone;
}

Words OldSideRun::words(const std::string& verb) const {
  return words_on_run(verb, config_file, run_option);
}

OldSideRun read_old_side_run(const std::string& config_file, const std::string& run,
                             const std::string& operator_option, Console& console) {
  OldSideRun result;
  result.config_file = config_file;
  result.run_option = run;
  result.config = read_config(config_file, console);
  const config::Config& config = result.config.config;
  result.operator_name = operator_of(config, operator_option);
  const InForce in_force = InForce::load(config, console);
  const auto ledger = open_ledger(ledger_of(config), console);
  result.run = choose_run(*ledger, ledger_of(config), run, console);
  result.plan = plan_of(*ledger, result.run);
  require_admitted(in_force, plan::held_to(result.plan, config), result.operator_name,
                   Agreement::not_needed, console);
  if (in_force.has_policy()) result.limit = in_force.policy().limits.old_side_writes;
  return result;
}

OldSideRun old_side_run(const SwapStart& start, const SwapArguments& arguments) {
  OldSideRun run{arguments.config, arguments.run, start.config,
                 start.run(),      start.plan(),  start.request.operator_name};
  if (start.in_force.has_policy()) run.limit = start.in_force.policy().limits.old_side_writes;
  return run;
}

OldSideReport look_at_old_side(const OldSideRun& run,
                               std::unique_ptr<cutover::OldSideWatch>& watch) {
  const auto ledger = open_target(run);
  const auto events = ledger::events(*ledger, run.run.id);
  OldSideReport report;
  auto old_side = cutover::old_side_of(events);
  report.is_cut_over = old_side.has_value();
  if (!old_side || old_side->retired) {
    if (old_side) report.before = *std::move(old_side);
    return report;
  }
  report.before = *std::move(old_side);
  if (!watch) {
    watch = make_watch(run.plan, run.run, run.config.config.source, *ledger, events);
  }
  report.look = watch->look();
  if (!report.look.written.empty() && report.look.written != report.before.written) {
    append(*ledger, run, cutover::kOldSideWritten,
           cutover::written_body(run.operator_name, report.look));
  } else {
    report.is_settled = report.before.written_event != 0 &&
                        is_settled(report.before, ledger::verifications(*ledger, run.run.id));
  }
  report.is_allowed = is_within(report.look.written, run.limit);
  return report;
}

OldSideReport freeze_old_side(const OldSideRun& run, const std::string& url,
                              std::string_view option) {
  if (!cutover::old_side_of(ledger::events(*open_target(run), run.run.id))) {
    throw model::Error(model::ErrorKind::usage,
                       fmt::format("run {} is not cut over: its source is in use", run.run.id),
                       "sluice cutover first");
  }
  const model::Endpoint endpoint = endpoint_of_url(url, "source", option);
  const std::string role = cutover::run_on_source(
      run.plan, endpoint, cutover::freeze_of(run.plan, run.run.id).statements);
  // From here on nothing is written; what came between the verification and this is found once.
  std::unique_ptr<cutover::OldSideWatch> watch;
  OldSideReport report = look_at_old_side(run, watch);
  const bool is_clean = report.is_cut_over && report.look.written.empty();
  append(*open_target(run), run, cutover::kOldSideFrozen,
         cutover::frozen_body(run.operator_name, role, is_clean ? report.look.position : ""));
  report.before.frozen = true;
  return report;
}

void thaw_old_side(const OldSideRun& run, const std::string& url, std::string_view option) {
  const model::Endpoint endpoint = endpoint_of_url(url, "source", option);
  const std::string role =
      cutover::run_on_source(run.plan, endpoint, cutover::freeze_of(run.plan, run.run.id).undo);
  append(*open_target(run), run, cutover::kOldSideThawed,
         cutover::frozen_body(run.operator_name, role, ""));
}

std::string to_json(const OldSideRun& run, const OldSideReport& report, std::string_view next) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kOldSideSchema).member("run", run.run.id);
  json.member("cut_over", report.is_cut_over).member("frozen", report.before.frozen);
  json.member("retired", report.before.retired);
  json.member("source_position", report.look.position);
  write_tables(json, report.look);
  json.member("settled", report.is_settled).member("allowed", report.is_allowed);
  json.member("next", next).end_object();
  return json.take();
}

int report_old_side(const OldSideRun& run, const OldSideReport& report, Console& console) {
  const bool is_bad = report.stands_against();
  const Words next = run.words(is_bad ? "verify" : "status");
  if (console.json()) {
    console.print(to_json(run, report, command_line(next)));
  } else if (!report.is_cut_over) {
    console.show(fmt::format("run {} is not cut over: its source is in use\n", run.run.id));
  } else {
    console.show(report.before.frozen ? "the source is read-only\n"
                                      : "the source can be written to: sluice freeze --help\n");
    if (report.before.retired) {
      console.show("rows of it are being retired: the watch is over\n");
    } else if (report.look.written.empty()) {
      console.show("nothing was written there since it was verified for the cutover\n");
    }
  }
  const int code = say_old_side(run, report, console);
  console.next(next);
  return code;
}

int report_thawed(const OldSideRun& run, Console& console) {
  const Words next = run.words("status");
  OldSideReport report;
  report.is_cut_over =
      cutover::old_side_of(ledger::events(*open_target(run), run.run.id)).has_value();
  console.json() ? console.print(to_json(run, report, command_line(next)))
                 : console.show("the source can be written to again, as before\n");
  console.next(next);
  return kDone;
}

void refuse_old_side_writes(db::SqlSession& ledger, const ledger::Run& run,
                            const std::vector<ledger::Event>& events, std::uint64_t limit,
                            Console& console) {
  const auto old_side = cutover::old_side_of(events);
  if (!old_side || old_side->written.empty() || is_within(old_side->written, limit) ||
      is_settled(*old_side, ledger::verifications(ledger, run.id))) {
    return;
  }
  console.error(fmt::format("the source was written to after the cutover (seen {}): {}",
                            old_side->written_at, printable_line(tables_text(old_side->written))),
                "sluice verify says which rows; when both sides are equal, it is settled");
  throw Exit{kStopRule};
}

std::string old_side_line(const config::Config& config, db::SqlSession& ledger,
                          const ledger::Run& run) {
  const auto events = ledger::events(ledger, run.id);
  const auto old_side = cutover::old_side_of(events);
  if (!old_side || old_side->retired) return "";
  const plan::Plan plan = plan_of(ledger, run);
  std::string text = old_side->frozen ? "source: read-only" : "source: can be written to";
  const bool is_open =
      !old_side->written.empty() && !is_settled(*old_side, ledger::verifications(ledger, run.id));
  if (is_open) return text + "; written to: " + tables_text(old_side->written);
  return text + "; " + glance(plan, run, config.source, ledger, events);
}

}  // namespace sluice::cli
