// What the connected user may do. SHOW GRANTS is asked, because the views of information_schema
// leave out what comes through roles.

#include <algorithm>

#include "sluice/model/quote.h"

#include "db/mysql/grants.h"
#include "db/mysql/mysql.h"

namespace sluice::db::mysql {
namespace {

void add_lines(const QueryResult& result, std::vector<std::string>& lines) {
  for (const auto& row : result.rows) lines.push_back(row.at(0).value_or(""));
}

std::string quoted(const std::string& name) {
  return model::quote_identifier(model::Engine::mysql, name);
}

/// Roles that are granted but not in use count too: whoever has the password can SET ROLE.
void add_mariadb_roles(SqlSession& session, std::vector<std::string>& lines) {
  const QueryResult current = session.query("SELECT CURRENT_ROLE()");
  const QueryResult roles =
      session.query("SELECT DISTINCT ROLE_NAME FROM information_schema.APPLICABLE_ROLES");
  for (const auto& row : roles.rows) {
    session.query("SET ROLE " + quoted(row.at(0).value_or("")));
    add_lines(session.query("SHOW GRANTS FOR CURRENT_ROLE()"), lines);
  }
  const std::optional<std::string>& old = current.rows.at(0).at(0);
  if (!roles.rows.empty()) session.query("SET ROLE " + (old ? quoted(*old) : "NONE"));
}

void add_mysql_roles(SqlSession& session, std::vector<std::string>& lines) {
  const QueryResult roles = session.query(
      "SELECT DISTINCT ROLE_NAME, ROLE_HOST FROM information_schema.APPLICABLE_ROLES");
  std::string names;
  for (const auto& row : roles.rows) {
    names += (names.empty() ? "" : ", ") + quoted(row.at(0).value_or("")) + "@" +
             quoted(row.at(1).value_or(""));
  }
  if (names.empty()) return;
  add_lines(session.query("SHOW GRANTS FOR CURRENT_USER() USING " + names), lines);
}

}  // namespace

std::vector<std::string> write_privileges(SqlSession& session,
                                          const std::vector<model::QualifiedName>& tables) {
  std::vector<std::string> lines;
  add_lines(session.query("SHOW GRANTS"), lines);
  if (session.engine() == model::Engine::mariadb) {
    add_mariadb_roles(session, lines);
  } else {
    add_mysql_roles(session, lines);
  }
  std::vector<std::string> found;
  for (const std::string& line : lines) {
    const std::vector<std::string> some = writing_privileges(read_grant(line), tables);
    found.insert(found.end(), some.begin(), some.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace sluice::db::mysql
