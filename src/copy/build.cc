#include "sluice/copy/build.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sluice/db/catalog.h"
#include "sluice/db/target.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/quote.h"
#include "sluice/os/kill_point.h"
#include "sluice/pipeline/range_pipeline.h"
#include "sluice/plan/shape.h"

#include "copy/cancel_on_stop.h"
#include "copy/current.h"
#include "copy/key_columns.h"
#include "copy/left_out.h"
#include "copy/lock_retry.h"
#include "copy/session_pool.h"
#include "copy/sweep.h"
#include "copy/table_failure.h"

namespace sluice::copy {
namespace {

using model::Error;
using model::ErrorKind;
using plan::DeferredStep;

/// A step of one table, waiting to be run.
struct Task {
  const plan::TablePlan* table = nullptr;
  const DeferredStep* step = nullptr;
};

std::vector<std::string> side_schemas(const plan::Plan& plan) {
  std::set<std::string> schemas;
  for (const plan::TablePlan& table : plan.tables) schemas.insert(table.side.schema);
  return {schemas.begin(), schemas.end()};
}

/// The side tables as the catalogue has them now.
class SideTables {
 public:
  SideTables(const plan::Plan& plan, db::SqlSession& session)
      : catalog_(db::read_catalog(session, side_schemas(plan))) {
    for (const model::Table& table : catalog_.tables) by_name_.emplace(table.name, &table);
  }
  /// Null where it is gone.
  [[nodiscard]] const model::Table* find(const plan::TablePlan& table) const {
    const auto found = by_name_.find(table.side);
    return found == by_name_.end() ? nullptr : found->second;
  }

 private:
  model::Catalog catalog_;
  std::map<model::QualifiedName, const model::Table*> by_name_;
};

/// Side tables that have not failed, the largest first: what takes longest must not begin last. New
/// tables under their own names are side tables no more.
std::vector<const plan::TablePlan*> sound_tables(const RunContext& run, db::SqlSession& ledger) {
  std::vector<ledger::RunTable> entries = ledger::run_tables(ledger, run.run.id);
  std::ranges::stable_sort(entries, std::ranges::greater(), &ledger::RunTable::estimated_bytes);
  std::vector<const plan::TablePlan*> tables;
  for (const ledger::RunTable& entry : entries) {
    if (entry.state == ledger::TableState::failed || entry.state == ledger::TableState::live) {
      continue;
    }
    tables.push_back(&run.table(entry.number));
  }
  return tables;
}

/// The steps that the catalogue does not show as done, the largest tables' first.
std::vector<Task> open_tasks(const RunContext& run, db::SqlSession& ledger) {
  std::vector<Task> tasks;
  const SideTables sides(run.plan, ledger);
  for (const plan::TablePlan* const table : sound_tables(run, ledger)) {
    const model::Table* const side = sides.find(*table);
    if (side == nullptr) continue;
    for (const DeferredStep& step : table->deferred) {
      if (!plan::is_done(step, *side)) tasks.push_back({table, &step});
    }
  }
  return tasks;
}

/// Runs a step that only the run's own process may. Returns why the rows do not allow it.
std::optional<db::Refusal> try_once(const RunContext& run, db::TargetSession& session,
                                    const DeferredStep& step) {
  session.begin();
  require_current(session, run);
  // Steps of one table wait for each other as long as they take. A foreign key may lock a live
  // table too, and applications would queue behind it.
  if (step.kind != DeferredStep::Kind::foreign_key) session.query("SET LOCAL lock_timeout = 0");
  // By which it finds where the source's counters stood.
  if (step.kind == DeferredStep::Kind::position) name_run(session, run);
  auto refusal = session.try_query(step.sql);
  SLUICE_KILL_POINT("before_step_commit");
  if (refusal) {
    session.rollback();
  } else {
    session.commit();
  }
  SLUICE_KILL_POINT("after_step");
  return refusal;
}

std::optional<db::Refusal> try_step(const RunContext& run, db::TargetSession& session,
                                    const DeferredStep& step) {
  return retried(session, run.stop.token(), [&] { return try_once(run, session, step); });
}

/// Runs one step, taking rows at fault into quarantine until the server accepts it.
void run_step(const RunContext& run, db::TargetSession& session, const Task& task) {
  // Each round takes out all rows at fault, so one is enough unless somebody writes at the same
  // time.
  constexpr int kRounds = 3;
  for (int round = 0; round < kRounds; ++round) {
    const auto refusal = try_step(run, session, *task.step);
    if (!refusal) return;
    if (may_be_left_out(*task.table, *task.step, *refusal)) {
      leave_out(run, session, *task.table, *task.step, *refusal);
      return;
    }
    sweep_step(run, session, *task.table, *task.step, *refusal);
    if (run.stop.token().stop_requested()) return;
  }
  throw Error(ErrorKind::data, fmt::format("{} on {} is refused again and again", task.step->of,
                                           task.table->side.text()));
}

void run_task(const RunContext& run, db::TargetSession& session, const Task& task) {
  const CancelOnStop cancel(run.stop.token(), session);
  const std::string what = fmt::format("{} {} on {}", plan::to_string(task.step->kind),
                                       task.step->of, task.table->side.text());
  const Activity activity(run.progress.activities(), what);
  const waits::Worker worker(run.progress.workers(), waits::Wait::target_statement, what,
                             session.id());
  try {
    run_step(run, session, task);
  } catch (const Error& error) {
    if (run.stop.token().stop_requested()) return;  // the statement was ended on purpose
    if (!sinks_only_its_table(error)) throw;
    fail_table(session, run, task.table->number,
               Error(error.kind(), fmt::format("{} {}: {}", plan::to_string(task.step->kind),
                                               task.step->of, error.what())));
  }
}

/// Whether the step is about an index that the table does without.
bool is_left_out(const Task& task, const std::vector<ledger::LeftOutIndex>& left_out) {
  if (std::ranges::find(left_out, task.table->number, &ledger::LeftOutIndex::table_no) ==
      left_out.end()) {
    return false;
  }
  const std::vector<DeferredStep> steps = as_built(*task.table, left_out).deferred;
  return std::ranges::find(steps, *task.step) == steps.end();
}

/// Runs the tasks of one stage, but not those of tables that have failed or refer to one that has.
void run_stage(const RunContext& run, db::SqlSession& ledger, SessionPool& sessions,
               const std::vector<Task>& tasks, int stage) {
  const std::set<model::QualifiedName> failed = failed_sides(run, ledger);
  const auto left_out = ledger::left_out_indexes(ledger, run.run.id);
  std::vector<Task> now;
  std::ranges::copy_if(tasks, std::back_inserter(now), [&](const Task& task) {
    return plan::stage(task.step->kind) == stage && !failed.contains(task.table->side) &&
           !failed.contains(task.step->referenced) && !is_left_out(task, left_out);
  });
  pipeline::for_each(now.size(), run.options.writers, run.stop.source(), [&](std::size_t index) {
    SessionPool::Lease session(sessions);
    run_task(run, *session, now[index]);
    std::move(session).give_back();
  });
}

bool makes_unique(const DeferredStep& step) noexcept {
  return (step.kind == DeferredStep::Kind::index && step.unique) ||
         step.kind == DeferredStep::Kind::primary_key || step.kind == DeferredStep::Kind::unique;
}

bool has_index(db::SqlSession& session, const model::QualifiedName& name) {
  return session
             .query(
                 "SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass($1) "
                 "AND indisvalid AND indisready)",
                 {model::quote_name(model::Engine::postgresql, name)})
             .value() == "t";
}

using ForeignKeyName = std::pair<model::QualifiedName, std::string>;

/// All that the target has, by their tables.
std::set<ForeignKeyName> foreign_keys(db::SqlSession& session) {
  std::set<ForeignKeyName> keys;
  const auto result = session.query(
      "SELECT n.nspname, c.relname, k.conname FROM pg_constraint k JOIN pg_class c "
      "ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f'");
  for (const auto& row : result.rows) {
    keys.insert({{row.at(0).value(), row.at(1).value()}, row.at(2).value()});
  }
  return keys;
}

void vacuum(const RunContext& run, db::TargetSession& session, const plan::TablePlan& table) {
  const CancelOnStop cancel(run.stop.token(), session);
  const std::string what = "VACUUM of " + table.side.text();
  const Activity activity(run.progress.activities(), what);
  const waits::Worker worker(run.progress.workers(), waits::Wait::target_statement, what,
                             session.id());
  try {
    session.query(fmt::format("VACUUM (ANALYZE) {}",
                              model::quote_name(model::Engine::postgresql, table.side)));
  } catch (const Error& error) {
    if (run.stop.token().stop_requested()) return;
    if (!sinks_only_its_table(error)) throw;
    fail_table(session, run, table.number, error);
  }
}

/// Whether the step makes a unique index over exactly the columns that hold the source's key.
bool is_key_index(const plan::TablePlan& table, const DeferredStep& step) {
  return step.kind == DeferredStep::Kind::index && step.unique && step.condition.empty() &&
         index_columns(table, step.key) == key_in_target(table);
}

/// What the side table lacks; empty: nothing.
std::string what_is_missing(const RunContext& run, const plan::TablePlan& table,
                            const model::Table* side, const std::set<model::QualifiedName>& failed,
                            const std::vector<ledger::LeftOutIndex>& left_out) {
  if (side == nullptr) return "somebody dropped it";
  for (const DeferredStep& step : table.deferred) {
    if (step.kind == DeferredStep::Kind::foreign_key && failed.contains(step.referenced)) {
      return fmt::format("its foreign key {} refers to {}, which failed", step.of,
                         step.referenced.text());
    }
  }
  const std::vector<std::string> missing =
      plan::side_differences(run.plan, as_built(table, left_out), *side);
  return missing.empty() ? std::string() : missing.front();
}

}  // namespace

void build_tables(const RunContext& run, db::SqlSession& ledger) {
  const Activity activity(run.progress.activities(), "building indexes and constraints");
  // Nobody else builds: what is not done now is not done when its stage comes.
  const std::vector<Task> tasks = open_tasks(run, ledger);
  SessionPool sessions(run.target);
  for (int stage = 1; stage <= plan::kStages && !run.stop.token().stop_requested(); ++stage) {
    // Before any foreign key exists: with one, deleting a parent could take its children along.
    if (stage == plan::stage(DeferredStep::Kind::foreign_key)) sweep_orphans(run);
    run_stage(run, ledger, sessions, tasks, stage);
  }
}

void build_unique_of_kept(const RunContext& run, db::SqlSession& ledger) {
  std::vector<Task> tasks = open_tasks(run, ledger);
  std::erase_if(tasks, [](const Task& task) {
    return task.table->existing_rows != config::ExistingRows::keep || !makes_unique(*task.step);
  });
  SessionPool sessions(run.target);
  for (int stage = 1; stage <= 2; ++stage) run_stage(run, ledger, sessions, tasks, stage);
}

void drop_foreign_keys(const RunContext& run, db::SqlSession& ledger) {
  std::set<model::QualifiedName> ours;
  for (const plan::TablePlan& table : run.plan.tables) ours.insert(table.side);
  const std::set<ForeignKeyName> made = foreign_keys(ledger);
  ledger.begin();
  require_current(ledger, run);
  for (const plan::TablePlan* const table : sound_tables(run, ledger)) {
    for (const DeferredStep& step : table->deferred) {
      if (step.kind != DeferredStep::Kind::foreign_key || !ours.contains(step.referenced) ||
          !made.contains({table->side, step.name})) {
        continue;
      }
      ledger.query(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}",
                               model::quote_name(model::Engine::postgresql, table->side),
                               model::quote_identifier(model::Engine::postgresql, step.name)));
    }
  }
  ledger.commit();
}

void build_key_index(const RunContext& run, const plan::TablePlan& table) {
  const std::string what = "key index on " + table.side.text();
  const Activity activity(run.progress.activities(), what);
  const auto session = db::open_target(run.target);
  const waits::Worker worker(run.progress.workers(), waits::Wait::target_statement, what,
                             session->id());
  for (const DeferredStep& step : table.deferred) {
    if (!is_key_index(table, step)) continue;
    if (has_index(*session, {table.side.schema, step.name})) return;
    const CancelOnStop cancel(run.stop.token(), *session);
    // Should rows stand in its way, they are found without it.
    static_cast<void>(try_step(run, *session, step));
    return;
  }
}

void vacuum_tables(const RunContext& run, db::SqlSession& ledger) {
  const Activity activity(run.progress.activities(), "gathering statistics of the side tables");
  const std::vector<const plan::TablePlan*> tables = sound_tables(run, ledger);
  SessionPool sessions(run.target);
  pipeline::for_each(tables.size(), run.options.writers, run.stop.source(), [&](std::size_t index) {
    SessionPool::Lease session(sessions);
    vacuum(run, *session, *tables[index]);
    std::move(session).give_back();
  });
}

void check_built(const RunContext& run, db::SqlSession& ledger) {
  const SideTables sides(run.plan, ledger);
  const std::set<model::QualifiedName> failed = failed_sides(run, ledger);
  const auto left_out = ledger::left_out_indexes(ledger, run.run.id);
  std::vector<int> ready;
  std::map<const plan::TablePlan*, std::string> incomplete;
  ledger.begin();
  require_current(ledger, run);
  ledger::set_run_stage(ledger, run.run.id, "checking");
  for (const plan::TablePlan* const table : sound_tables(run, ledger)) {
    std::string missing = what_is_missing(run, *table, sides.find(*table), failed, left_out);
    if (missing.empty()) {
      ready.push_back(table->number);
    } else {
      incomplete.emplace(table, std::move(missing));
    }
  }
  ledger::set_table_states(ledger, run.run.id, ready, ledger::TableState::ready);
  SLUICE_KILL_POINT("before_checked_commit");
  ledger.commit();
  SLUICE_KILL_POINT("after_checked_commit");
  for (const auto& [table, missing] : incomplete) {
    fail_table(
        ledger, run, table->number,
        Error(ErrorKind::data, fmt::format("{} is not complete: {}", table->side.text(), missing)));
  }
}

}  // namespace sluice::copy
