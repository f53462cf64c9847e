#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "db/mysql/connection.h"

/// What the server's binary log can say about changes of its rows. All that MySQL and MariaDB do
/// differently about it stands in binary_log.cc.
namespace sluice::db::mysql {

/// Whether every commit moves the log. What one session writes with sql_log_bin = 0 does not, and
/// nobody else can see that: such sessions are outside of what a position promises.
enum class LogSight : std::uint8_t {
  everything,
  not_known,       // the user may not ask for what would tell it
  not_everything,  // there is no log, or rows change without it
};

struct BinaryLog {
  LogSight sight = LogSight::not_everything;
  std::string reason;  // of the other two than `everything`, for people
  /// Which log it is: the server, its start, and how often it was reset since. Places in logs of
  /// different origins are never the same, also where RESET MASTER makes a file's name and its
  /// positions come again.
  std::string origin;
};

/// Call it before the snapshots are opened: what happens in between then makes the position another
/// one, and never the same.
[[nodiscard]] BinaryLog look_at_binary_log(Connection& connection);

/// file:position up to which the session's snapshot has the log. MariaDB alone tells it, and to
/// everybody; empty elsewhere, and without a log.
[[nodiscard]] std::string place_of_snapshot(Connection& session);

/// Where the log stands (file:position or the set of GTIDs), for servers that do not tell it of a
/// snapshot. True only while nothing can commit. Empty on MariaDB, and where it may not be asked.
[[nodiscard]] std::string place_under_lock(Connection& connection);

}  // namespace sluice::db::mysql
