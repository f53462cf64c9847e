// Many sessions at one point in time, without a lock where the server allows it.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/model/error.h"
#include "sluice/os/host.h"

#include "db/mysql/connection.h"
#include "db/mysql/mysql.h"
#include "db/mysql/source_session.h"

namespace sluice::db::mysql {
namespace {

using Sessions = std::vector<std::unique_ptr<SnapshotSession>>;

/// On a busy server 84 to 190 of 200 tries agree, so 50 are as good as always enough, and take a
/// second at most.
constexpr int kTries = 50;

constexpr const char* kStart = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
constexpr const char* kOnePoint = "one point in time";

void start_all(Sessions& sessions) {
  for (const auto& session : sessions) session->connection().query(kStart);
}

/// file:position up to which the session's snapshot has the binary log, on MariaDB; empty where
/// there is no binary log, and on MySQL.
std::string binlog_position(SnapshotSession& session) {
  std::string file;
  std::string position;
  const QueryResult status =
      session.connection().query("SHOW SESSION STATUS LIKE 'binlog\\_snapshot\\_%'");
  for (const auto& row : status.rows) {
    if (row.at(0) == "Binlog_snapshot_file") file = row.at(1).value_or("");
    if (row.at(0) == "Binlog_snapshot_position") position = row.at(1).value_or("");
  }
  return file.empty() ? std::string() : file + ":" + position;
}

/// The position that all sessions share, if they do.
std::optional<std::string> common_position(Sessions& sessions) {
  const std::string first = binlog_position(*sessions.front());
  if (first.empty()) return std::nullopt;
  for (const auto& session : sessions) {
    if (binlog_position(*session) != first) return std::nullopt;
  }
  return first;
}

/// Opens the snapshots again and again until no commit has come between them.
std::optional<std::string> start_without_lock(Sessions& sessions) {
  for (int i = 0; i < kTries; ++i) {
    start_all(sessions);
    if (std::optional<std::string> position = common_position(sessions)) return position;
    if (binlog_position(*sessions.front()).empty()) return std::nullopt;
  }
  return std::nullopt;
}

/// What moved() compares, on a server that does not tell it for a snapshot: valid only while
/// nothing can commit. Empty where there is no binary log, or no right to ask.
std::string locked_position(Connection& connection) {
  if (connection.engine() == model::Engine::mariadb) return {};  // the snapshot itself will say
  const QueryResult gtid = connection.query("SELECT @@GLOBAL.gtid_mode, @@GLOBAL.gtid_executed");
  if (gtid.rows.at(0).at(0) == "ON") return "gtid:" + gtid.rows.at(0).at(1).value_or("");
  for (const char* const statement : {"SHOW BINARY LOG STATUS", "SHOW MASTER STATUS"}) {
    try {
      const QueryResult status = connection.query(statement);
      if (status.rows.empty()) return {};
      return status.rows[0].at(0).value_or("") + ":" + status.rows[0].at(1).value_or("");
    } catch (const model::Error& error) {
      if (error.kind() == model::ErrorKind::connection) throw;
      // The first is new in MySQL 8.4, which dropped the second; both need REPLICATION CLIENT.
    }
  }
  return {};
}

/// The global read lock of a connection, until this object goes.
class ReadLock {
 public:
  /// False in held() where the user may not lock, or somebody's statement did not end in two
  /// seconds: the statements that wait behind ours must not wait for long.
  explicit ReadLock(const ConnectSettings& settings) : connection_(settings) {
    try {
      connection_.query("SET SESSION lock_wait_timeout = 2");
      connection_.query("FLUSH TABLES WITH READ LOCK");
      held_ = true;
    } catch (const model::Error& error) {
      if (error.retry() == model::Retry::same_session) {
        refusal_ = "a statement held tables for 2 s";
      } else if (error.kind() == model::ErrorKind::config) {
        refusal_ = "it needs RELOAD";
      } else {
        throw;
      }
    }
  }
  [[nodiscard]] bool held() const noexcept { return held_; }
  [[nodiscard]] const char* refusal() const noexcept { return refusal_; }
  [[nodiscard]] Connection& connection() noexcept { return connection_; }

 private:
  Connection connection_;  // the lock goes with it
  bool held_ = false;
  const char* refusal_ = "";
};

/// Snapshots under the lock; where it cannot be had, one after the other, and the label says so.
SnapshotInfo start_with_lock(Sessions& sessions, const ConnectSettings& settings) {
  SnapshotInfo info;
  info.label = kOnePoint;
  ReadLock lock(settings);
  start_all(sessions);
  if (lock.held()) info.position = locked_position(lock.connection());
  if (std::optional<std::string> common = common_position(sessions)) {
    info.position = *common;
  } else if (!lock.held() && sessions.size() > 1) {
    info.consistent = false;
    info.label =
        std::string("each session at its own point in time (no read lock: ") + lock.refusal() + ")";
  }
  return info;
}

}  // namespace

SnapshotSessions open_snapshot(const model::Endpoint& endpoint, std::size_t count) {
  if (count == 0) throw model::Error(model::ErrorKind::internal, "a snapshot of no sessions");
  const ConnectSettings settings = resolve_settings(endpoint);
  Sessions sessions;
  for (std::size_t i = 0; i < count; ++i) {
    sessions.push_back(std::make_unique<SnapshotSession>(settings));
  }
  SnapshotSessions out;
  if (std::optional<std::string> position = start_without_lock(sessions)) {
    out.info.position = *position;
    out.info.label = kOnePoint;
  } else {
    out.info = start_with_lock(sessions, settings);
  }
  out.info.id = out.info.position.empty() ? "unknown:" + os::random_hex(8) : out.info.position;
  for (auto& session : sessions) out.sessions.push_back(std::move(session));
  return out;
}

}  // namespace sluice::db::mysql
