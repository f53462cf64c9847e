#include "db/mysql/health.h"

#include <string>

#include "db/mysql/mysql.h"

namespace sluice::db::mysql {
namespace {

/// Global values: sluice sets its own in each session, a user cannot.
constexpr const char* kSettings =
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('binlog_format', 'log_bin', "
    "'lower_case_table_names', 'max_allowed_packet', 'max_connections', 'max_execution_time', "
    "'max_statement_time', 'net_write_timeout', 'wait_timeout')";

}  // namespace

Health read_health(SqlSession& session) {
  Health health;
  const QueryResult result = session.query("SELECT UNIX_TIMESTAMP(), @@GLOBAL.read_only");
  const auto& row = result.rows.at(0);
  health.clock = std::stoll(row.at(0).value());
  health.is_read_only = row.at(1) != "0";
  const auto cipher = session.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
  health.is_encrypted = !cipher.rows.empty() && !cipher.rows[0].at(1).value_or("").empty();
  for (const auto& setting : session.query(kSettings).rows) {
    health.settings[setting.at(0).value()] = setting.at(1).value_or("");
  }
  health.is_socket = mysql::read_identity(session).address.starts_with("socket:");
  return health;
}

}  // namespace sluice::db::mysql
