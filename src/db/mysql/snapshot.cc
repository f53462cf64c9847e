// Many sessions at one point in time, without a lock where the server allows it.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/model/error.h"
#include "sluice/os/host.h"

#include "db/mysql/binary_log.h"
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

void start_all(Sessions& sessions) {
  for (const auto& session : sessions) session->connection().query(kStart);
}

/// The place in the log that all sessions share, if they do.
std::optional<std::string> common_place(Sessions& sessions) {
  const std::string first = place_of_snapshot(sessions.front()->connection());
  if (first.empty()) return std::nullopt;
  for (const auto& session : sessions) {
    if (place_of_snapshot(session->connection()) != first) return std::nullopt;
  }
  return first;
}

/// Opens the snapshots again and again until no commit has come between them.
std::optional<std::string> start_without_lock(Sessions& sessions) {
  for (int i = 0; i < kTries; ++i) {
    start_all(sessions);
    if (std::optional<std::string> place = common_place(sessions)) return place;
    if (place_of_snapshot(sessions.front()->connection()).empty()) return std::nullopt;
  }
  return std::nullopt;
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
        refusal_ = "it needs RELOAD, or FLUSH_TABLES on MySQL from 8.0.23 on";
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

/// Snapshots that are open: where they stand in the log, and what is promised of them.
struct Opened {
  std::string place;  // empty: unknown
  std::string label = kOnePointInTime;
  bool consistent = true;
};

/// Snapshots under the lock; where it cannot be had, one after the other, and the label says so.
Opened start_with_lock(Sessions& sessions, const ConnectSettings& settings, const BinaryLog& log) {
  Opened opened;
  ReadLock lock(settings);
  start_all(sessions);
  if (lock.held()) opened.place = place_under_lock(lock.connection());
  const std::optional<std::string> common = common_place(sessions);
  if (common) opened.place = *common;
  // Sessions at one place of a log that misses changes may stand at different points in time.
  const bool proved = lock.held() || (common && log.sight != LogSight::not_everything);
  if (!proved && sessions.size() > 1) {
    opened.consistent = false;
    opened.label =
        std::string("each session at its own point in time (no read lock: ") + lock.refusal() + ")";
  }
  return opened;
}

Opened start(Sessions& sessions, const ConnectSettings& settings, const BinaryLog& log) {
  if (log.sight == LogSight::not_everything) return start_with_lock(sessions, settings, log);
  std::optional<std::string> place = start_without_lock(sessions);
  if (!place) return start_with_lock(sessions, settings, log);
  Opened opened;
  opened.place = std::move(*place);
  if (log.sight == LogSight::not_known && sessions.size() > 1) {
    opened.label = "one point in time, as far as the binary log shows it (" + log.reason + ")";
  }
  return opened;
}

/// The place is the team's start for its own change capture, so it is kept also where the log does
/// not tell whether the source has moved since: then in the id alone, and no two ids are equal.
SnapshotInfo info_of(const Opened& opened, const BinaryLog& log) {
  SnapshotInfo info;
  info.label = opened.label;
  info.consistent = opened.consistent;
  const bool tells = log.sight == LogSight::everything && opened.consistent;
  if (tells && !opened.place.empty()) info.position = opened.place + " of " + log.origin;
  info.id = info.position;
  if (info.id.empty()) {
    info.id = "unknown:" + os::random_hex(8);
    if (!opened.place.empty()) info.id += " at " + opened.place;
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
  const BinaryLog log = look_at_binary_log(sessions.front()->connection());
  SnapshotSessions out;
  out.info = info_of(start(sessions, settings, log), log);
  for (auto& session : sessions) out.sessions.push_back(std::move(session));
  return out;
}

}  // namespace sluice::db::mysql
