#include <set>

#include <fmt/format.h>

#include "sluice/model/pg_quoted.h"
#include "sluice/model/quote.h"
#include "sluice/plan/grants.h"

namespace sluice::plan {
namespace {

using model::Engine;

std::string name_of(const GrantRoles& roles) {
  return roles.retire.empty() ? "sluice_retire" : roles.retire;
}

std::set<model::QualifiedName> tables_of(const config::Config& config) {
  std::set<model::QualifiedName> names;
  for (const config::Table& table : config.tables) names.insert(table.source);
  return names;
}

constexpr const char* kTitle =
    "-- source: a role that can delete rows of the tables that are copied; for the days in which\n"
    "-- rows are retired, and to be dropped then\n";

/// An administrator makes it: the role must not be able to change or empty it.
std::string consumed(const std::string& ddl) {
  return "-- what was deleted, written in the transactions that delete: it can be added to, and "
         "not "
         "changed\n" +
         ddl;
}

std::string pg_grants(const config::Config& config, const std::string& name,
                      const std::string& ddl) {
  const std::string role = model::pg::quoted(name);
  std::string sql = kTitle + fmt::format("CREATE ROLE {} LOGIN;\n", role);
  if (!config.source.database.empty()) {
    sql += fmt::format("GRANT CONNECT ON DATABASE {} TO {};\n",
                       model::pg::quoted(config.source.database), role);
  }
  std::set<std::string> schemas;
  for (const model::QualifiedName& table : tables_of(config)) schemas.insert(table.schema);
  for (const std::string& schema : schemas) {
    sql += fmt::format("GRANT USAGE ON SCHEMA {} TO {};\n", model::pg::quoted(schema), role);
  }
  for (const model::QualifiedName& table : tables_of(config)) {
    sql += fmt::format("GRANT SELECT, DELETE ON TABLE {} TO {};\n", model::pg::quoted(table), role);
  }
  return sql + consumed(ddl) +
         fmt::format(
             "GRANT USAGE ON SCHEMA sluice TO {0};\n"
             "GRANT SELECT, INSERT ON TABLE sluice.consumed TO {0};\n",
             role) +
         fmt::format("-- then, in psql, so that it stands in no file: \\password {}\n",
                     // A line feed in a name ends no comment.
                     role.find('\n') == std::string::npos ? role : "<the role>");
}

std::string mysql_grants(const config::Config& config, const GrantRoles& roles,
                         const std::string& ddl) {
  const std::string host = !roles.host.empty()                      ? roles.host
                           : config.source.host.empty()             ? "localhost"
                           : model::is_loopback(config.source.host) ? "localhost"
                                                                    : "%";
  const std::string user = model::quote_literal(Engine::mysql, name_of(roles)) + "@" +
                           model::quote_literal(Engine::mysql, host);
  std::string sql = kTitle + fmt::format("CREATE USER {}{} ACCOUNT LOCK;\n", user,
                                         model::is_loopback(host) ? "" : " REQUIRE SSL");
  for (const model::QualifiedName& table : tables_of(config)) {
    sql += fmt::format("GRANT SELECT, DELETE, TRIGGER ON {} TO {};\n",
                       model::quote_name(Engine::mysql, table), user);
  }
  return sql +
         "-- TRIGGER shows what would fire on a delete. PROCESS shows the foreign keys of all "
         "databases:\n-- one with ON DELETE CASCADE would take rows along that nobody has "
         "archived\n" +
         fmt::format("GRANT PROCESS ON *.* TO {};\n", user) + consumed(ddl) +
         fmt::format("GRANT SELECT, INSERT ON sluice.consumed TO {};\n", user) +
         "-- nobody can use it yet. Then, so that the password stands in no file: ALTER USER ... "
         "IDENTIFIED BY\n-- '<password>' ACCOUNT UNLOCK\n";
}

}  // namespace

std::string retire_grants(const config::Config& config, const GrantRoles& roles,
                          const std::string& consumed_ddl) {
  if (model::is_mysql_family(config.source.engine)) {
    return mysql_grants(config, roles, consumed_ddl);
  }
  return pg_grants(config, name_of(roles), consumed_ddl);
}

}  // namespace sluice::plan
