// What the connected user may do. SHOW GRANTS is asked, because the views of information_schema
// leave out what comes through roles.

#include <algorithm>
#include <set>

#include "db/mysql/dialect.h"
#include "db/mysql/grants.h"
#include "db/mysql/mysql.h"

namespace sluice::db::mysql {
namespace {

/// Somebody may have it on each table.
bool sees_triggers(const std::vector<Grant>& grants, const std::string& schema,
                   const model::Catalog& catalog) {
  return std::ranges::all_of(catalog.tables, [&](const model::Table& table) {
    return table.name.schema != schema || table.kind == "view" ||
           gives_one_of(grants, {"TRIGGER"}, table.name);
  });
}

bool sees_routines(const std::vector<Grant>& grants, const std::string& schema,
                   const RoutineRight& right) {
  return gives_one_of(grants, {"EXECUTE", "CREATE ROUTINE", "ALTER ROUTINE", "SHOW CREATE ROUTINE"},
                      {schema, ""}) ||
         gives_one_of(grants, {right.privilege}, right.table);
}

}  // namespace

std::vector<Grant> grants_in_use(SqlSession& session) {
  std::vector<Grant> grants;
  for (const auto& row : session.query("SHOW GRANTS").rows) {
    grants.push_back(read_grant(row.at(0).value_or("")));
  }
  return grants;
}

std::vector<Unseen> read_unseen(SqlSession& session, const model::Catalog& catalog) {
  const std::vector<Grant> grants = grants_in_use(session);
  const RoutineRight right = routine_right(session.engine());
  std::set<std::string> schemas;
  for (const model::Table& table : catalog.tables) schemas.insert(table.name.schema);
  std::vector<Unseen> unseen;
  for (const std::string& schema : schemas) {
    if (!sees_triggers(grants, schema, catalog)) {
      unseen.push_back({"triggers of " + schema, "TRIGGER on " + schema});
    }
    if (!gives_one_of(grants, {"EVENT"}, {schema, ""})) {
      unseen.push_back({"events of " + schema, "EVENT on " + schema});
    }
    if (!sees_routines(grants, schema, right)) {
      const std::string where = right.table.table.empty() ? "*.*" : right.table.text();
      unseen.push_back({"routines of " + schema, right.privilege + " on " + where});
    }
  }
  return unseen;
}

std::vector<std::string> write_privileges(SqlSession& session,
                                          const std::vector<model::QualifiedName>& tables) {
  std::vector<std::string> found;
  for (const std::string& line : all_grants(session)) {
    const std::vector<std::string> some = writing_privileges(read_grant(line), tables);
    found.insert(found.end(), some.begin(), some.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace sluice::db::mysql
