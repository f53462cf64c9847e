#include "sluice/plan/script.h"

#include "sluice/codec/printable.h"
#include "sluice/mapping/mapper.h"
#include "sluice/model/pg_quoted.h"

namespace sluice::plan {
namespace {

using model::pg::quoted;
using model::pg::quoted_list;

void add_statement(std::string& script, const std::string& sql) { script += sql + ";\n"; }

/// A name in it may hold line feeds: what stands behind one would be SQL.
void add_comment(std::string& script, const std::string& text) {
  script += "-- " + codec::printable_line(text) + "\n";
}

void add_heading(std::string& script, const std::string& text) {
  if (!script.empty()) script += "\n";
  add_comment(script, text);
}

std::string copy_sql(const model::QualifiedName& table, const std::vector<std::string>& columns) {
  return "COPY " + quoted(table) + " (" + quoted_list(columns) + ") FROM STDIN (FORMAT binary)";
}

void add_load(std::string& script, const TablePlan& table) {
  std::vector<std::string> columns;
  std::string cast;
  for (const TargetField& field : table.write) {
    columns.push_back(field.name);
    if (field.staged) cast += (cast.empty() ? "" : ", ") + field.name;
  }
  if (table.existing_rows == config::ExistingRows::keep) {
    add_comment(script, "first the rows that " + table.target.text() +
                            " holds already, in batches of their own");
  }
  add_comment(script, "one transaction for each batch, with its row of the ledger");
  if (!cast.empty()) {
    add_comment(script, "through a temporary table, where text becomes the column's type: " + cast);
  }
  add_statement(script, copy_sql(table.side, columns));
  if (table.rest) {
    add_statement(script, copy_sql(*table.rest, {std::begin(mapping::kRestColumns),
                                                 std::end(mapping::kRestColumns)}));
  }
}

/// Partitioned tables, or what comes when tables bear their names.
void add_families(std::string& script, const Plan& plan, bool parents) {
  for (const FamilyStep& step : plan.families) {
    if ((step.kind == FamilyStep::Kind::parent) != parents) continue;
    add_heading(script, step.table.text() + ": " + std::string(to_string(step.kind)) +
                            (step.name.empty() ? "" : " " + step.name) +
                            (step.other.table.empty() ? "" : ", " + step.other.text()));
    for (const std::string& sql : step.statements) add_statement(script, sql);
  }
}

}  // namespace

std::string copy_script(const Plan& plan) {
  std::string script;
  if (!plan.objects.empty()) add_heading(script, "what tables need, where it is not there");
  for (const model::SchemaObject& object : plan.objects) add_statement(script, object.definition);
  for (const TablePlan& table : plan.tables) {
    add_heading(script, "side table of " + table.target.text());
    for (const std::string& sql : table.side_ddl) add_statement(script, sql);
  }
  for (const TablePlan& table : plan.tables) {
    add_heading(script, table.source.text() + " to " + table.side.text());
    add_load(script, table);
  }
  for (int wanted = 1; wanted <= kStages; ++wanted) {
    add_heading(script, "after the load, stage " + std::to_string(wanted) + " of " +
                            std::to_string(kStages) + ": in parallel");
    for (const TablePlan& table : plan.tables) {
      for (const DeferredStep& step : table.deferred) {
        if (stage(step.kind) == wanted) add_statement(script, step.sql);
      }
    }
  }
  add_heading(script, "statistics and visibility map");
  for (const TablePlan& table : plan.tables) {
    add_statement(script, "VACUUM (ANALYZE) " + quoted(table.side));
  }
  const bool named = plan.new_tables != config::NewTables::side;
  if (named) add_families(script, plan, true);
  for (const TablePlan& table : plan.tables) {
    if (table.naming.empty() || plan.new_tables == config::NewTables::side) continue;
    add_heading(script, table.target.text() + ", which is new, takes its name");
    for (const std::string& sql : table.naming) add_statement(script, sql);
  }
  if (named) add_families(script, plan, false);
  return script;
}

}  // namespace sluice::plan
