#include "cli/copy_start.h"

#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sluice/codec/json_write.h"
#include "sluice/copy/space.h"
#include "sluice/db/catalog.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/test_setting.h"
#include "sluice/plan/draft.h"
#include "sluice/plan/script.h"

#include "cli/exit_code.h"
#include "cli/held_run.h"
#include "cli/run_choice.h"
#include "cli/source_powers.h"
#include "cli/stop_sources.h"
#include "cli/tool_version.h"

namespace sluice::cli {
namespace {

/// A person has to know the warnings before rows move. Notes, and what to do about either, are for
/// those who make a plan.
void show_warnings(std::vector<model::Finding> findings, const std::string& config,
                   Console& console) {
  if (findings.empty()) return;
  std::vector<FindingGroup> notes;
  for (model::Finding& finding : findings) {
    if (finding.severity == model::Severity::note) add_to_groups(notes, finding);
    finding.action.clear();
  }
  std::erase_if(findings, [](const model::Finding& finding) {
    return finding.severity == model::Severity::note;
  });
  console.findings(findings);
  const std::string more = notes.empty() ? "what to do about that"
                                         : fmt::format("{} more remark{}, and what to do",
                                                       notes.size(), notes.size() == 1 ? "" : "s");
  console.note(more + ": " + command_line({"plan", "--config", config}));
}

/// A new plan from config and catalogues. How many rows live tables seem to hold is not said here:
/// the start looks at the rows themselves, and would say it again.
plan::Plan draft_plan(const CopyArguments& arguments, const ReadConfig& config,
                      const Catalogs& catalogs, Console& console) {
  plan::Draft draft = make_draft(config, catalogs);
  if (!arguments.dry_run) {
    std::erase_if(draft.findings,
                  [](const model::Finding& finding) { return finding.rule == "existing-rows"; });
  }
  if (draft.plan && !arguments.dry_run) {
    show_warnings(std::move(draft.findings), arguments.config, console);
  } else {
    console.findings(draft.findings);
  }
  if (!draft.plan) throw Exit{kUsage};
  return std::move(*draft.plan);
}

/// A plan that is there already, and what the ledger says of the newest run that began with it.
struct KnownPlan {
  plan::Plan plan;
  bool has_run = false;
  std::vector<ledger::LeftOutIndex> left_out = {};
};

/// That of the newest run of a config of this name, whatever became of it.
std::optional<KnownPlan> plan_under_way(const config::Config& config) {
  const auto session = db::open_session(config.target, db::Purpose::catalog);
  if (ledger::schema_state(*session) != ledger::SchemaState::usable) return std::nullopt;
  for (const ledger::Run& run : ledger::runs(*session)) {
    if (run.name != config.name) continue;
    return KnownPlan{plan::from_json(ledger::plan_of_run(*session, run.id)), true,
                     ledger::left_out_indexes(*session, run.id)};
  }
  return std::nullopt;
}

/// To look at the target that the plan was made with, and at no other.
std::unique_ptr<db::SqlSession> open_planned_target(const plan::Plan& plan,
                                                    const config::Config& config) {
  return db::open_session(plan::held_to(plan.target, config.target), db::Purpose::catalog);
}

KnownPlan plan_of_file(const std::string& path, const config::Config& config) {
  KnownPlan known{read_plan(path)};
  const auto session = open_planned_target(known.plan, config);
  if (ledger::schema_state(*session) != ledger::SchemaState::usable) return known;
  const auto run = ledger::find_run_of_plan(*session, plan::sha256_of(known.plan));
  known.has_run = run.has_value();
  if (run) known.left_out = ledger::left_out_indexes(*session, run->id);
  return known;
}

/// Tables that bear their own names are without the indexes that the run has left out.
plan::Plan without_left_out(const KnownPlan& known, const model::Catalog& target) {
  auto left_out = known.left_out;
  std::erase_if(left_out, [&](const ledger::LeftOutIndex& index) {
    const auto number = static_cast<std::size_t>(index.table_no - 1);
    return target.find(known.plan.tables[number].target) == nullptr;
  });
  return without(known.plan, left_out);
}

std::vector<ledger::RunTable> estimates(const plan::Plan& plan, const Catalogs& catalogs) {
  std::vector<ledger::RunTable> tables;
  for (const plan::TablePlan& table : plan.tables) {
    ledger::RunTable entry;
    entry.number = table.number;
    if (const model::Table* source = catalogs.source.find(table.source)) {
      entry.estimated_rows = source->estimated_rows;
      entry.estimated_bytes = source->estimated_bytes;
    }
    tables.push_back(entry);
  }
  return tables;
}

[[noreturn]] void explain_held(const copy::Start& start, CopyArguments arguments,
                               Console& console) {
  const std::string status = command_line({"status", "--config", arguments.config});
  arguments.join = true;
  say_held(start.run.id, start.holders,
           fmt::format("{} shows it; {} helps it", status, command_line(copy_words(arguments))),
           console);
  throw Exit{kLocked};
}

model::Error held_error(const copy::Start& start) {
  return {model::ErrorKind::locked,
          fmt::format("run {} is held by another session on the target", start.run.id),
          model::Retry::new_session};
}

/// Tables of earlier runs are in the way of a new one only where nobody has asked for it.
void refuse_unfit_target(const plan::Plan& plan, const config::Config& config,
                         copy::StartOptions& options, Console& console) {
  const auto session = open_planned_target(plan, config);
  const auto earlier = copy::earlier_tables(*session, plan);
  if (console.findings(copy::check_target(*session, plan, earlier, options.new_run))) {
    throw Exit{kUsage};
  }
  if (options.new_run) options.replaced = earlier;
  for (const copy::EarlierTables& of_run : options.replaced) {
    std::string names;
    for (const model::QualifiedName& name : of_run.names) {
      names += (names.empty() ? "" : ", ") + name.text();
    }
    for (const model::QualifiedName& name : of_run.sequences) {
      names += (names.empty() ? "sequence " : ", sequence ") + name.text();
    }
    console.note(fmt::format("{} table(s) of run {} are dropped and made anew: {}",
                             of_run.names.size(), of_run.run_id, names));
  }
}

/// A plan's file is what sluice makes of config and catalogues; another could leave tables out, or
/// bring statements of its own. The plan of a run was looked at when the run began.
[[noreturn]] void refuse_file(const std::vector<std::string>& lines, const std::string& what,
                              const CopyArguments& arguments, Console& console) {
  for (const std::string& line : lines) console.error(line);
  console.error(fmt::format("{} is not the plan of {}", arguments.plan, what),
                "make the file again: " +
                    command_line({"plan", "--config", arguments.config, "--out", arguments.plan}));
  throw Exit{kDrift};
}

void refuse_edited(const plan::Plan& plan, const CopyArguments& arguments, const ReadConfig& config,
                   const Catalogs& catalogs, Console& console) {
  const plan::Draft made = make_draft(config, catalogs);
  if (!made.plan) {
    console.findings(made.findings);
    throw Exit{kUsage};
  }
  const std::vector<std::string> comments = plan::comment_changes(plan, catalogs.target);
  if (!comments.empty()) refuse_file(comments, "these comments", arguments, console);
  const std::vector<std::string> edits = plan::plan_edits(*made.plan, plan);
  if (!edits.empty()) refuse_file(edits, "this config", arguments, console);
}

}  // namespace

CopyPlan plan_for_copy(const CopyArguments& arguments, const ReadConfig& config,
                       const Catalogs& catalogs, bool again, Console& console) {
  std::optional<KnownPlan> known;
  if (!arguments.plan.empty()) {
    known = plan_of_file(arguments.plan, config.config);
  } else if (again || !arguments.new_run) {
    known = plan_under_way(config.config);
  }
  if (!known && arguments.join) {
    console.error("there is no run to join: nothing has been copied with this config",
                  "start it without --join");
    throw Exit{kUsage};
  }
  if (!known) return {draft_plan(arguments, config, catalogs, console), false};
  refuse_drift(without_left_out(*known, catalogs.target), config, catalogs,
               known->has_run ? SourceTables::any : SourceTables::as_planned, console);
  if (!known->has_run) refuse_edited(known->plan, arguments, config, catalogs, console);
  return {std::move(known->plan), known->has_run};
}

void take_earlier_families(const config::Config& config, Catalogs& catalogs) {
  const auto session = db::open_session(config.target, db::Purpose::catalog);
  for (const copy::EarlierTables& of_run : copy::earlier_families(*session, config.name)) {
    if (ledger::is_held(*session, of_run.run_id)) {
      throw model::Error(model::ErrorKind::locked,
                         fmt::format("run {} is held by {}", of_run.run_id,
                                     fmt::join(ledger::holders(*session, of_run.run_id), ", ")),
                         "what it has made is not dropped: wait until it is done, or stop it");
    }
    for (const model::QualifiedName& name : of_run.names) {
      catalogs.replaced.push_back(name);
      std::erase_if(catalogs.target.tables,
                    [&name](const model::Table& table) { return table.name == name; });
    }
    for (const model::QualifiedName& name : of_run.sequences) {
      std::erase_if(catalogs.target.objects, [&name](const model::SchemaObject& object) {
        return object.kind == model::SchemaObject::Kind::sequence && object.name == name;
      });
    }
  }
}

int print_dry_run(const plan::Plan& plan, const config::Config& config, bool new_run,
                  Console& console) {
  std::string drop;
  if (new_run) {
    const auto session = open_planned_target(plan, config);
    for (const std::string& sql :
         copy::drop_statements(*session, copy::earlier_tables(*session, plan))) {
      drop += sql + ";\n";
    }
  }
  console.print(fmt::format("-- plan {}\n{}{}{}", plan::sha256_of(plan), ledger::schema_ddl(), drop,
                            plan::copy_script(plan)));
  return kDone;
}

std::optional<SourceOverride> refuse_deleting_source(const config::Config& config,
                                                     const plan::Plan& plan, Console& console) {
  std::vector<std::string> powers = source_powers(config, plan);
  const std::vector<model::Finding> refused = refused_powers(config, plan, powers);
  for (const model::Finding& finding : refused) console.error(finding.where);
  if (!refused.empty()) {
    console.error(refused.front().message, refused.front().action);
    throw Exit{kApproval};
  }
  if (powers.empty()) return std::nullopt;
  return SourceOverride{std::move(powers), *config.source_can_delete};
}

void record_override(db::SqlSession& ledger, const std::string& run_id,
                     const SourceOverride& used) {
  codec::JsonWriter body;
  body.begin_object();
  body.member("person", used.by.person);
  body.key("privileges").begin_array();
  for (const std::string& privilege : used.privileges) body.value(privilege);
  body.end_array();
  body.member("reason", used.by.reason);
  body.end_object();
  ledger::append_event(ledger, run_id, "override-source-can-delete", body.take());
}

copy::Start start_or_explain(const approve::Approved<plan::Plan>& plan, const PlanGate& gate,
                             const config::Config& config, const Catalogs& catalogs,
                             const CopyArguments& arguments, bool has_run, bool again,
                             Console& console) {
  copy::StartOptions options;
  options.new_run = arguments.new_run && !again;
  if (options.new_run || !has_run) refuse_unfit_target(*plan, config, options, console);
  options.join = arguments.join;
  options.operator_name = operator_of(config, arguments.operator_name);
  options.also_record = [&](db::SqlSession& target, const std::string& run_id) {
    gate.record(target, run_id, plan.grounds());
  };
  options.tool_version = tool_version();
  copy::Start start = copy::start_run(plan, config.target, estimates(*plan, catalogs), options);
  switch (start.kind) {
    case copy::StartKind::held:
      // The server may not have noticed yet that this process's own connection was lost.
      if (again) throw held_error(start);
      explain_held(start, arguments, console);
    case copy::StartKind::not_running:
      console.error("there is no run to join: nobody works on this plan",
                    "start it without --join");
      throw Exit{kUsage};
    case copy::StartKind::stopped:
      throw Exit{report_person_stop(start.run.id, *start.stop, arguments.config, console)};
    case copy::StartKind::resumed:
      console.note(fmt::format("run {} goes on where it stopped", start.run.id));
      break;
    case copy::StartKind::fresh:
    case copy::StartKind::joined:
    case copy::StartKind::finished:
      break;
  }
  return start;
}

void note_unseen_space(const copy::RunContext& run, db::SqlSession& target, Console& console) {
  const auto bytes = copy::unseen_space(run, target);
  if (!bytes) return;
  console.note(
      fmt::format("the target's disk cannot be watched from here: see to it that {} MiB are free "
                  "(sluice sees it over a "
                  "unix socket, with a role that has pg_read_all_settings)",
                  *bytes / (1 << 20) + 1));
}

copy::RunContext make_run(const plan::Plan& plan, const copy::Start& start,
                          const config::Config& config, copy::Progress& progress,
                          copy::StopReason& stop) {
  copy::CopyOptions options;
  options.readers = config.limits.readers;
  options.writers = config.limits.writers;
  options.in_flight = config.limits.in_flight != 0 ? config.limits.in_flight
                                                   : options.readers + options.writers + 1;
  options.batch_bytes = config.limits.batch_bytes;
  options.stall_after = os::test_duration("SLUICE_STALL_AFTER_MS", waits::kStallAfter);
  options.min_free_bytes = config.limits.min_free_bytes;
  for (const plan::TablePlan& table : plan.tables) {
    options.quarantine_limits.push_back(quarantine_limit(config, table));
  }
  return {plan,
          start.run,
          start.process_id,
          plan::held_to(plan.source, config.source),
          plan::held_to(plan.target, config.target),
          options,
          start.kind == copy::StartKind::joined,
          start.event,
          progress,
          stop};
}

}  // namespace sluice::cli
