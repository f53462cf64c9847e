#include "sluice/copy/build.h"

#include <functional>
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

/// The side tables as the catalogue has them now, by number, without failed tables and those that
/// are side tables no more.
class SideTables {
 public:
  SideTables(const RunContext& run, db::SqlSession& ledger)
      : catalog_(db::read_catalog(ledger, side_schemas(run.plan))) {
    for (const ledger::RunTable& entry : ledger::run_tables(ledger, run.run.id)) {
      if (entry.state == ledger::TableState::failed || entry.state == ledger::TableState::live) {
        continue;
      }
      const plan::TablePlan& table = run.table(entry.number);
      if (const model::Table* side = catalog_.find(table.side)) sides_.emplace(&table, side);
    }
  }
  [[nodiscard]] const std::map<const plan::TablePlan*, const model::Table*>& all() const noexcept {
    return sides_;
  }

 private:
  model::Catalog catalog_;
  std::map<const plan::TablePlan*, const model::Table*> sides_;
};

using Wanted = std::function<bool(const plan::TablePlan&, const DeferredStep&)>;

std::vector<Task> open_tasks(const RunContext& run, db::SqlSession& ledger, const Wanted& wanted) {
  std::vector<Task> tasks;
  const SideTables sides(run, ledger);
  for (const auto& [table, side] : sides.all()) {
    for (const DeferredStep& step : table->deferred) {
      if (wanted(*table, step) && !plan::is_done(step, *side)) tasks.push_back({table, &step});
    }
  }
  return tasks;
}

/// Deadlocks with steps of other tables, and locks that somebody else holds for long.
constexpr int kAttempts = 5;

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
  for (int attempt = 1;; ++attempt) {
    try {
      return try_once(run, session, step);
    } catch (const Error& error) {
      if (error.retry() != model::Retry::same_session || attempt == kAttempts) throw;
      session.rollback();
    }
  }
}

/// Runs one step, taking rows at fault into quarantine until the server accepts it.
void run_step(const RunContext& run, db::TargetSession& session, const Task& task) {
  // Each round takes out all rows at fault, so one is enough unless somebody writes at the same
  // time.
  constexpr int kRounds = 3;
  for (int round = 0; round < kRounds; ++round) {
    const auto refusal = try_step(run, session, *task.step);
    if (!refusal) return;
    sweep_step(run, session, *task.table, *task.step, *refusal);
    if (run.stop.token().stop_requested()) return;
  }
  throw Error(ErrorKind::data, fmt::format("{} on {} is refused again and again", task.step->of,
                                           task.table->side.text()));
}

void run_task(const RunContext& run, const Task& task) {
  const auto session = db::open_target(run.target);
  const CancelOnStop cancel(run.stop.token(), *session);
  const std::string what = fmt::format("{} {} on {}", plan::to_string(task.step->kind),
                                       task.step->of, task.table->side.text());
  const Activity activity(run.progress.activities(), what);
  const Worker worker(run.progress.workers(), Wait::target_statement, what, session->id());
  try {
    run_step(run, *session, task);
  } catch (const Error& error) {
    if (run.stop.token().stop_requested()) return;  // the statement was ended on purpose
    if (!sinks_only_its_table(error)) throw;
    fail_table(*session, run, task.table->number,
               Error(error.kind(), fmt::format("{} {}: {}", plan::to_string(task.step->kind),
                                               task.step->of, error.what())));
  }
}

void run_tasks(const RunContext& run, const std::vector<Task>& tasks) {
  pipeline::for_each(tasks.size(), run.options.writers, run.stop.source(),
                     [&](std::size_t index) { run_task(run, tasks[index]); });
}

bool makes_unique(const DeferredStep& step) noexcept {
  return (step.kind == DeferredStep::Kind::index && step.unique) ||
         step.kind == DeferredStep::Kind::primary_key || step.kind == DeferredStep::Kind::unique;
}

/// Whether the step makes a unique index over exactly the columns that hold the source's key.
bool is_key_index(const plan::TablePlan& table, const DeferredStep& step) {
  return step.kind == DeferredStep::Kind::index && step.unique && step.condition.empty() &&
         index_columns(table, step.key) == key_in_target(table);
}

}  // namespace

void build_tables(const RunContext& run, db::SqlSession& ledger) {
  const Activity activity(run.progress.activities(), "building indexes and constraints");
  for (int stage = 1; stage <= plan::kStages && !run.stop.token().stop_requested(); ++stage) {
    // Before any foreign key exists: with one, deleting a parent could take its children along.
    if (stage == plan::stage(DeferredStep::Kind::foreign_key)) sweep_orphans(run);
    const std::set<model::QualifiedName> failed = failed_sides(run, ledger);
    run_tasks(run, open_tasks(run, ledger, [&](const plan::TablePlan&, const DeferredStep& step) {
                return plan::stage(step.kind) == stage && !failed.contains(step.referenced);
              }));
  }
}

void build_unique_of_kept(const RunContext& run, db::SqlSession& ledger) {
  for (int stage = 1; stage <= 2; ++stage) {
    run_tasks(run,
              open_tasks(run, ledger, [&](const plan::TablePlan& table, const DeferredStep& step) {
                return table.existing_rows == config::ExistingRows::keep && makes_unique(step) &&
                       plan::stage(step.kind) == stage;
              }));
  }
}

void drop_foreign_keys(const RunContext& run, db::SqlSession& ledger) {
  std::set<model::QualifiedName> ours;
  for (const plan::TablePlan& table : run.plan.tables) ours.insert(table.side);
  const SideTables sides(run, ledger);
  ledger.begin();
  require_current(ledger, run);
  for (const auto& [table, side] : sides.all()) {
    for (const DeferredStep& step : table->deferred) {
      if (step.kind != DeferredStep::Kind::foreign_key || !ours.contains(step.referenced) ||
          !plan::is_done(step, *side)) {
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
  const Worker worker(run.progress.workers(), Wait::target_statement, what, session->id());
  const model::Catalog catalog = db::read_catalog(*session, {table.side.schema});
  const model::Table* side = catalog.find(table.side);
  for (const DeferredStep& step : table.deferred) {
    if (side == nullptr || !is_key_index(table, step) || plan::is_done(step, *side)) continue;
    const CancelOnStop cancel(run.stop.token(), *session);
    // Should rows stand in its way, they are found without it.
    static_cast<void>(try_step(run, *session, step));
    return;
  }
}

void vacuum_tables(const RunContext& run, db::SqlSession& ledger) {
  const Activity activity(run.progress.activities(), "gathering statistics of the side tables");
  const SideTables sides(run, ledger);
  std::vector<const plan::TablePlan*> tables;
  for (const auto& [table, side] : sides.all()) tables.push_back(table);
  pipeline::for_each(tables.size(), run.options.writers, run.stop.source(), [&](std::size_t index) {
    const auto session = db::open_session(run.target, db::Purpose::target);
    const CancelOnStop cancel(run.stop.token(), *session);
    const std::string what = "VACUUM of " + tables[index]->side.text();
    const Activity table(run.progress.activities(), what);
    const Worker worker(run.progress.workers(), Wait::target_statement, what, session->id());
    try {
      session->query(fmt::format("VACUUM (ANALYZE) {}", model::quote_name(model::Engine::postgresql,
                                                                          tables[index]->side)));
    } catch (const Error&) {
      if (!run.stop.token().stop_requested()) throw;
    }
  });
}

void check_built(const RunContext& run, db::SqlSession& ledger) {
  const SideTables sides(run, ledger);
  std::map<const plan::TablePlan*, std::string> incomplete;
  ledger.begin();
  require_current(ledger, run);
  ledger::set_run_stage(ledger, run.run.id, "checking");
  for (const auto& [table, side] : sides.all()) {
    const std::vector<std::string> missing = plan::side_differences(run.plan, *table, *side);
    if (missing.empty()) {
      ledger::set_table_state(ledger, run.run.id, table->number, ledger::TableState::ready);
    } else {
      incomplete.emplace(table, missing.front());
    }
  }
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
