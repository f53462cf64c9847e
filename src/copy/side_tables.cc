#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sluice/copy/decide.h"
#include "sluice/copy/start.h"
#include "sluice/copy/trial.h"
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

/// DO NOT CHANGE: it stands in comments of tables.
constexpr std::string_view kMark = "sluice run ";

std::string mark_of(const ledger::Run& run) { return std::string(kMark) + run.id; }

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

/// A new table that is whole is nobody's side table any more.
bool has_own_name(const plan::TablePlan& table) { return table.side == table.target; }

bool holds_rows(db::SqlSession& session, const model::QualifiedName& name) {
  return session.query(fmt::format("SELECT EXISTS (SELECT FROM {})", quoted(name))).value() == "t";
}

/// What a run's plan has for a target table; nothing where the plan was tampered with.
std::vector<model::QualifiedName> names_of(db::SqlSession& session, const std::string& run_id,
                                           const model::QualifiedName& target) {
  try {
    const plan::Plan plan = plan::from_json(ledger::plan_of_run(session, run_id));
    const auto table = std::ranges::find(plan.tables, target, &plan::TablePlan::target);
    if (table != plan.tables.end()) return names_of(*table);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::drift) throw;
  }
  return {};
}

const EarlierTables* find_run_of(const std::vector<EarlierTables>& tables,
                                 const model::QualifiedName& name) {
  const auto found = std::ranges::find_if(tables, [&name](const EarlierTables& of_run) {
    return std::ranges::find(of_run.names, name) != of_run.names.end();
  });
  return found == tables.end() ? nullptr : &*found;
}

/// `of_run` is null for a table that the ledger does not know.
model::Finding taken_name(const model::QualifiedName& name, const EarlierTables* of_run) {
  constexpr auto kError = model::Severity::error;
  if (of_run == nullptr) {
    return {kError, "side-table-exists", name.text(),
            "a table has this name already, and no run that is known here has made it",
            fmt::format("find out whose it is; if nobody needs it: DROP TABLE {};", quoted(name))};
  }
  return {kError, "side-table-exists", name.text(),
          fmt::format("run {} has made this table already", of_run->run_id),
          "copy --new-run drops it and begins anew; started as that run was begun, copy goes on"};
}

/// Views, and tables with foreign keys, that need a table which is to be dropped.
void check_users(db::SqlSession& session, const std::vector<EarlierTables>& replaced,
                 std::vector<model::Finding>& findings) {
  for (const EarlierTables& of_run : replaced) {
    for (const model::QualifiedName& name : of_run.names) {
      const auto users = session.query(
          "SELECT DISTINCT t.oid, n.nspname, t.relname "
          "FROM pg_depend d LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass "
          "AND r.oid = d.objid LEFT JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass "
          "AND c.oid = d.objid JOIN pg_class t ON t.oid = coalesce(r.ev_class, c.conrelid) "
          "JOIN pg_namespace n ON n.oid = t.relnamespace WHERE d.refclassid = 'pg_class'::regclass "
          "AND d.refobjid = to_regclass($1) AND t.oid <> d.refobjid ORDER BY 2, 3",
          {quoted(name)});
      for (const auto& row : users.rows) {
        const model::QualifiedName user{row.at(1).value_or(""), row.at(2).value_or("")};
        if (find_run_of(replaced, user) != nullptr) continue;
        findings.push_back({model::Severity::error, "side-table-used", name.text(),
                            user.text() + " needs this table of run " + of_run.run_id,
                            "drop what needs it, then begin the new run"});
      }
    }
  }
}

model::Finding made_since(const model::QualifiedName& table) {
  return {model::Severity::error, "target-exists", table.text(),
          "a table of this name has been made since the plan",
          "plan again: it is then taken as it is, or drop it"};
}

void check_rows(db::SqlSession& session, const plan::TablePlan& table,
                std::vector<model::Finding>& findings) {
  if (table.is_new) {
    if (!comment_of(session, table.target)) return;
    findings.push_back(made_since(table.target));
    return;
  }
  if (!holds_rows(session, table.target)) return;
  const bool refuse = table.existing_rows == config::ExistingRows::refuse;
  findings.push_back({refuse ? model::Severity::error : model::Severity::note, "existing-rows",
                      table.target.text(), "the live target table already holds rows",
                      refuse
                          ? "say what becomes of them: \"existing_rows\": \"replace\" or \"keep\""
                          : "they are treated as existing_rows says"});
}

}  // namespace

std::vector<EarlierTables> earlier_tables(db::SqlSession& session, const plan::Plan& plan) {
  std::map<std::string, std::vector<model::QualifiedName>> by_run;
  if (ledger::schema_state(session) != ledger::SchemaState::usable) return {};
  for (const plan::TablePlan& table : plan.tables) {
    for (const model::QualifiedName& name : names_of(table)) {
      const std::string mark = comment_of(session, name).value_or("");
      if (!mark.starts_with(kMark)) continue;
      const std::string run_id = mark.substr(kMark.size());
      if (!ledger::find_run(session, run_id)) continue;
      const auto known = names_of(session, run_id, table.target);
      if (std::ranges::find(known, name) != known.end()) by_run[run_id].push_back(name);
    }
  }
  std::vector<EarlierTables> tables;
  tables.reserve(by_run.size());
  for (auto& [run_id, names] : by_run) tables.push_back({run_id, std::move(names)});
  return tables;
}

std::string drop_statement(const std::vector<EarlierTables>& tables) {
  std::string sql;
  for (const EarlierTables& of_run : tables) {
    for (const model::QualifiedName& name : of_run.names) {
      sql += (sql.empty() ? "DROP TABLE " : ", ") + quoted(name);
    }
  }
  return sql;
}

std::vector<model::Finding> taken_names(db::SqlSession& session, const plan::Plan& plan,
                                        const std::vector<EarlierTables>& earlier, bool new_run) {
  std::vector<model::Finding> findings;
  for (const plan::TablePlan& table : plan.tables) {
    for (const model::QualifiedName& name : names_of(table)) {
      const EarlierTables* const of_run = find_run_of(earlier, name);
      if ((new_run && of_run != nullptr) || !comment_of(session, name)) continue;
      findings.push_back(taken_name(name, of_run));
    }
  }
  return findings;
}

std::vector<model::Finding> check_target(db::SqlSession& session, const plan::Plan& plan,
                                         const std::vector<EarlierTables>& earlier, bool new_run) {
  std::vector<model::Finding> findings = taken_names(session, plan, earlier, new_run);
  if (new_run) check_users(session, earlier, findings);
  for (const plan::TablePlan& table : plan.tables) check_rows(session, table, findings);
  for (const plan::FamilyStep& step : plan.families) {
    if (step.kind != plan::FamilyStep::Kind::parent || !comment_of(session, step.table)) continue;
    findings.push_back(made_since(step.table));
  }
  return findings;
}

void require_side_tables(db::SqlSession& session, const plan::Plan& plan, const ledger::Run& run) {
  for (const plan::TablePlan& table : plan.tables) {
    if (has_own_name(table)) continue;
    const auto comment = comment_of(session, table.side);
    if (comment && *comment == mark_of(run)) continue;
    throw Error(
        ErrorKind::drift,
        fmt::format("{} is not the side table that run {} filled", table.side.text(), run.id),
        "it was dropped, renamed or made anew; sluice runs lists the runs");
  }
}

void create_side_tables(db::SqlSession& session, const plan::Plan& plan, const ledger::Run& run) {
  create_objects(session, plan.objects);
  for (const plan::TablePlan& table : plan.tables) {
    if (has_own_name(table)) continue;
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
