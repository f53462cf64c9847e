#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/endpoint.h"
#include "sluice/model/name.h"

namespace sluice::db {

/// A value sent as a statement parameter: text in the server's own input form, or NULL.
using Parameter = std::optional<std::string>;

/// Rows of one statement, all as text in the server's output form.
struct QueryResult {
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::uint64_t affected = 0;

  /// The only value of a one-row, one-column result. Throws Error{internal} when the result has
  /// another shape or is NULL.
  [[nodiscard]] const std::string& value() const;
};

/// One connection for catalogue queries, ledger and DDL; small results only, all of it in memory.
/// Belongs to one thread at a time, except cancel(). An open transaction is rolled back by the
/// destructor. Every failure throws Error, whose message begins with the endpoint's side; `retry()`
/// is new_session when the connection is gone, same_session for serialization failures, deadlocks
/// and lock timeouts, never otherwise. commit() throws CommitInDoubt when the answer to COMMIT did
/// not arrive.
class SqlSession {
 public:
  SqlSession() = default;
  SqlSession(const SqlSession&) = delete;
  SqlSession& operator=(const SqlSession&) = delete;
  virtual ~SqlSession() = default;

  [[nodiscard]] virtual model::Engine engine() const noexcept = 0;
  /// What the server calls this session: PostgreSQL's process id, the MySQL family's connection id.
  [[nodiscard]] virtual std::string id() const = 0;
  /// Runs one statement. Parameters are $1, $2, ... on PostgreSQL and ? on the MySQL family. SQL
  /// without parameters may hold several statements on PostgreSQL.
  virtual QueryResult query(std::string_view sql,
                            const std::vector<Parameter>& parameters = {}) = 0;
  virtual void begin() = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  /// Asks the server to end the running statement. May be called from any thread, never throws.
  virtual void cancel() noexcept = 0;
};

/// What a session is for; decides its settings (see src/db/README.md).
enum class Purpose : std::uint8_t {
  source,   // read-only, row_security off, statement and lock timeouts
  target,   // DDL, ledger and data; synchronous_commit off
  catalog,  // read-only look at the catalogue of either side
  removal,  // deletes source rows: read committed, commits flushed, waits 3 s for a lock
};

/// Connects with the settings of `purpose`. The engine of the returned session is what the server
/// says it is (mysql or mariadb), not what the endpoint guesses. Throws Error{connection} or
/// {config}.
[[nodiscard]] std::unique_ptr<SqlSession> open_session(const model::Endpoint& endpoint,
                                                       Purpose purpose);

}  // namespace sluice::db
