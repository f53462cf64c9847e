// What the server says of itself: identity, the role's powers, room on its disk.

#include <algorithm>
#include <filesystem>

#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "db/pg/pg.h"
#include "db/pg/row.h"
#include "db/pg/session.h"

namespace sluice::db::pg {
namespace {

std::string read_system_identifier(SqlSession& session) {
  const std::string allowed =
      session.query("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')").value();
  if (allowed != "t") {
    throw model::Error(model::ErrorKind::config, "the role may not ask for the server's identity",
                       "GRANT EXECUTE ON FUNCTION pg_control_system() to it");
  }
  return session.query("SELECT system_identifier FROM pg_control_system()").value();
}

std::string address(const PGconn* connection) {
  const std::string host = PQhost(connection);
  const bool is_path = !host.empty() && (host[0] == '/' || host[0] == '@');
  return (is_path ? "socket:" + host : host) + ":" + PQport(connection);
}

/// Powers that reach every table. A superuser has all others, so that one line says it. A role that
/// may become another by SET ROLE has that one's powers too, whether it inherits them or not.
std::vector<std::string> role_powers(SqlSession& session) {
  const QueryResult result = session.query(
      "SELECT bool_or(rolsuper), bool_or(rolcreaterole),"
      "       pg_has_role('pg_execute_server_program', 'MEMBER'),"
      "       pg_has_role('pg_write_server_files', 'MEMBER')"
      "  FROM pg_roles WHERE pg_has_role(oid, 'MEMBER')");
  Row row(result.rows.at(0));
  if (row.flag()) return {"superuser"};
  std::vector<std::string> powers;
  // Before PostgreSQL 16 such a role can give itself any other, and later those it has created.
  if (row.flag()) powers.emplace_back("CREATEROLE");
  if (row.flag()) powers.emplace_back("member of pg_execute_server_program");
  if (row.flag()) powers.emplace_back("member of pg_write_server_files");
  return powers;
}

std::string values_of(const std::vector<model::QualifiedName>& tables) {
  std::string values;
  for (const model::QualifiedName& table : tables) {
    if (!values.empty()) values += ", ";
    values += "(" + model::quote_literal(model::Engine::postgresql, table.schema) + ", " +
              model::quote_literal(model::Engine::postgresql, table.table) + ")";
  }
  return values;
}

/// What the role may do to each table. Its owner may grant itself everything else, so "owner" says
/// it all.
std::vector<std::string> table_powers(SqlSession& session,
                                      const std::vector<model::QualifiedName>& tables) {
  if (tables.empty()) return {};
  const QueryResult result = session.query(
      "SELECT DISTINCT CASE p.what WHEN 'owner' THEN 'owner of ' ELSE p.what || ' on ' END || w.s "
      "|| '.' || w.t"
      "  FROM (VALUES " +
      values_of(tables) +
      ") AS w(s, t)"
      "  JOIN pg_namespace n ON n.nspname = w.s"
      "  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.t"
      "  JOIN pg_roles r ON pg_has_role(r.oid, 'MEMBER')"
      " CROSS JOIN LATERAL (SELECT pg_has_role(c.relowner, 'MEMBER') AS is_owner) o"
      " CROSS JOIN LATERAL (VALUES"
      "   ('owner', o.is_owner),"
      "   ('INSERT', NOT o.is_owner AND has_any_column_privilege(r.oid, c.oid, 'INSERT')),"
      "   ('UPDATE', NOT o.is_owner AND has_any_column_privilege(r.oid, c.oid, 'UPDATE')),"
      "   ('DELETE', NOT o.is_owner AND has_table_privilege(r.oid, c.oid, 'DELETE')),"
      "   ('TRUNCATE', NOT o.is_owner AND has_table_privilege(r.oid, c.oid, 'TRUNCATE'))) AS "
      "p(what, has)"
      " WHERE p.has");
  std::vector<std::string> powers;
  for (const auto& row : result.rows) powers.push_back(Row(row).text());
  std::sort(powers.begin(), powers.end());
  return powers;
}

/// Where the server's files lie; none where that is unknown. Only over a unix socket are its
/// directories also ours, and only some roles may ask for them.
std::vector<std::string> data_directories(SqlSession& session) {
  const std::string data = session
                               .query(
                                   "SELECT coalesce(CASE WHEN inet_server_addr() IS NULL"
                                   "   AND pg_has_role('pg_read_all_settings', 'USAGE')"
                                   "   THEN current_setting('data_directory') END, '')")
                               .value();
  if (data.empty()) return {};
  std::vector<std::string> directories = {data, data + "/pg_wal"};
  const QueryResult tablespaces = session.query(
      "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE pg_tablespace_location(oid) <> "
      "''");
  for (const auto& row : tablespaces.rows) directories.push_back(Row(row).text());
  return directories;
}

/// Free bytes of the fullest of these directories, if they are of this machine.
std::optional<std::uint64_t> free_bytes(const std::vector<std::string>& directories) {
  std::optional<std::uint64_t> least;
  for (const std::string& directory : directories) {
    std::error_code failed;
    const auto space = std::filesystem::space(directory, failed);
    if (failed) return std::nullopt;
    least = std::min<std::uint64_t>(space.available, least.value_or(space.available));
  }
  return least;
}

}  // namespace

model::ServerIdentity read_identity(SqlSession& session) {
  model::ServerIdentity identity;
  const QueryResult result = session.query(
      "SELECT current_setting('server_version'), current_setting('server_version_num'), "
      "current_database(),"
      "       current_user");
  Row row(result.rows.at(0));
  identity.version = row.text();
  identity.version_number = static_cast<int>(row.number());
  identity.database = row.text();
  identity.user = row.text();
  identity.identity = read_system_identifier(session);
  identity.address = address(connection_of(session).raw());
  return identity;
}

std::vector<std::string> write_privileges(SqlSession& session,
                                          const std::vector<model::QualifiedName>& tables) {
  std::vector<std::string> powers = role_powers(session);
  if (!powers.empty() && powers[0] == "superuser") return powers;
  const std::vector<std::string> of_tables = table_powers(session, tables);
  powers.insert(powers.end(), of_tables.begin(), of_tables.end());
  return powers;
}

Storage read_storage(SqlSession& session) {
  Storage storage;
  const QueryResult result = session.query(
      "SELECT pg_database_size(current_database()),"
      "       pg_size_bytes(current_setting('max_wal_size'))");
  Row row(result.rows.at(0));
  storage.database_bytes = row.number();
  storage.max_wal_bytes = row.number();
  storage.free_bytes = free_bytes(data_directories(session));
  return storage;
}

}  // namespace sluice::db::pg
