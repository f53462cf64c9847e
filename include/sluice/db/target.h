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
/// text and is read by the type's own input function: a table with such a column is loaded by text
/// COPY. (A cast from a text column of a staging table would write every row twice and would cut
/// varchar(n)[] elements silently.)
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
  /// Sends `rows[first, first+count)` in one COPY (PostgreSQL). Returns a Refusal when the server
  /// says that the data are at fault: the transaction is then aborted, so roll back, to a savepoint
  /// where there is one. Throws Error for everything else.
  [[nodiscard]] virtual std::optional<Refusal> write(const TableWrite& table,
                                                     const codec::RowBuffer& rows,
                                                     std::size_t first, std::size_t count) = 0;
  /// Runs a statement whose failure may be the data's fault (building a unique index, adding a
  /// constraint). Returns the Refusal then, with the transaction, if one is open, aborted; throws
  /// Error for everything else.
  [[nodiscard]] virtual std::optional<Refusal> try_query(std::string_view sql) = 0;
  /// All rows of the buffer; same contract.
  [[nodiscard]] std::optional<Refusal> write(const TableWrite& table,
                                             const codec::RowBuffer& rows) {
    return write(table, rows, 0, rows.rows());
  }
};

[[nodiscard]] std::unique_ptr<TargetSession> open_target(const model::Endpoint& endpoint);

/// Returns when everything that was committed on the server before the call is on its disk,
/// asynchronous commits included. Outside a transaction.
void flush_commits(SqlSession& session);

/// Reads target tables back in row form: the same stream as a source's, with the written columns'
/// carriers. All sessions see one point in time; `tables` as open_snapshot's.
[[nodiscard]] SnapshotSessions open_target_snapshot(
    const model::Endpoint& endpoint, std::size_t count,
    const std::vector<model::QualifiedName>& tables = {});

}  // namespace sluice::db
