#include "db/mysql/binary_log.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sluice/model/error.h"

namespace sluice::db::mysql {
namespace {

using Settings = std::map<std::string, std::string, std::less<>>;

/// Name and value pairs of a SHOW; what a server does not have is not there.
Settings settings_of(Connection& connection, std::string_view statement) {
  Settings settings;
  for (const auto& row : connection.query(statement).rows) {
    settings[row.at(0).value_or("")] = row.at(1).value_or("");
  }
  return settings;
}

std::string value_of(const Settings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

/// The first of several spellings of one statement that the server knows. Absent: the user may not.
std::optional<QueryResult> ask(Connection& connection,
                               std::initializer_list<std::string_view> spellings) {
  for (const std::string_view statement : spellings) {
    try {
      return connection.query(statement);
    } catch (const model::Error& error) {
      // A spelling that is not known is an error of syntax.
      if (error.kind() == model::ErrorKind::internal) continue;
      if (error.kind() == model::ErrorKind::config) return std::nullopt;
      throw;
    }
  }
  return std::nullopt;
}

/// MySQL 8.4 has only the first, all others only the second.
std::optional<QueryResult> log_status(Connection& connection) {
  return ask(connection, {"SHOW BINARY LOG STATUS", "SHOW MASTER STATUS"});
}

/// One row for each server that this one is a replica of, whether or not it is replicating now.
/// MariaDB shows all of its connections only by the first, MySQL from 8.0.22 on by the second.
std::optional<QueryResult> replica_status(Connection& connection) {
  return ask(connection, {"SHOW ALL SLAVES STATUS", "SHOW REPLICA STATUS", "SHOW SLAVE STATUS"});
}

/// Name of the first column that starts with `prefix` and holds something in some row.
std::string filter_in(const QueryResult& status, std::string_view prefix) {
  for (std::size_t i = 0; i < status.columns.size(); ++i) {
    const std::string& name = status.columns[i];
    // Servers that are passed over change nothing here.
    if (!name.starts_with(prefix) || name == "Replicate_Ignore_Server_Ids") continue;
    const bool is_set = std::any_of(status.rows.begin(), status.rows.end(), [i](const auto& row) {
      return !row.at(i).value_or("").empty();
    });
    if (is_set) return name;
  }
  return {};
}

/// Signs of a replica that everybody may see: threads that apply now, and what MariaDB remembers of
/// those that did.
bool shows_signs_of_replica(Connection& connection) {
  const Settings status = settings_of(
      connection, "SHOW GLOBAL STATUS WHERE Variable_name IN ('Slaves_running', 'Slave_running')");
  const std::string running = value_of(status, "Slaves_running");
  if ((!running.empty() && running != "0") || value_of(status, "Slave_running") == "ON") {
    return true;
  }
  const Settings position =
      settings_of(connection, "SHOW GLOBAL VARIABLES WHERE Variable_name = 'gtid_slave_pos'");
  return !value_of(position, "gtid_slave_pos").empty();
}

/// Only a server that logs what it applies has its masters' changes in its own log.
bool logs_what_it_applies(const Settings& variables) {
  return value_of(variables, "log_slave_updates") == "ON" ||
         value_of(variables, "log_replica_updates") == "ON";
}

/// How the log may miss what comes from other servers; absent: in no way.
std::optional<BinaryLog> look_at_replication(Connection& connection, const Settings& variables) {
  const bool logs_all = logs_what_it_applies(variables);
  const auto blind = [](std::string reason) {
    return BinaryLog{LogSight::not_everything, std::move(reason), {}};
  };
  if (!logs_all && value_of(variables, "wsrep_on") == "ON") {
    return blind("a node of a cluster without log_slave_updates");
  }
  const std::optional<QueryResult> replica = replica_status(connection);
  if (replica) {
    if (!logs_all && !replica->rows.empty()) return blind("a replica without log_slave_updates");
    const std::string filter = filter_in(*replica, "Replicate_");
    if (!filter.empty()) return blind("a replica with the filter " + filter);
    return std::nullopt;
  }
  if (logs_all) return std::nullopt;
  if (shows_signs_of_replica(connection)) return blind("a replica without log_slave_updates");
  return BinaryLog{LogSight::not_known,
                   "whether the server is a replica only SLAVE MONITOR (MySQL: REPLICATION CLIENT) "
                   "shows",
                   {}};
}

BinaryLog look_at_sight(Connection& connection) {
  const Settings variables =
      settings_of(connection,
                  "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_bin', 'log_slave_updates', "
                  "'log_replica_updates', 'wsrep_on')");
  if (value_of(variables, "log_bin") != "ON") {
    return {LogSight::not_everything, "there is no binary log", {}};
  }
  const std::optional<QueryResult> status = log_status(connection);
  const std::string filter = status ? filter_in(*status, "Binlog_") : "";
  if (!filter.empty()) {
    return {LogSight::not_everything, "the binary log has the filter " + filter, {}};
  }
  if (const auto replication = look_at_replication(connection, variables)) return *replication;
  if (!status) {
    return {LogSight::not_known,
            "whether the binary log is filtered only BINLOG MONITOR (MySQL: REPLICATION CLIENT) "
            "shows",
            {}};
  }
  return {LogSight::everything, {}, {}};
}

/// Seconds since the epoch; both numbers are of the same instant, so that the difference never
/// wavers.
std::string started_at(Connection& connection) {
  const char* const schema =
      connection.engine() == model::Engine::mariadb ? "information_schema" : "performance_schema";
  return connection
      .query(fmt::format("SELECT CAST(UNIX_TIMESTAMP() - CAST(VARIABLE_VALUE AS SIGNED) AS CHAR) "
                         "FROM {}.global_status WHERE VARIABLE_NAME = 'Uptime'",
                         schema))
      .value();
}

/// Before MariaDB 10.10 a server has no identity of its own.
std::string server_of(Connection& connection) {
  const Settings ids = settings_of(
      connection, "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_uid')");
  const std::string number = connection.query("SELECT CAST(@@server_id AS CHAR)").value();
  if (!ids.empty() && !ids.begin()->second.empty()) return ids.begin()->second + " " + number;
  return connection.query("SELECT CONCAT(@@hostname, ':', @@port, ':', @@datadir)").value() + " " +
         number;
}

std::string origin_of(Connection& connection) {
  const Settings resets =
      settings_of(connection, "SHOW GLOBAL STATUS WHERE Variable_name = 'Com_reset'");
  if (resets.empty()) return {};
  return fmt::format("server {}, started {}, resets {}", server_of(connection),
                     started_at(connection), resets.begin()->second);
}

}  // namespace

BinaryLog look_at_binary_log(Connection& connection) {
  BinaryLog log = look_at_sight(connection);
  log.origin = origin_of(connection);
  if (log.sight == LogSight::everything && log.origin.empty()) {
    log.sight = LogSight::not_known;
    log.reason = "the server does not tell how often its binary log was reset";
  }
  return log;
}

std::string place_of_snapshot(Connection& session) {
  const Settings status = settings_of(session, "SHOW SESSION STATUS LIKE 'binlog\\_snapshot\\_%'");
  const std::string file = value_of(status, "Binlog_snapshot_file");
  return file.empty() ? std::string() : file + ":" + value_of(status, "Binlog_snapshot_position");
}

std::string place_under_lock(Connection& connection) {
  if (connection.engine() == model::Engine::mariadb) return {};  // the snapshot itself will say
  const QueryResult gtid = connection.query("SELECT @@GLOBAL.gtid_mode, @@GLOBAL.gtid_executed");
  if (gtid.rows.at(0).at(0) == "ON") {
    std::string set = gtid.rows.at(0).at(1).value_or("");
    std::erase(set, '\n');  // a line for each server
    return "gtid:" + set;
  }
  const std::optional<QueryResult> status = log_status(connection);
  if (!status || status->rows.empty()) return {};
  return status->rows[0].at(0).value_or("") + ":" + status->rows[0].at(1).value_or("");
}

}  // namespace sluice::db::mysql
