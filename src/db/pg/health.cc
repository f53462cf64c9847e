#include "db/pg/health.h"

#include <string>
#include <vector>

namespace sluice::db::pg {
namespace {

/// reset_val is what the role's session began with, before sluice set its own.
constexpr const char* kSettings =
    "SELECT name, reset_val || coalesce(unit, '') FROM pg_settings WHERE name IN "
    "('fsync', 'full_page_writes', 'lc_collate', 'max_connections', 'max_locks_per_transaction', "
    "'max_prepared_transactions', 'server_encoding', 'statement_timeout', "
    "'superuser_reserved_connections', 'wal_level')";

}  // namespace

Health read_health(SqlSession& session) {
  Health health;
  const QueryResult result = session.query(
      "SELECT extract(epoch FROM clock_timestamp())::bigint, coalesce((SELECT ssl FROM "
      "pg_stat_ssl WHERE pid = pg_backend_pid()), false), inet_client_addr() IS NULL, "
      "pg_is_in_recovery()");
  const auto& row = result.rows.at(0);
  health.clock = std::stoll(row.at(0).value());
  health.is_encrypted = row.at(1) == "t";
  health.is_socket = row.at(2) == "t";
  health.is_read_only = row.at(3) == "t";
  for (const auto& setting : session.query(kSettings).rows) {
    health.settings[setting.at(0).value()] = setting.at(1).value_or("");
  }
  return health;
}

std::vector<std::string> missing_create(SqlSession& session,
                                        const std::vector<std::string>& schemas) {
  std::vector<std::string> missing;
  const bool may_make_schemas =
      session.query("SELECT has_database_privilege(current_database(), 'CREATE')").value() == "t";
  const auto ask = [&](const std::string& schema) {
    const auto found = session.query(
        "SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE') "
        "FROM pg_namespace WHERE nspname = $1",
        {schema});
    if (found.rows.empty()) return may_make_schemas;
    return found.value() == "t";
  };
  for (const std::string& schema : schemas) {
    if (!ask(schema)) missing.push_back("CREATE and USAGE on schema " + schema);
  }
  // The ledger's own; once it is there the role has to be able to write to it.
  const auto ledger = session.query(
      "SELECT coalesce(has_table_privilege(to_regclass('sluice.run'), 'SELECT, INSERT, UPDATE'), "
      "false), to_regnamespace('sluice') IS NULL");
  if (ledger.rows.at(0).at(1) == "t" && !may_make_schemas) {
    missing.emplace_back("CREATE on the database, for schema sluice");
  } else if (ledger.rows.at(0).at(1) != "t" && ledger.rows.at(0).at(0) != "t") {
    missing.emplace_back("SELECT, INSERT and UPDATE on the tables of schema sluice");
  }
  return missing;
}

}  // namespace sluice::db::pg
