#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/finding.h"
#include "sluice/model/name.h"
#include "sluice/plan/plan.h"

/// What trades names when side tables go live, and everything that is bound to the old tables by
/// identity: PostgreSQL binds views, foreign keys, publications and much else to a table's oid, so
/// that after a rename alone they would go on with the old rows. cutover.md says of each kind of
/// object what becomes of it.
namespace sluice::cutover {

/// One table that goes live. `live` is the name that applications use.
struct SwapTable {
  int number = 0;  // of the plan
  model::QualifiedName live;
  model::QualifiedName side;  // the table with the new rows, before the cutover and after rollback
  model::QualifiedName kept;  // the table with the old rows, after the cutover
  bool is_new = false;        // nothing is replaced: the side table takes its name
  friend bool operator==(const SwapTable&, const SwapTable&) = default;
};

/// Tables of the plan that are not live yet, `<name>_before_<run>` being what the old ones will be
/// called (63 bytes at most: longer names are cut and told apart by a hash).
[[nodiscard]] std::vector<SwapTable> swap_tables(const plan::Plan& plan, const std::string& run_id);

/// One ALTER ... RENAME. Undone by the same with both names exchanged.
struct Rename {
  std::string kind;  // TABLE, INDEX, SEQUENCE, STATISTICS
  model::QualifiedName from;
  model::QualifiedName to;  // another schema for statistics only
  friend bool operator==(const Rename&, const Rename&) = default;
};
[[nodiscard]] std::vector<std::string> rename_sql(const Rename& rename);

/// What becomes of an object that has to do with a live table.
/// DO NOT CHANGE THE NAMES (to_string): they stand in JSON.
enum class Fate : std::uint8_t {
  moved_along,  // the new table has its own, or gets it in the swap
  recreated,    // is made anew in the swap, bound to the new table
  stays,        // needs nothing; the remark says why it is listed
  refused,      // stands against the swap; the remark says what to do
};
[[nodiscard]] std::string_view to_string(Fate fate) noexcept;

struct Object {
  std::string kind;   // "view", "foreign key", ...
  std::string name;   // as the server prints it
  std::string table;  // the live table that it has to do with
  Fate fate{};
  std::string remark;
};

/// One swap, worked out: nothing has been locked or changed yet.
struct Swap {
  std::vector<SwapTable> tables;
  std::vector<Object> objects;
  std::vector<std::string> locks;    // statements that lock, in the order that they are run
  std::vector<std::string> before;   // while everything bears the names of before
  std::vector<Rename> renames;       // in order
  std::vector<std::string> after;    // when the names are changed
  std::vector<std::string> later;    // after COMMIT, outside the locks: VALIDATE CONSTRAINT
  std::vector<std::string> restore;  // what the way back runs as `after`, of what `before` took
  std::vector<std::string> restore_later;
  std::size_t lock_count = 0;  // entries of the server's lock table that it takes, about
  std::string digest;          // SHA-256 of all this, for a second look under the locks

  /// Statements that nobody else has to wait for: new names of indexes, and of their constraints.
  /// They are run before the locks, in the same transaction.
  [[nodiscard]] std::vector<std::string> early_statements() const;
  /// All other statements of the transaction, behind the locks, in order.
  [[nodiscard]] std::vector<std::string> statements() const;
};

/// Looks at the target: everything that has to do with the live tables. Writes nothing.
[[nodiscard]] Swap read_cutover(db::SqlSession& session, const plan::Plan& plan,
                                const std::string& run_id);

/// Refusals as errors, and everything else that a person should know before.
[[nodiscard]] std::vector<model::Finding> findings_of(const Swap& swap);
/// Rows of other tables whose foreign keys the new rows would not satisfy: the cutover would go
/// through, and leave a key that nobody can validate. Reads those tables; takes no locks that
/// anybody waits for.
[[nodiscard]] std::vector<model::Finding> orphan_findings(db::SqlSession& session,
                                                          const Swap& swap);
/// Whether the server's lock table has room for the swap.
[[nodiscard]] std::vector<model::Finding> lock_findings(db::SqlSession& session,
                                                        std::size_t lock_count);
/// What can be said of a cutover when there are no side tables yet: for `sluice plan`.
[[nodiscard]] std::vector<model::Finding> plan_findings(db::SqlSession& session,
                                                        const plan::Plan& plan);

}  // namespace sluice::cutover
