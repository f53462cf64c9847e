#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sluice/cutover/cutover.h"
#include "sluice/cutover/freeze.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/ledger/verification.h"
#include "sluice/model/endpoint.h"
#include "sluice/plan/plan.h"

/// What happens to the source's tables between the cutover and retire: nobody is to write there,
/// because what is written there is lost.
namespace sluice::cutover {

/// DO NOT CHANGE: kinds of events in ledgers.
inline constexpr const char* kOldSideFrozen = "old-side-frozen";
inline constexpr const char* kOldSideThawed = "old-side-thawed";
inline constexpr const char* kOldSideWritten = "old-side-written";

/// A table of the source that was written to since it was cut over.
struct TableWrites {
  int table_no = 0;
  std::string table;
  std::uint64_t rows_before = 0;
  std::uint64_t rows = 0;
  /// PostgreSQL: rows inserted or changed since, and rows changed or deleted since. Absent on MySQL
  /// and MariaDB, which do not say of a row when it was written.
  std::optional<std::uint64_t> written;
  std::optional<std::uint64_t> gone;
  /// Another one for other contents: two looks that agree in it have seen the same.
  std::string contents;
  friend bool operator==(const TableWrites&, const TableWrites&) = default;
};
/// "3 rows inserted or changed, 1 changed or deleted", "19 rows, 20 were moved".
[[nodiscard]] std::string text_of(const TableWrites& writes);
/// Row changes; absent where one of the tables cannot say.
[[nodiscard]] std::optional<std::uint64_t> changes(const std::vector<TableWrites>& writes);

/// What one look found.
struct OldSideLook {
  std::string position;               // of the source, SnapshotInfo::position
  std::vector<TableWrites> written;   // tables that were written to, in plan order
  std::vector<std::string> not_seen;  // tables for which the time was not enough
};

/// Looks at the old side again and again, and reads only what may have been written to since the
/// last look. One thread at a time.
class OldSideWatch {
 public:
  using Clock = std::chrono::steady_clock;

  /// `before`: as it was cut over, with digests where the source is of the MySQL family. `seed`: of
  /// the digests. `clean_position`: one at which nothing had been written yet, or empty.
  OldSideWatch(const plan::Plan& plan, const model::Endpoint& source, SourceState before,
               std::uint64_t seed, const std::string& clean_position);

  /// Opens a session of its own; on PostgreSQL all rows of a table are counted, on the MySQL family
  /// all are read. Tables that are not begun at `until` are not seen.
  [[nodiscard]] OldSideLook look(Clock::time_point until = Clock::time_point::max());

 private:
  [[nodiscard]] bool is_due(const plan::TablePlan& table, const std::map<int, std::string>& hints);
  void look_at(const plan::TablePlan& table, db::SourceSession& session,
               const std::string& condition);

  const plan::Plan& plan_;
  model::Endpoint source_;
  SourceState before_;
  std::uint64_t seed_;
  std::string position_;                // at the last look that saw everything
  std::map<int, std::string> hints_;    // of tables, at the last look at each
  std::map<int, TableWrites> written_;  // by the table's number
};

/// As the ledger has it.
struct OldSide {
  bool frozen = false;
  std::string clean_position;      // where nothing had been written yet
  std::int64_t written_event = 0;  // the last one; 0: nobody has seen a write
  std::string written_at;
  std::vector<TableWrites> written;  // by that event
  bool retired = false;              // rows are being deleted there: the watch is over
};
/// Of a run that is cut over.
[[nodiscard]] std::optional<OldSide> old_side_of(const std::vector<ledger::Event>& events);

/// Whether triggers make the source read-only, cut over or not.
[[nodiscard]] bool is_frozen(const std::vector<ledger::Event>& events);

/// Whether a full verification since has found both sides equal: what was written there is in the
/// target, or is not there any more.
[[nodiscard]] bool is_settled(const OldSide& old_side,
                              const std::vector<ledger::Verification>& verifications);

/// The state before, as the ledger knows it, digests among it.
[[nodiscard]] SourceState source_before(db::SqlSession& ledger, const ledger::Run& run,
                                        const plan::Plan& plan, const Cut& cut);

/// Bodies of events. `role`: of the credential.
[[nodiscard]] std::string frozen_body(const std::string& operator_name, const std::string& role,
                                      const std::string& clean_position);
[[nodiscard]] std::string written_body(const std::string& operator_name, const OldSideLook& look);

}  // namespace sluice::cutover
