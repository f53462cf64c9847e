#include "sluice/cutover/freeze.h"

#include <set>
#include <string_view>

#include <fmt/format.h>

#include "sluice/cutover/cutover.h"
#include "sluice/cutover/old_side.h"
#include "sluice/db/removal.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/model/pg_quoted.h"
#include "sluice/model/quote.h"

#include "cutover/written.h"

namespace sluice::cutover {
namespace {

namespace pg = model::pg;
using model::Engine;

/// Says which run it was; names of triggers may have 64 characters, and this takes half of them.
std::string trigger_name(const std::string& run_id) {
  return std::string(db::kReadOnlyTrigger) + run_id;
}

std::set<std::string> source_schemas(const plan::Plan& plan) {
  std::set<std::string> schemas;
  for (const plan::TablePlan& table : plan.tables) schemas.insert(table.source.schema);
  return schemas;
}

/// In the schema of its tables: whoever may make triggers there needs no other place.
std::string function_of(const std::string& schema, const std::string& run_id) {
  return pg::quoted({schema, trigger_name(run_id)});
}

std::string function_sql(const std::string& schema, const std::string& run_id) {
  return fmt::format("CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS {}",
                     function_of(schema, run_id),
                     pg::dollar_quoted(R"(
BEGIN
  IF TG_OP IN ('INSERT', 'DELETE') AND current_setting('sluice.door', true) = 'open' THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% was moved: it is read-only', TG_RELID::regclass
    USING ERRCODE = 'read_only_sql_transaction';
END
)",
                                       "body"));
}

/// Of rows, because a row may come by way of the table that this one is a partition or a child of;
/// ALWAYS, because appliers of replication pass by others. TRUNCATE has no rows.
std::string triggers_sql(const plan::TablePlan& table, const std::string& run_id) {
  const std::string name = trigger_name(run_id);
  return "DO " + pg::dollar_quoted(fmt::format(R"(
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger
                 WHERE tgrelid = {2}::pg_catalog.regclass AND tgname = {3}) THEN
    CREATE TRIGGER {0} BEFORE INSERT OR UPDATE OR DELETE ON {4}
      FOR EACH ROW EXECUTE FUNCTION {5}();
    CREATE TRIGGER {1} BEFORE TRUNCATE ON {4} FOR EACH STATEMENT EXECUTE FUNCTION {5}();
    ALTER TABLE {4} ENABLE ALWAYS TRIGGER {0}, ENABLE ALWAYS TRIGGER {1};
  END IF;
END
)",
                                               pg::quoted(name), pg::quoted(name + "_t"),
                                               pg::literal(pg::quoted(table.source)),
                                               pg::literal(name), pg::quoted(table.source),
                                               function_of(table.source.schema, run_id)),
                                   "freeze");
}

Freeze freeze_postgresql(const plan::Plan& plan, const std::string& run_id) {
  Freeze freeze;
  const std::string name = trigger_name(run_id);
  for (const std::string& schema : source_schemas(plan)) {
    freeze.statements.push_back(function_sql(schema, run_id));
  }
  for (const plan::TablePlan& table : plan.tables) {
    freeze.statements.push_back(triggers_sql(table, run_id));
    for (const std::string& trigger : {name, name + "_t"}) {
      freeze.undo.push_back(fmt::format("DROP TRIGGER IF EXISTS {} ON {}", pg::quoted(trigger),
                                        pg::quoted(table.source)));
    }
  }
  for (const std::string& schema : source_schemas(plan)) {
    freeze.undo.push_back("DROP FUNCTION IF EXISTS " + function_of(schema, run_id) + "()");
  }
  return freeze;
}

/// The family has triggers of rows only, one an event and table. TRUNCATE needs DROP, which
/// applications rarely have, and what a foreign key does to other tables fires none: a watch sees
/// both.
Freeze freeze_mysql(const plan::Plan& plan, const std::string& run_id) {
  constexpr const char* kRefuse =
      "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table was moved: it is read-only'";
  Freeze freeze;
  for (const plan::TablePlan& table : plan.tables) {
    const std::string name = model::quote_name(plan.source.engine, table.source);
    for (const char* const event : {"INSERT", "UPDATE", "DELETE"}) {
      const std::string trigger = model::quote_name(
          plan.source.engine, {table.source.schema, fmt::format("{}_{}{}", trigger_name(run_id),
                                                                event[0], table.number)});
      const std::string drop = "DROP TRIGGER IF EXISTS " + trigger;
      const bool has_door = std::string_view(event) != "UPDATE";
      freeze.statements.push_back(drop);
      freeze.statements.push_back(
          fmt::format("CREATE TRIGGER {} BEFORE {} ON {} FOR EACH ROW {}", trigger, event, name,
                      has_door ? fmt::format("IF @sluice_door IS NULL THEN {}; END IF", kRefuse)
                               : std::string(kRefuse)));
      freeze.undo.push_back(drop);
    }
  }
  return freeze;
}

/// Rows written since, and rows that are not there any more: what the ledger counted tells.
std::vector<std::string> written_tables(const plan::Plan& plan, db::SqlSession& session,
                                        const SourceState& before) {
  std::vector<std::string> lines;
  const std::string condition = may_be_newer_sql(session, before.position);
  for (const plan::TablePlan& table : plan.tables) {
    const auto rows = before.rows.find(table.number);
    const std::optional<std::uint64_t> expected =
        rows == before.rows.end() ? std::nullopt : std::optional(rows->second);
    const Written written = count_written(session, table.source, condition, expected, nullptr);
    if (written.changes() == 0) continue;
    lines.push_back(
        fmt::format("{}: {} rows were inserted or changed since, {} changed or deleted (what was "
                    "written while transactions ran beside the verification counts)",
                    table.source.text(), written.written, written.gone));
  }
  return lines;
}

/// Without a binary log only the rows tell.
std::vector<std::string> other_tables(const plan::Plan& plan, const model::Endpoint& source,
                                      const SourceState& before, std::uint64_t seed) {
  std::vector<std::string> lines;
  OldSideWatch watch(plan, source, before, seed, "");
  for (const TableWrites& writes : watch.look().written) {
    lines.push_back(writes.table + ": " + text_of(writes));
  }
  return lines;
}

}  // namespace

Freeze freeze_of(const plan::Plan& plan, const std::string& run_id) {
  return model::is_mysql_family(plan.source.engine) ? freeze_mysql(plan, run_id)
                                                    : freeze_postgresql(plan, run_id);
}

std::string source_script(const plan::Plan& plan, const std::vector<std::string>& statements) {
  // What a trigger does ends with a semicolon of its own.
  const bool is_mysql = model::is_mysql_family(plan.source.engine);
  std::string script = is_mysql ? "DELIMITER //\n" : "BEGIN;\n";
  for (const std::string& sql : statements) script += sql + (is_mysql ? " //\n" : ";\n");
  return script + (is_mysql ? "DELIMITER ;\n" : "COMMIT;\n");
}

std::string run_on_source(const plan::Plan& plan, const model::Endpoint& source,
                          const std::vector<std::string>& statements) {
  const auto session = db::open_rows(plan::held_to(plan.source, source), db::Purpose::removal);
  const bool is_one = session->engine() == Engine::postgresql;
  if (is_one) session->begin();
  for (const std::string& sql : statements) session->query(sql);
  if (is_one) session->commit();
  return session->query("SELECT CURRENT_USER").value();
}

std::vector<std::string> source_moved(const plan::Plan& plan, const model::Endpoint& source,
                                      const SourceState& before, std::uint64_t seed) {
  std::vector<model::QualifiedName> names;
  for (const plan::TablePlan& table : plan.tables) names.push_back(table.source);
  const db::SnapshotSessions now = db::open_snapshot(plan::held_to(plan.source, source), 1, names);
  db::SnapshotInfo then;
  then.position = before.position;
  switch (db::moved(plan.source.engine, then, now.info)) {
    case db::Moved::no:
      return {};
    case db::Moved::unknown:
      if (!model::is_mysql_family(plan.source.engine)) {
        return {"whether the source has moved cannot be seen"};
      }
      return other_tables(plan, source, before, seed);
    case db::Moved::yes:
      break;
  }
  if (plan.source.engine == Engine::postgresql) {
    // The position is that of the whole server: the rows say whether these tables moved with it.
    return written_tables(plan, now.sessions.front()->sql(), before);
  }
  return {fmt::format("the source stood at {} and stands at {} now", before.position,
                      now.info.position)};
}

}  // namespace sluice::cutover
