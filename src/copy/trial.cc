#include "sluice/copy/trial.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "sluice/db/catalog.h"
#include "sluice/model/error.h"

namespace sluice::copy {
namespace {

using model::Error;
using model::Finding;
using model::Severity;
using plan::DeferredStep;

/// Each relation that a transaction makes holds a lock until its end, and a server has room for
/// 6,400 as it comes (max_locks_per_transaction x max_connections). A table with TOAST and three
/// indexes has six.
constexpr std::size_t kTablesAtOnce = 200;

/// Runs statements that a server may refuse; those of a refused group leave nothing behind.
class Attempt {
 public:
  explicit Attempt(db::SqlSession& session) : session_(session) {}

  /// The server's words where it refuses one of them. What is not an answer to a statement is
  /// thrown.
  std::optional<std::string> run(const std::vector<std::string>& statements) {
    session_.query("SAVEPOINT sluice_trial");
    try {
      for (const std::string& sql : statements) session_.query(sql);
    } catch (const Error& error) {
      if (error.retry() != model::Retry::never || error.kind() == model::ErrorKind::interrupted) {
        throw;
      }
      session_.query("ROLLBACK TO SAVEPOINT sluice_trial");
      return error.what();
    }
    session_.query("RELEASE SAVEPOINT sluice_trial");
    return std::nullopt;
  }

 private:
  db::SqlSession& session_;
};

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
  [[nodiscard]] std::vector<DeferredStep> make_parts();
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

std::vector<DeferredStep> TableTrial::make_parts() {
  std::vector<DeferredStep> made;
  std::set<std::string> refused;
  for (DeferredStep& step : plan::trial_script(table_).parts) {
    if (refused.contains(step.name)) continue;  // it needs what was refused
    const auto refusal = attempt_.run({step.sql});
    if (!refusal) {
      made.push_back(std::move(step));
      continue;
    }
    refused.insert(step.name);
    refuse(Severity::warning, "part-refused", step.of,
           fmt::format("the target does not take this {}, so it is left out: {}",
                       plan::to_string(step.kind), *refusal),
           "make it by hand, once what it needs is there");
  }
  return made;
}

/// All at once, which nearly every table allows.
bool TableTrial::run_whole() {
  plan::TrialScript script = plan::trial_script(table_);
  std::vector<std::string> all = std::move(script.make);
  for (const DeferredStep& step : script.parts) all.push_back(step.sql);
  for (std::string& sql : plan::finishing_statements(table_, script.parts)) {
    all.push_back(std::move(sql));
  }
  return !attempt_.run(all);
}

bool TableTrial::run() {
  session_.query("SAVEPOINT sluice_table");
  try {
    create_objects(session_, table_.design.objects);
  } catch (const Error& error) {
    if (error.retry() != model::Retry::never) throw;
    session_.query("ROLLBACK TO SAVEPOINT sluice_table");
    refuse(Severity::error, "object-refused", "",
           std::string("the target cannot make what this table needs: ") + error.what(),
           "make it there by hand, or leave the table behind with a reason");
    return false;
  }
  session_.query("SAVEPOINT sluice_table");
  return run_whole() || run_by_parts();
}

bool TableTrial::run_by_parts() {
  if (!make()) return false;
  const std::vector<DeferredStep> parts = make_parts();
  const auto refusal = attempt_.run(plan::finishing_statements(table_, parts));
  if (!refusal) return true;
  refuse(Severity::error, "table-refused", "",
         "the target cannot give this table its names and columns: " + *refusal,
         "name another target table, or other columns");
  session_.query("ROLLBACK TO SAVEPOINT sluice_table");
  return false;
}

/// Takes from the target's catalogue what the trial has made, with what it does not show.
void take_shown(db::SqlSession& session, const std::set<model::QualifiedName>& made,
                plan::MadeTables& result) {
  std::set<std::string> schemas;
  for (const model::QualifiedName& name : made) schemas.insert(name.schema);
  if (schemas.empty()) return;
  model::Catalog catalog = db::read_catalog(session, {schemas.begin(), schemas.end()});
  for (model::Table& table : catalog.tables) {
    if (!made.contains(table.name)) continue;
    table.owner.clear();  // whoever made it
    result.tables.push_back(std::move(table));
  }
}

void add_objects(const plan::NewTable& table, plan::MadeTables& result) {
  for (const model::SchemaObject& object : table.design.objects) {
    if (std::ranges::find(result.objects, object) == result.objects.end()) {
      result.objects.push_back(object);
    }
  }
}

using Tables = std::vector<plan::NewTable>;

void try_some(db::SqlSession& session, Tables::iterator first, Tables::iterator last,
              plan::MadeTables& result) {
  std::set<model::QualifiedName> made;
  session.begin();
  for (auto table = first; table != last; ++table) {
    if (TableTrial(session, *table, result.findings).run()) made.insert(table->design.table.name);
  }
  take_shown(session, made, result);
  session.rollback();
}

}  // namespace

plan::MadeTables try_new_tables(db::SqlSession& session, std::vector<plan::NewTable> tables) {
  plan::MadeTables result;
  for (const plan::NewTable& table : tables) {
    const auto& said = table.design.findings;
    result.findings.insert(result.findings.end(), said.begin(), said.end());
    add_objects(table, result);
  }
  const auto step = static_cast<std::ptrdiff_t>(kTablesAtOnce);
  for (auto first = tables.begin(); first != tables.end();) {
    const auto last = first + std::min(step, std::distance(first, tables.end()));
    try_some(session, first, last, result);
    first = last;
  }
  return result;
}

}  // namespace sluice::copy
