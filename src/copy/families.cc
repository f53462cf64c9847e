#include "copy/families.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/model/pg_quoted.h"
#include "sluice/os/kill_point.h"
#include "sluice/plan/new_tables.h"

#include "copy/current.h"
#include "copy/lock_retry.h"
#include "copy/made.h"
#include "copy/table_failure.h"

namespace sluice::copy {
namespace {

using Kind = plan::FamilyStep::Kind;
using model::pg::quoted;

bool is_there(db::SqlSession& ledger, const model::QualifiedName& table) {
  return ledger.query("SELECT to_regclass($1) IS NOT NULL", {quoted(table)}).value() == "t";
}

/// In words.
std::string name_of(const plan::FamilyStep& step) {
  switch (step.kind) {
    case Kind::parent:
      return "partitioned table " + step.table.text();
    case Kind::inherit:
      return fmt::format("inheritance of {} from {}", step.table.text(), step.other.text());
    case Kind::foreign_key:
      return fmt::format("foreign key {} of {}", step.name, step.table.text());
    case Kind::position:
      return fmt::format("sequence {} of {}", step.name, step.table.text());
  }
  return step.table.text();
}

bool is_done(const RunContext& run, db::SqlSession& ledger, const plan::FamilyStep& step) {
  switch (step.kind) {
    case Kind::parent:
      return !made_by(ledger, run.run.id, kParentMade, {step.table}).empty();
    case Kind::inherit:
      return !ledger
                  .query(
                      "SELECT FROM pg_inherits WHERE inhrelid = to_regclass($1) AND inhparent = "
                      "to_regclass($2)",
                      {quoted(step.table), quoted(step.other)})
                  .rows.empty();
    case Kind::foreign_key:
      return !ledger
                  .query(
                      "SELECT FROM pg_constraint WHERE contype = 'f' AND conrelid = "
                      "to_regclass($1) AND conname = $2",
                      {quoted(step.table), step.name})
                  .rows.empty();
    case Kind::position:
      return false;
  }
  return false;
}

void refuse_taken(db::SqlSession& ledger, const model::QualifiedName& table) {
  if (!is_there(ledger, table)) return;
  throw model::Error(model::ErrorKind::drift, "somebody else has made a table of this name");
}

void run_once(const RunContext& run, db::SqlSession& ledger, const plan::FamilyStep& step) {
  const std::string what = name_of(step);
  const Activity activity(run.progress.activities(), what);
  const waits::Worker worker(run.progress.workers(), waits::Wait::target_statement, what,
                             ledger.id());
  ledger.begin();
  require_current(ledger, run);
  name_run(ledger, run);
  if (step.kind == Kind::parent) refuse_taken(ledger, step.table);
  for (const std::string& sql : step.statements) ledger.query(sql);
  if (step.kind == Kind::parent) record_made(ledger, run.run.id, kParentMade, step.table);
  SLUICE_KILL_POINT("before_family_commit");
  ledger.commit();
  SLUICE_KILL_POINT("after_family_commit");
}

/// Why it cannot be done; empty: it is.
std::string run_step(const RunContext& run, db::SqlSession& ledger, const plan::FamilyStep& step) {
  if (is_done(run, ledger, step)) return {};
  try {
    retried(ledger, run.stop.token(), [&] { run_once(run, ledger, step); });
    return {};
  } catch (const model::Error& error) {
    if (concerns_the_run(error)) throw;
    ledger.rollback();
    return fmt::format("{}: {}", name_of(step), error.what());
  }
}

}  // namespace

std::map<model::QualifiedName, std::string> make_parents(const RunContext& run,
                                                         db::SqlSession& ledger) {
  std::map<model::QualifiedName, std::string> refused;
  for (const plan::FamilyStep& step : run.plan.families) {
    if (step.kind != Kind::parent || run.stop.token().stop_requested()) continue;
    // Each stands after the one that it is a part of.
    const auto above = std::ranges::find_if(refused, [&step](const auto& parent) {
      return plan::attaches_to(parent.first, step.statements);
    });
    const std::string why =
        above == refused.end()
            ? run_step(run, ledger, step)
            : fmt::format("{} waits for {}", step.table.text(), above->first.text());
    if (!why.empty()) refused.emplace(step.table, why);
  }
  return refused;
}

std::vector<std::string> join_families(const RunContext& run, db::SqlSession& ledger) {
  const std::set<int> live = ledger::live_tables(ledger, run.run.id);
  std::set<model::QualifiedName> named;
  for (const int number : live) named.insert(run.table(number).target);
  std::vector<std::string> refused;
  for (const plan::FamilyStep& step : run.plan.families) {
    const bool is_ready = std::ranges::all_of(
        step.needs, [&named](const model::QualifiedName& table) { return named.contains(table); });
    // The table that is missing has failed, which is said of it; then the run goes on.
    if (step.kind == Kind::parent || !is_ready || run.stop.token().stop_requested()) continue;
    const std::string why = run_step(run, ledger, step);
    if (!why.empty()) refused.push_back(why);
  }
  return refused;
}

}  // namespace sluice::copy
