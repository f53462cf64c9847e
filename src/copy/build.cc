#include "sluice/copy/build.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
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

/// The side tables as the catalogue has them now, by number, without failed tables.
class SideTables {
 public:
  SideTables(const RunContext& run, db::SqlSession& ledger)
      : catalog_(db::read_catalog(ledger, side_schemas(run.plan))) {
    for (const ledger::RunTable& entry : ledger::run_tables(ledger, run.run.id)) {
      if (entry.state == ledger::TableState::failed) continue;
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

/// Runs one step, taking rows at fault into quarantine until the server accepts it.
void run_step(const RunContext& run, db::TargetSession& session, const Task& task) {
  // Each round takes out all rows at fault, so one is enough unless somebody writes at the same
  // time.
  constexpr int kRounds = 3;
  for (int round = 0; round < kRounds; ++round) {
    const auto refusal = session.try_query(task.step->sql);
    SLUICE_KILL_POINT("after_step");
    if (!refusal) return;
    session.rollback();
    sweep_step(run, session, *task.table, *task.step, *refusal);
    if (run.stop.token().stop_requested()) return;
  }
  throw Error(ErrorKind::data, fmt::format("{} on {} is refused again and again", task.step->of,
                                           task.table->side.text()));
}

void run_task(const RunContext& run, const Task& task) {
  const auto session = db::open_target(run.target);
  const CancelOnStop cancel(run.stop.token(), *session);
  try {
    run_step(run, *session, task);
  } catch (const Error& error) {
    if (run.stop.token().stop_requested()) return;  // the statement was ended on purpose
    if (!sinks_only_its_table(error)) throw;
    fail_table(*session, run, task.table->number, error);
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

void build_unique(const RunContext& run, db::SqlSession& ledger,
                  const std::function<bool(const plan::TablePlan&)>& of) {
  for (int stage = 1; stage <= 2; ++stage) {
    run_tasks(run,
              open_tasks(run, ledger, [&](const plan::TablePlan& table, const DeferredStep& step) {
                return of(table) && makes_unique(step) && plan::stage(step.kind) == stage;
              }));
  }
}

}  // namespace

void build_tables(const RunContext& run, db::SqlSession& ledger) {
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
  build_unique(run, ledger, [](const plan::TablePlan& table) {
    return table.existing_rows == config::ExistingRows::keep;
  });
}

void build_unique_of(const RunContext& run, db::SqlSession& ledger,
                     const std::vector<int>& tables) {
  const std::set<int> numbers(tables.begin(), tables.end());
  build_unique(run, ledger,
               [&](const plan::TablePlan& table) { return numbers.contains(table.number); });
}

void vacuum_tables(const RunContext& run, db::SqlSession& ledger) {
  const SideTables sides(run, ledger);
  std::vector<const plan::TablePlan*> tables;
  for (const auto& [table, side] : sides.all()) tables.push_back(table);
  pipeline::for_each(tables.size(), run.options.writers, run.stop.source(), [&](std::size_t index) {
    const auto session = db::open_session(run.target, db::Purpose::target);
    const CancelOnStop cancel(run.stop.token(), *session);
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
  for (const auto& [table, side] : sides.all()) {
    const std::vector<std::string> missing = plan::side_differences(run.plan, *table, *side);
    if (missing.empty()) {
      ledger::set_table_state(ledger, run.run.id, table->number, ledger::TableState::ready);
      continue;
    }
    fail_table(ledger, run, table->number,
               Error(ErrorKind::data,
                     fmt::format("{} is not complete: {}", table->side.text(), missing.front())));
  }
}

}  // namespace sluice::copy
