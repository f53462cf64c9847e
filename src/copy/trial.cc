#include "sluice/copy/trial.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "sluice/model/pg_quoted.h"

#include "copy/attempt.h"
#include "copy/trial_cut.h"
#include "copy/trial_families.h"

namespace sluice::copy {
namespace {

using model::Finding;
using model::Severity;
using plan::DeferredStep;

/// One table's trial, inside a transaction.
class TableTrial {
 public:
  TableTrial(db::SqlSession& session, plan::NewTable& table, std::vector<Finding>& findings)
      : session_(session), table_(table), findings_(findings), attempt_(session) {}

  /// Whether the table stands now, under its own name.
  bool run();

 private:
  [[nodiscard]] bool run_whole();
  [[nodiscard]] bool run_by_parts();
  [[nodiscard]] bool make();
  void leave_out_refused();
  void make_parts();
  void refuse(Severity severity, const char* rule, const std::string& part,
              const std::string& message, const std::string& action);

  db::SqlSession& session_;
  plan::NewTable& table_;
  std::vector<Finding>& findings_;
  Attempt attempt_;
};

void TableTrial::refuse(Severity severity, const char* rule, const std::string& part,
                        const std::string& message, const std::string& action) {
  const std::string name = table_.design.table.name.text();
  findings_.push_back({severity, rule, part.empty() ? name : name + "." + part, message, action});
}

/// Finds the defaults and expressions that the server does not take, one by one.
void TableTrial::leave_out_refused() {
  for (const std::string& column : plan::doubtful_columns(table_)) {
    const plan::NewTable simpler = plan::with_only(table_, column);
    session_.query("SAVEPOINT sluice_probe");
    const auto refusal = attempt_.run(plan::trial_script(simpler).make);
    session_.query("ROLLBACK TO SAVEPOINT sluice_probe; RELEASE SAVEPOINT sluice_probe");
    if (!refusal) continue;
    refuse(Severity::warning, "expression-refused", column,
           "the target does not take its default or expression, so it has none: " + *refusal,
           "set it by hand, once what it needs is there");
    plan::make_plain(table_, column);
  }
}

bool TableTrial::make() {
  auto refusal = attempt_.run(plan::trial_script(table_).make);
  if (!refusal) return true;
  if (!attempt_.run(plan::trial_script(plan::with_only(table_, "")).make)) {
    session_.query("ROLLBACK TO SAVEPOINT sluice_table");
    leave_out_refused();
    refusal = attempt_.run(plan::trial_script(table_).make);
    if (!refusal) return true;
  }
  refuse(Severity::error, "table-refused", "", "the target cannot make this table: " + *refusal,
         "make it there by hand and take \"create\" out, or leave it behind with a reason");
  return false;
}

void TableTrial::make_parts() {
  std::set<std::string> refused;
  const std::vector<DeferredStep> parts = plan::trial_script(table_).parts;
  for (const DeferredStep& step : parts) {
    if (refused.contains(step.name)) continue;  // it needs what was refused
    const auto refusal = attempt_.run({step.sql});
    if (!refusal) continue;
    refused.insert(step.name);
    refuse(Severity::warning, "part-refused", step.of,
           fmt::format("the target does not take this {}, so it is left out: {}",
                       plan::to_string(step.kind), *refusal),
           "make it by hand, once what it needs is there");
  }
}

/// All at once, which nearly every table allows.
bool TableTrial::run_whole() {
  plan::TrialScript script = plan::trial_script(table_);
  std::vector<std::string> all = std::move(script.make);
  for (const DeferredStep& step : script.parts) all.push_back(step.sql);
  for (std::string& sql : plan::finishing_statements(table_)) {
    all.push_back(std::move(sql));
  }
  return !attempt_.run(all);
}

bool TableTrial::run() {
  const auto refusal = attempt_.run([this] { create_objects(session_, table_.design.objects); });
  if (refusal) {
    refuse(Severity::error, "object-refused", "",
           "the target cannot make what this table needs: " + *refusal,
           "make it there by hand, or leave the table behind with a reason");
    return false;
  }
  session_.query("SAVEPOINT sluice_table");
  return run_whole() || run_by_parts();
}

bool TableTrial::run_by_parts() {
  if (!make()) return false;
  make_parts();
  const auto refusal = attempt_.run(plan::finishing_statements(table_));
  if (!refusal) return true;
  refuse(Severity::error, "table-refused", "",
         "the target cannot give this table its names and columns: " + *refusal,
         "name another target table, or other columns");
  session_.query("ROLLBACK TO SAVEPOINT sluice_table");
  return false;
}

using Names = std::vector<model::QualifiedName>;

/// In a transaction of its own.
void try_portion(db::SqlSession& session, const TrialPortion& portion, const Names& replaced,
                 plan::MadeTables& result) {
  std::set<model::QualifiedName> made;
  std::vector<const plan::NewTable*> standing;
  session.begin();
  for (const model::QualifiedName& name : replaced) {
    session.query("DROP TABLE IF EXISTS " + model::pg::quoted(name) + " CASCADE");
  }
  for (plan::NewTable* const table : portion.tables) {
    if (!TableTrial(session, *table, result.findings).run()) continue;
    made.insert(table->design.table.name);
    standing.push_back(table);
  }
  // As they are while nobody has a place.
  for (model::Table& table : shown_tables(session, made)) result.tables.push_back(std::move(table));
  try_families(session, portion.parents, standing, result);
  session.rollback();
}

}  // namespace

plan::MadeTables try_new_tables(db::SqlSession& session, std::vector<plan::NewTable> tables,
                                const Names& replaced) {
  plan::MadeTables result;
  for (const plan::NewTable& table : tables) {
    const auto& said = table.design.findings;
    result.findings.insert(result.findings.end(), said.begin(), said.end());
  }
  for (const TrialPortion& portion : cut_trial(tables))
    try_portion(session, portion, replaced, result);
  return result;
}

}  // namespace sluice::copy
