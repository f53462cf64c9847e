#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/codec/irregular.h"
#include "sluice/codec/row_form.h"
#include "sluice/db/sql_session.h"
#include "sluice/model/endpoint.h"
#include "sluice/model/key.h"
#include "sluice/model/schema.h"

namespace sluice::db {

/// One field of the rows to read.
struct ReadColumn {
  std::string name;
  model::ColumnType type;    // as the catalogue has it
  codec::Carrier carrier{};  // how the value travels; text also for types that have a better
                             // carrier, when a mapping wants text
};

/// What is read of one table: the fields of its row form, and where its key stands among them.
struct TableRead {
  model::QualifiedName table;
  std::vector<ReadColumn> columns;
  std::vector<std::size_t> key;  // indexes into `columns`, in key order; empty: no usable key
};

/// Rows as read, in row form, in the order of the stream.
struct SourceBatch {
  codec::RowBuffer rows;
  std::vector<codec::Irregular> irregular;  // in row order, then column order
  /// Where the next batch begins: at the next row's key, or at a ctid that is not behind it. There
  /// is such a row: absent when the range is exhausted. For RangeKind::whole it counts the rows
  /// before it: on MySQL and MariaDB a stream of the same snapshot can start there.
  std::optional<model::Key> next;
};

/// A running read of one range, pulled batch by batch; memory is bounded by the budget plus one
/// row. Destroying it early ends the read on the server. Must not outlive its session; one stream
/// per session at a time.
class RowStream {
 public:
  RowStream() = default;
  RowStream(const RowStream&) = delete;
  RowStream& operator=(const RowStream&) = delete;
  virtual ~RowStream() = default;
  /// Clears `out` and fills it with rows until `byte_budget` is reached (at least one row) or the
  /// range ends. False when the range was already exhausted and nothing was read; a batch with rows
  /// and without `next` is the last one.
  virtual bool read(SourceBatch& out, std::size_t byte_budget) = 0;
};

/// What a snapshot's label says where nothing is to be said against it.
inline constexpr const char* kOnePointInTime = "one point in time";

/// A point in time of a source, as the ledger records it.
struct SnapshotInfo {
  std::string id;  // PostgreSQL: exported snapshot name; MySQL family: the position, or
                   // "unknown:<random>", with " at file:position" where there is a binary log
  /// What `moved` compares; empty = unknown. PostgreSQL: pg_current_snapshot() whole, because xmax
  /// alone stays the same when a transaction older than it commits; MySQL family: binlog
  /// file:position or GTID and which log it is, empty where rows can change without the log (a
  /// replica that does not log what it applies, filters) or the user may not ask whether they can.
  /// What a session writes with sql_log_bin = 0 cannot be seen at all.
  std::string position;
  std::string label;       // kOnePointInTime, or the weaker promise in words
  bool consistent = true;  // all sessions see the same point in time
};

enum class Moved : std::uint8_t { no, yes, unknown };
/// Whether the source may have changed between two points in time. Unknown positions give unknown,
/// and unknown means moved.
[[nodiscard]] Moved moved(model::Engine engine, const SnapshotInfo& before,
                          const SnapshotInfo& after);

/// A read-only session inside the run's snapshot. One thread at a time, except cancel().
class SourceSession {
 public:
  SourceSession() = default;
  SourceSession(const SourceSession&) = delete;
  SourceSession& operator=(const SourceSession&) = delete;
  virtual ~SourceSession() = default;
  /// Streams the rows of `range`: in key order for RangeKind::key, by blocks for ctid, as they come
  /// for whole.
  [[nodiscard]] virtual std::unique_ptr<RowStream> read(const TableRead& table,
                                                        const model::KeyRange& range) = 0;
  /// The session's plain SQL, inside the same snapshot. Not while a stream is open.
  [[nodiscard]] virtual SqlSession& sql() = 0;
  virtual void cancel() noexcept = 0;
};

/// `sessions` that all see one point in time (or the weaker promise that `info.label` states).
/// On PostgreSQL `holder` keeps the exported snapshot alive: further sessions may join by info.id
/// while it lives. It also holds the tables locked.
struct SnapshotSessions {
  std::vector<std::unique_ptr<SourceSession>> sessions;
  std::unique_ptr<SqlSession> holder;
  SnapshotInfo info;
};

/// Opens `count` sessions at one point in time. `join` = a PostgreSQL exported snapshot name of a
/// run that is under way; throws Error{drift} when it is gone. On PostgreSQL `tables`, all that
/// will be read, cannot be rewritten for as long as the holder lives (VACUUM FULL, TRUNCATE, ALTER
/// TABLE wait; reads and writes do not): an older snapshot would find rows at other places, or
/// none. Those that are not there or may not be read are left out; reading them says what is wrong.
[[nodiscard]] SnapshotSessions open_snapshot(const model::Endpoint& endpoint, std::size_t count,
                                             const std::vector<model::QualifiedName>& tables = {},
                                             const std::optional<std::string>& join = std::nullopt);

/// Cuts a table into about `pieces` ranges of about equal numbers of rows without reading it whole.
/// By key: PostgreSQL sorts a sample of the table's blocks; on MySQL and MariaDB the index's
/// estimates halve ranges of the first key column. By heap blocks: equal numbers of them. One range
/// where that cannot be done. Always covers everything: the first lower and the last upper bound
/// are open. Runs inside the session's snapshot.
[[nodiscard]] std::vector<model::KeyRange> cut_ranges(SourceSession& session,
                                                      const TableRead& table, model::RangeKind kind,
                                                      std::size_t pieces);

}  // namespace sluice::db
