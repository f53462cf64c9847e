#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/db/target.h"
#include "sluice/model/endpoint.h"
#include "sluice/model/key.h"
#include "sluice/model/name.h"

/// Rows by the keys they have, and what else would happen if they went.
namespace sluice::db {

/// What the names of triggers begin with by which a cutover makes the source read-only. Sessions of
/// Purpose::removal are let through by them: they say so by `sluice.door` (PostgreSQL) and
/// `@sluice_door` (MySQL family), so such a trigger is no hazard.
/// DO NOT CHANGE: it stands in catalogues.
inline constexpr std::string_view kReadOnlyTrigger = "sluice_read_only_";

/// A session that finds rows by their keys and, opened with Purpose::removal, deletes them. Thread,
/// transaction and error rules are those of SqlSession.
class RowSession : public SqlSession {
 public:
  /// Appends the rows that have one of these keys, in the form that `table` says, in the server's
  /// order. Keys of which there is no row are passed over. REQUIRES: no key stands twice.
  virtual void find(const TableRead& table, std::span<const model::Key> keys, SourceBatch& out) = 0;
  /// (tx) Deletes the rows that have one of these keys, and no other, and appends each as it was in
  /// the moment in which it went. A Refusal where other rows still refer to one of them: the
  /// transaction has failed then, so roll back.
  [[nodiscard]] virtual std::optional<Refusal> remove(const TableRead& table,
                                                      std::span<const model::Key> keys,
                                                      SourceBatch& out) = 0;
  /// (tx) Inserts rows of that form. On the MySQL family nothing is strict, so that values come
  /// back which no strict mode takes: compare what find() reads before COMMIT. A Refusal where the
  /// server says that the data are at fault; the transaction has failed then. With Purpose::removal
  /// only.
  [[nodiscard]] virtual std::optional<Refusal> insert(const TableRead& table,
                                                      const codec::RowBuffer& rows) = 0;
  /// Takes a lock that bears this name for as long as the session lives; false where another
  /// session has it. A dead client's lock goes when the server has ended its transaction.
  [[nodiscard]] virtual bool try_lock(const std::string& name) = 0;
};

/// Purpose::removal on the source, of either family; Purpose::catalog for finding only, on
/// PostgreSQL.
[[nodiscard]] std::unique_ptr<RowSession> open_rows(const model::Endpoint& endpoint,
                                                    Purpose purpose);

/// The statement by which remove() deletes the rows of these keys, for people.
[[nodiscard]] std::string removal_sql(model::Engine engine, const TableRead& table,
                                      std::span<const model::Key> keys);

/// Something that makes deleting from a table more than the deleting of its rows, or impossible.
struct RemovalHazard {
  enum class Kind : std::uint8_t {
    not_there,       // no such table, or the role may not see it
    not_a_table,     // a view, a foreign table; `detail` says which
    no_right,        // the role lacks `name`: SELECT or DELETE
    reference,       // foreign key `name` of table `other`; `detail` is its action on delete
    trigger,         // that fires on delete, `name`
    rule,            // that rewrites a delete, `name`
    row_security,    // policies may hide rows
    children,        // of inheritance: rows of `other` belong to it
    no_transaction,  // of a storage engine, `detail`
    unseen,          // `detail` may be there, and the role may not see it; `name` is the right
    replicated,      // deletes travel on, to `name`: no obstacle
  };
  Kind kind{};
  model::QualifiedName table;
  model::QualifiedName other;
  std::string name;
  std::string detail;
  friend bool operator==(const RemovalHazard&, const RemovalHazard&) = default;
};

/// All of them of these tables, in the tables' order; those of partitions with their table.
[[nodiscard]] std::vector<RemovalHazard> read_removal_hazards(
    SqlSession& session, const std::vector<model::QualifiedName>& tables);

}  // namespace sluice::db
