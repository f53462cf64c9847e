#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sluice/copy/decide.h"
#include "sluice/copy/start.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"
#include "sluice/os/kill_point.h"

namespace sluice::copy {
namespace {

using model::Engine;
using model::Error;
using model::ErrorKind;

std::string quoted(const model::QualifiedName& name) {
  return model::quote_name(Engine::postgresql, name);
}

/// The table's comment, or nothing when there is no such relation.
std::optional<std::string> comment_of(db::SqlSession& session, const model::QualifiedName& name) {
  const auto result = session.query(
      "SELECT coalesce(obj_description(to_regclass($1), 'pg_class'), '') "
      "WHERE to_regclass($1) IS NOT NULL",
      {quoted(name)});
  if (result.rows.empty()) return std::nullopt;
  return result.value();
}

std::string mark_of(const ledger::Run& run) { return "sluice run " + run.id; }

Error taken(const model::QualifiedName& name) {
  return {ErrorKind::drift,
          fmt::format("{} exists already and does not belong to this run", name.text()),
          fmt::format("if nobody needs it: DROP TABLE {};", quoted(name))};
}

std::vector<model::QualifiedName> names_of(const plan::TablePlan& table) {
  std::vector<model::QualifiedName> names{table.side};
  if (table.rest) names.push_back(*table.rest);
  return names;
}

/// (tx)
void create_one(db::SqlSession& session, const plan::TablePlan& table, const ledger::Run& run) {
  for (const std::string& statement : table.side_ddl) session.query(statement);
  for (const model::QualifiedName& name : names_of(table)) {
    session.query(fmt::format("COMMENT ON TABLE {} IS {}", quoted(name),
                              model::quote_literal(Engine::postgresql, mark_of(run))));
  }
}

bool holds_rows(db::SqlSession& session, const model::QualifiedName& name) {
  return session.query(fmt::format("SELECT EXISTS (SELECT FROM {})", quoted(name))).value() == "t";
}

void check_names(db::SqlSession& session, const plan::TablePlan& table,
                 std::vector<model::Finding>& findings) {
  for (const model::QualifiedName& name : names_of(table)) {
    if (!comment_of(session, name)) continue;
    findings.push_back({model::Severity::error, "side-table-exists", name.text(),
                        "the side table's name is taken, perhaps by an earlier run",
                        fmt::format("if nobody needs it: DROP TABLE {};", quoted(name))});
  }
}

void check_rows(db::SqlSession& session, const plan::TablePlan& table,
                std::vector<model::Finding>& findings) {
  if (!holds_rows(session, table.target)) return;
  const bool refuse = table.existing_rows == config::ExistingRows::refuse;
  findings.push_back({refuse ? model::Severity::error : model::Severity::note, "existing-rows",
                      table.target.text(), "the live target table already holds rows",
                      refuse
                          ? "say what becomes of them: \"existing_rows\": \"replace\" or \"keep\""
                          : "they are treated as existing_rows says"});
}

}  // namespace

std::vector<model::Finding> check_target(db::SqlSession& session, const plan::Plan& plan) {
  std::vector<model::Finding> findings;
  for (const plan::TablePlan& table : plan.tables) {
    check_names(session, table, findings);
    check_rows(session, table, findings);
  }
  return findings;
}

void require_side_tables(db::SqlSession& session, const plan::Plan& plan, const ledger::Run& run) {
  for (const plan::TablePlan& table : plan.tables) {
    const auto comment = comment_of(session, table.side);
    if (comment && *comment == mark_of(run)) continue;
    throw Error(
        ErrorKind::drift,
        fmt::format("{} is not the side table that run {} filled", table.side.text(), run.id),
        "it was dropped, renamed or made anew; sluice runs lists the runs");
  }
}

void create_side_tables(db::SqlSession& session, const plan::Plan& plan, const ledger::Run& run) {
  for (const plan::TablePlan& table : plan.tables) {
    const auto comment = comment_of(session, table.side);
    if (comment && *comment != mark_of(run)) throw taken(table.side);
    if (comment) continue;
    if (!ledger::batches(session, run.id, table.number).empty()) {
      throw Error(ErrorKind::drift,
                  fmt::format("{} is gone, though the ledger has its batches", table.side.text()),
                  "somebody dropped it; begin a new run");
    }
    session.begin();
    create_one(session, table, run);
    SLUICE_KILL_POINT("before_side_commit");
    session.commit();
  }
}

void recreate_side_table(db::SqlSession& session, const plan::TablePlan& table,
                         const ledger::Run& run) {
  for (const model::QualifiedName& name : names_of(table)) {
    session.query(fmt::format("DROP TABLE {}", quoted(name)));
  }
  create_one(session, table, run);
}

}  // namespace sluice::copy
