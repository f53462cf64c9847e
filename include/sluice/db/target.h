#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/codec/row_form.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"

namespace sluice::db {

/// One column of the rows to write. A column whose type has no safe binary form (staged) travels as
/// text and is cast by the server.
struct WriteColumn {
  std::string name;
  std::string type_sql;  // the target's exact type, as DDL spells it
  codec::Carrier carrier{};
  bool staged = false;
};

struct TableWrite {
  model::QualifiedName table;  // the side table
  std::vector<WriteColumn> columns;
};

/// Why the target refused rows: from the server's error code, never from its text.
struct Refusal {
  enum class Kind : std::uint8_t {
    duplicate_key,  // 23505, 23P01
    not_null,       // 23502
    check,          // 23514
    foreign_key,    // 23503
    value,          // class 22: out of range, invalid representation, too long
    row_too_big,    // 54000 and like limits
  };
  Kind kind{};
  std::string sqlstate;
  std::string column;      // where the server names one
  std::string constraint;  // where the server names one
  std::string message;     // the server's words, for people
};

/// A session that writes batches and their ledger rows in one transaction. It is a SqlSession too:
/// ledger statements go through the same connection between begin() and commit().
class TargetSession : public SqlSession {
 public:
  /// Sends `rows[first, first+count)` in one COPY (PostgreSQL, binary). Returns a Refusal when the
  /// server says that the data are at fault (the transaction is then aborted: call rollback() or
  /// use a savepoint through write_guarded); throws Error for everything else.
  [[nodiscard]] virtual std::optional<Refusal> write(const TableWrite& table,
                                                     const codec::RowBuffer& rows,
                                                     std::size_t first, std::size_t count) = 0;
  /// Sends rows that were already laid out as one row-form byte stream; same contract. For batches
  /// that pass through unchanged.
  [[nodiscard]] std::optional<Refusal> write(const TableWrite& table,
                                             const codec::RowBuffer& rows) {
    return write(table, rows, 0, rows.rows());
  }
};

[[nodiscard]] std::unique_ptr<TargetSession> open_target(const model::Endpoint& endpoint);

/// Reads a target table back in row form, for verification: the same stream as a source's, with the
/// written columns' carriers. All sessions see one point in time.
[[nodiscard]] SnapshotSessions open_target_snapshot(const model::Endpoint& endpoint,
                                                    std::size_t count);

}  // namespace sluice::db
