#include "copy/dropping.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>

#include "sluice/model/error.h"
#include "sluice/model/pg_quoted.h"
#include "sluice/os/kill_point.h"

#include "copy/made.h"
#include "copy/place_rows.h"
#include "copy/side_holders.h"

namespace sluice::copy {
namespace {

using model::pg::quoted;

using Names = std::vector<model::QualifiedName>;

/// Each takes a dozen locks with its indexes; by default a server has room for some thousand in
/// all.
constexpr std::size_t kDroppedAtOnce = 50;

Names all_names(const std::vector<EarlierTables>& tables) {
  Names names;
  for (const EarlierTables& of_run : tables) {
    std::ranges::copy(of_run.names, std::back_inserter(names));
  }
  return names;
}

/// Those that are dropped in one transaction.
std::vector<Names> groups_of(const Names& names) {
  std::vector<Names> groups;
  for (const model::QualifiedName& name : names) {
    if (groups.empty() || groups.back().size() == kDroppedAtOnce) groups.emplace_back();
    groups.back().push_back(name);
  }
  return groups;
}

/// Without the foreign keys between them, tables can be dropped in any order. Partitions lose those
/// that they have from above with them.
std::vector<std::string> drop_references(db::SqlSession& session, const Names& names) {
  std::vector<std::string> statements;
  if (names.empty()) return statements;
  const auto keys = session.query(
      "WITH w AS (SELECT place, to_regclass(name)::oid AS id FROM (VALUES " + rows_of(names) +
      ") AS v(place, name)) SELECT w.place, k.conname FROM w JOIN pg_constraint k "
      "ON k.conrelid = w.id AND k.contype = 'f' AND k.confrelid <> k.conrelid "
      "AND k.conparentid = 0 AND k.confrelid IN (SELECT id FROM w) ORDER BY 1, 2");
  for (const auto& row : keys.rows) {
    statements.push_back(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}",
                                     quoted(names.at(place(row.at(0)))),
                                     quoted(row.at(1).value())));
  }
  return statements;
}

std::string drop_sql(const Names& names) {
  std::string list;
  for (const model::QualifiedName& name : names) list += (list.empty() ? "" : ", ") + quoted(name);
  return "DROP TABLE " + list;
}

Names all_sequences(const std::vector<EarlierTables>& tables) {
  Names names;
  for (const EarlierTables& of_run : tables) {
    std::ranges::copy(of_run.sequences, std::back_inserter(names));
  }
  return names;
}

/// Refused by the server where anything needs it.
std::string drop_sequence_sql(const model::QualifiedName& name) {
  return "DROP SEQUENCE " + quoted(name);
}

using Oids = std::map<model::QualifiedName, std::optional<std::string>>;

Oids as_they_are(db::SqlSession& session, const Names& names) {
  const auto oids = oids_of(session, names);
  Oids by_name;
  for (std::size_t i = 0; i < names.size(); ++i) by_name.emplace(names[i], oids[i]);
  return by_name;
}

model::Error changed(const model::QualifiedName& name, const std::string& what) {
  return {model::ErrorKind::drift,
          fmt::format("{} of an earlier run is not dropped: {}", name.text(), what),
          "find out who works on it, then start again"};
}

void require_same(db::SqlSession& session, const Names& names, const Oids& all) {
  for (const auto& [name, oid] : as_they_are(session, names)) {
    if (oid != all.at(name)) throw changed(name, "somebody has made it anew");
  }
}

/// (tx) Under lock: `all` are those that are dropped, as they were when that began.
void require_nobody(db::SqlSession& session, const Names& names, const Oids& all) {
  require_same(session, names, all);
  for (const Holder& user : holders_of(session, names)) {
    if (!all.contains(user.name)) throw changed(names.at(user.held), user.text + " needs it");
  }
}

/// A partition takes its table's lock with it, so all are locked from above.
void drop_group(db::SqlSession& session, const Names& names, const Oids& all) {
  session.begin();
  std::string from_above;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    from_above += (from_above.empty() ? "ONLY " : ", ONLY ") + quoted(*name);
  }
  session.query("LOCK TABLE " + from_above + " IN ACCESS EXCLUSIVE MODE");
  require_nobody(session, names, all);
  session.query(drop_sql(names));
  session.commit();
  SLUICE_KILL_POINT("after_drop");
}

}  // namespace

std::vector<std::string> drop_statements(db::SqlSession& session,
                                         const std::vector<EarlierTables>& tables) {
  const Names names = all_names(tables);
  std::vector<std::string> statements = drop_references(session, names);
  for (const Names& group : groups_of(names)) statements.push_back(drop_sql(group));
  for (const model::QualifiedName& name : all_sequences(tables)) {
    statements.push_back(drop_sequence_sql(name));
  }
  return statements;
}

void drop_tables(db::SqlSession& session, const std::vector<EarlierTables>& tables) {
  const Names names = all_names(tables);
  const Names sequences = all_sequences(tables);
  Oids oids = as_they_are(session, names);
  oids.merge(as_they_are(session, sequences));
  for (const std::string& sql : drop_references(session, names)) session.query(sql);
  for (const Names& group : groups_of(names)) drop_group(session, group, oids);
  for (const model::QualifiedName& name : sequences) {
    require_same(session, {name}, oids);
    session.query(drop_sequence_sql(name));
  }
}

}  // namespace sluice::copy
