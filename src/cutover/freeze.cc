#include "sluice/cutover/freeze.h"

#include <fmt/format.h>

#include "sluice/cutover/cutover.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/model/quote.h"

#include "cutover/written.h"

namespace sluice::cutover {
namespace {

using model::Engine;

/// One function, a trigger on each table. TRUNCATE fires no row trigger, so the trigger is of
/// statements.
std::string freeze_postgresql(const plan::Plan& plan) {
  std::string sql =
      "BEGIN;\n"
      "CREATE FUNCTION public.sluice_read_only() RETURNS trigger LANGUAGE plpgsql AS $$\n"
      "BEGIN RAISE EXCEPTION '% was moved: it is read-only', TG_RELID::regclass; END $$;\n";
  for (const plan::TablePlan& table : plan.tables) {
    sql += fmt::format(
        "CREATE TRIGGER sluice_read_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {}\n"
        "  FOR EACH STATEMENT EXECUTE FUNCTION public.sluice_read_only();\n",
        model::quote_name(Engine::postgresql, table.source));
  }
  return sql + "COMMIT;\n-- undone by: DROP FUNCTION public.sluice_read_only() CASCADE;\n";
}

/// MySQL has triggers of rows only, one an event and table: TRUNCATE needs DROP, which
/// applications rarely have.
std::string freeze_mysql(const plan::Plan& plan) {
  std::string sql;
  std::string undo;
  for (const plan::TablePlan& table : plan.tables) {
    const std::string name = model::quote_name(plan.source.engine, table.source);
    for (const char* const event : {"INSERT", "UPDATE", "DELETE"}) {
      const std::string trigger = model::quote_name(
          plan.source.engine,
          {table.source.schema, fmt::format("sluice_read_only_{}_{}", table.number, event)});
      sql += fmt::format(
          "CREATE TRIGGER {} BEFORE {} ON {} FOR EACH ROW\n"
          "  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table was moved: it is read-only';\n",
          trigger, event, name);
      undo += fmt::format("-- DROP TRIGGER {};\n", trigger);
    }
  }
  return sql + "-- undone by:\n" + undo;
}

/// Rows written since, and rows that are not there any more: what the ledger counted tells.
std::vector<std::string> written_tables(const plan::Plan& plan, db::SqlSession& session,
                                        const SourceState& before) {
  std::vector<std::string> lines;
  const std::string condition = is_newer_sql(session, before.position);
  for (const plan::TablePlan& table : plan.tables) {
    const auto rows = before.rows.find(table.number);
    const std::optional<std::uint64_t> expected =
        rows == before.rows.end() ? std::nullopt : std::optional(rows->second);
    const Written written = count_written(session, table.source, condition, expected, nullptr);
    if (written.changes() == 0) continue;
    lines.push_back(fmt::format("{}: {} rows were inserted or changed since, {} changed or deleted",
                                table.source.text(), written.written, written.gone));
  }
  return lines;
}

}  // namespace

std::string freeze_sql(const plan::Plan& plan) {
  return model::is_mysql_family(plan.source.engine) ? freeze_mysql(plan) : freeze_postgresql(plan);
}

std::vector<std::string> source_moved(const plan::Plan& plan, const model::Endpoint& source,
                                      const SourceState& before) {
  std::vector<model::QualifiedName> names;
  for (const plan::TablePlan& table : plan.tables) names.push_back(table.source);
  const db::SnapshotSessions now = db::open_snapshot(plan::held_to(plan.source, source), 1, names);
  db::SnapshotInfo then;
  then.position = before.position;
  switch (db::moved(plan.source.engine, then, now.info)) {
    case db::Moved::no:
      return {};
    case db::Moved::unknown:
      return {"whether the source has moved cannot be seen"};
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
