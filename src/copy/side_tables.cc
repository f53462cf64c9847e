#include <algorithm>
#include <iterator>
#include <map>
#include <set>
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
#include "sluice/model/pg_quoted.h"
#include "sluice/model/quote.h"
#include "sluice/os/kill_point.h"

#include "copy/earlier_families.h"
#include "copy/made.h"
#include "copy/place_rows.h"
#include "copy/side_holders.h"

namespace sluice::copy {
namespace {

using model::Engine;
using model::Error;
using model::ErrorKind;
using model::pg::literal;
using model::pg::quoted;

/// The comments of those of the tables that are there, in one question.
class Comments {
 public:
  Comments(db::SqlSession& session, const std::vector<model::QualifiedName>& names) {
    if (names.empty()) return;
    const auto result = session.query(
        "SELECT w.place, coalesce(obj_description(to_regclass(w.name), 'pg_class'), '') "
        "FROM (VALUES " +
        rows_of(names) + ") AS w(place, name) WHERE to_regclass(w.name) IS NOT NULL");
    for (const auto& row : result.rows) {
      comments_.emplace(names.at(place(row.at(0))), row.at(1).value());
    }
  }
  /// Null when there is no such relation.
  [[nodiscard]] const std::string* find(const model::QualifiedName& name) const {
    const auto found = comments_.find(name);
    return found == comments_.end() ? nullptr : &found->second;
  }

 private:
  std::map<model::QualifiedName, std::string> comments_;
};

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

/// All tables that a run of the plan makes.
std::vector<model::QualifiedName> names_of(const plan::Plan& plan) {
  std::vector<model::QualifiedName> names;
  for (const plan::TablePlan& table : plan.tables)
    std::ranges::move(names_of(table), std::back_inserter(names));
  return names;
}

/// (tx)
void create_one(db::SqlSession& session, const plan::TablePlan& table, const ledger::Run& run) {
  for (const std::string& statement : table.side_ddl) session.query(statement);
  for (const model::QualifiedName& name : names_of(table)) {
    session.query(fmt::format("COMMENT ON TABLE {} IS {}", quoted(name), literal(mark_of(run))));
  }
}

/// Sequences are on record: a new run has to know them as this one's.
void make_objects(db::SqlSession& session, const plan::Plan& plan, const ledger::Run& run) {
  for (const model::SchemaObject& object : plan.objects) {
    session.begin();
    const bool is_made = create_object(session, object);
    if (is_made && object.kind == model::SchemaObject::Kind::sequence) {
      record_made(session, run.id, kSequenceMade, object.name);
    }
    session.commit();
  }
}

/// A new table that is whole is nobody's side table any more.
bool has_own_name(const plan::TablePlan& table) { return table.side == table.target; }

bool holds_rows(db::SqlSession& session, const model::QualifiedName& name) {
  return session.query(fmt::format("SELECT EXISTS (SELECT FROM {})", quoted(name))).value() == "t";
}

/// A table, and the target table that it stands for.
using SideOfTarget = std::pair<model::QualifiedName, model::QualifiedName>;

std::set<SideOfTarget> sides_of(const plan::Plan& plan) {
  std::set<SideOfTarget> sides;
  for (const plan::TablePlan& table : plan.tables) {
    for (model::QualifiedName& name : names_of(table)) sides.emplace(std::move(name), table.target);
  }
  return sides;
}

/// What a run has made by its plan; nothing where there is no such run, or the plan was tampered
/// with.
std::set<SideOfTarget> sides_of_run(db::SqlSession& session, const std::string& run_id) {
  if (!ledger::find_run(session, run_id)) return {};
  try {
    return sides_of(plan::from_json(ledger::plan_of_run(session, run_id)));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::drift) throw;
  }
  return {};
}

/// The earlier run that has made a table.
class MakerOf {
 public:
  explicit MakerOf(const std::vector<EarlierTables>& tables) {
    for (const EarlierTables& of_run : tables) {
      for (const model::QualifiedName& name : of_run.names) makers_.emplace(name, &of_run);
    }
  }
  /// Null where the ledger knows none.
  [[nodiscard]] const EarlierTables* find(const model::QualifiedName& name) const {
    const auto found = makers_.find(name);
    return found == makers_.end() ? nullptr : found->second;
  }

 private:
  std::map<model::QualifiedName, const EarlierTables*> makers_;
};

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

/// What needs a table that is to be dropped, and is not dropped with it.
void check_users(db::SqlSession& session, const std::vector<EarlierTables>& replaced,
                 std::vector<model::Finding>& findings) {
  const MakerOf maker(replaced);
  for (const EarlierTables& of_run : replaced) {
    for (const Holder& user : holders_of(session, of_run.names)) {
      if (maker.find(user.name) != nullptr) continue;
      findings.push_back({model::Severity::error, "side-table-used",
                          of_run.names.at(user.held).text(),
                          user.text + " needs this table of run " + of_run.run_id,
                          "drop what needs it, then begin the new run"});
    }
    for (const Holder& user : holders_of(session, of_run.sequences)) {
      if (maker.find(user.name) != nullptr) continue;
      findings.push_back({model::Severity::error, "side-table-used",
                          of_run.sequences.at(user.held).text(),
                          user.text + " needs this sequence of run " + of_run.run_id,
                          "drop what needs it, then begin the new run"});
    }
  }
}

void add_family(EarlierTables& family, std::vector<EarlierTables>& tables) {
  const auto of_run = std::ranges::find(tables, family.run_id, &EarlierTables::run_id);
  if (of_run == tables.end()) {
    tables.push_back(std::move(family));
  } else {
    std::ranges::move(family.names, std::back_inserter(of_run->names));
    of_run->sequences = std::move(family.sequences);
  }
}

model::Finding made_since(const model::QualifiedName& table) {
  return {model::Severity::error, "target-exists", table.text(),
          "a table of this name has been made since the plan",
          "plan again: it is then taken as it is, or drop it"};
}

void check_rows(db::SqlSession& session, const plan::TablePlan& table,
                std::vector<model::Finding>& findings) {
  if (table.is_new || !holds_rows(session, table.target)) return;
  const bool refuse = table.existing_rows == config::ExistingRows::refuse;
  findings.push_back({refuse ? model::Severity::error : model::Severity::note, "existing-rows",
                      table.target.text(), "the live target table already holds rows",
                      refuse
                          ? "say what becomes of them: \"existing_rows\": \"replace\" or \"keep\""
                          : "they are treated as existing_rows says"});
}

/// New tables and parents whose names somebody has taken meanwhile. `replaced`: those that go.
void check_new_targets(db::SqlSession& session, const plan::Plan& plan, const MakerOf& replaced,
                       std::vector<model::Finding>& findings) {
  std::vector<model::QualifiedName> names;
  for (const plan::TablePlan& table : plan.tables) {
    if (table.is_new) names.push_back(table.target);
  }
  for (const plan::FamilyStep& step : plan.families) {
    if (step.kind == plan::FamilyStep::Kind::parent) names.push_back(step.table);
  }
  const Comments comments(session, names);
  for (const model::QualifiedName& name : names) {
    if (comments.find(name) == nullptr || replaced.find(name) != nullptr) continue;
    findings.push_back(made_since(name));
  }
}

/// Throws Error{drift} where a table cannot be dropped.
void refuse_held(db::SqlSession& session, const plan::TablePlan& table) {
  std::string who;
  for (const Holder& holder : holders_of(session, names_of(table))) {
    who += (who.empty() ? "" : ", ") + holder.text;
  }
  if (who.empty()) return;
  throw Error(ErrorKind::drift,
              fmt::format("{} has to be made anew, and is needed by {}", table.side.text(), who),
              "drop what needs it, then start copy again");
}

}  // namespace

std::vector<EarlierTables> earlier_tables(db::SqlSession& session, const plan::Plan& plan) {
  if (ledger::schema_state(session) != ledger::SchemaState::usable) return {};
  const Comments comments(session, names_of(plan));
  std::map<std::string, std::vector<SideOfTarget>> marked;
  for (const plan::TablePlan& table : plan.tables) {
    for (model::QualifiedName& name : names_of(table)) {
      const std::string* const comment = comments.find(name);
      if (comment == nullptr || !comment->starts_with(kMark)) continue;
      marked[comment->substr(kMark.size())].emplace_back(std::move(name), table.target);
    }
  }
  std::vector<EarlierTables> tables;
  for (auto& [run_id, claimed] : marked) {
    const std::set<SideOfTarget> made = sides_of_run(session, run_id);
    EarlierTables of_run{run_id, {}, {}};
    for (SideOfTarget& side : claimed) {
      if (made.contains(side)) of_run.names.push_back(std::move(side.first));
    }
    if (!of_run.names.empty()) tables.push_back(std::move(of_run));
  }
  for (EarlierTables& family : families_in_the_way(session, plan)) add_family(family, tables);
  return tables;
}

std::vector<model::Finding> taken_names(db::SqlSession& session, const plan::Plan& plan,
                                        const std::vector<EarlierTables>& earlier, bool new_run) {
  std::vector<model::Finding> findings;
  const std::vector<model::QualifiedName> names = names_of(plan);
  const Comments comments(session, names);
  const MakerOf maker(earlier);
  for (const model::QualifiedName& name : names) {
    const EarlierTables* const of_run = maker.find(name);
    if ((new_run && of_run != nullptr) || comments.find(name) == nullptr) continue;
    findings.push_back(taken_name(name, of_run));
  }
  return findings;
}

std::vector<model::Finding> check_target(db::SqlSession& session, const plan::Plan& plan,
                                         const std::vector<EarlierTables>& earlier, bool new_run) {
  std::vector<model::Finding> findings = taken_names(session, plan, earlier, new_run);
  if (new_run) check_users(session, earlier, findings);
  const MakerOf replaced = new_run ? MakerOf(earlier) : MakerOf({});
  check_new_targets(session, plan, replaced, findings);
  for (const plan::TablePlan& table : plan.tables) check_rows(session, table, findings);
  return findings;
}

void require_side_tables(db::SqlSession& session, const plan::Plan& plan, const ledger::Run& run) {
  const Comments comments(session, names_of(plan));
  for (const plan::TablePlan& table : plan.tables) {
    if (has_own_name(table)) continue;
    const std::string* const comment = comments.find(table.side);
    if (comment != nullptr && *comment == mark_of(run)) continue;
    throw Error(
        ErrorKind::drift,
        fmt::format("{} is not the side table that run {} filled", table.side.text(), run.id),
        "it was dropped, renamed or made anew; sluice runs lists the runs");
  }
}

void create_side_tables(db::SqlSession& session, const plan::Plan& plan, const ledger::Run& run) {
  make_objects(session, plan, run);
  const Comments comments(session, names_of(plan));
  const std::set<int> begun = ledger::tables_with_batches(session, run.id);
  for (const plan::TablePlan& table : plan.tables) {
    if (has_own_name(table)) continue;
    const std::string* const comment = comments.find(table.side);
    if (comment != nullptr && *comment != mark_of(run)) throw taken(table.side);
    if (comment != nullptr) continue;
    if (begun.contains(table.number)) {
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
  refuse_held(session, table);
  for (const model::QualifiedName& name : names_of(table)) {
    session.query(fmt::format("DROP TABLE {}", quoted(name)));
  }
  create_one(session, table, run);
}

}  // namespace sluice::copy
