#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/approve/approved.h"
#include "sluice/cutover/freeze.h"
#include "sluice/cutover/swap.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/model/finding.h"
#include "sluice/plan/plan.h"

/// The acts: side tables become live in one transaction, and go back in one. Sessions are the
/// caller's, one thread; a function that writes takes the run alone for as long as the session
/// lives. PostgreSQL targets only.
namespace sluice::cutover {

/// What an approval is about.
struct Request {
  /// DO NOT CHANGE THE NAMES (to_string): they stand in ledgers.
  enum class Act : std::uint8_t { cutover, rollback, drop };
  Act act{};
  ledger::Run run;
  plan::Plan plan;  // as the run began with it
  std::string operator_name;
};
[[nodiscard]] std::string_view to_string(Request::Act act) noexcept;

/// Makes a new session on the target: for the question after a COMMIT whose answer was lost.
using OpenSession = std::function<std::unique_ptr<db::SqlSession>()>;

/// How long to wait for locks, and how often.
struct Patience {
  std::chrono::milliseconds lock_timeout{3000};  // for the first lock; then see locks.h
  int retries = 10;
  std::chrono::milliseconds first_pause{200};  // doubled each time, 5 s at most
};

/// Rows of a table that were written since a point in time, counted by row versions.
struct Written {
  std::string table;
  std::uint64_t rows = 0;         // that it holds now
  std::uint64_t written = 0;      // of these inserted or changed since
  std::uint64_t gone = 0;         // that were there and are changed or deleted
  std::vector<std::string> keys;  // of `written`: the first ones, as JSON arrays of texts
  model::QualifiedName kept_in;   // the table that holds `written` now; empty: none was made
  std::int64_t kept_oid = 0;
  /// A changed row counts twice: its new version is lost, and its old one was overwritten.
  [[nodiscard]] std::uint64_t changes() const noexcept { return written + gone; }
};
[[nodiscard]] std::uint64_t changes(const std::vector<Written>& written) noexcept;

/// Why nothing was done, or what was done.
struct Result {
  enum class Kind : std::uint8_t {
    done,
    refused,  // `findings`, `written`
    busy,     // the locks were not to be had; `blockers`
    held,     // somebody else works on the run
  };
  Kind kind = Kind::done;
  std::vector<model::Finding> findings;
  std::vector<Written> written;        // tables with changes only
  std::vector<std::string> blockers;   // sessions that held the locks at last, for people
  std::chrono::milliseconds locked{};  // from the first lock to the end of COMMIT
  int attempts = 0;
  std::vector<std::string> not_validated;  // foreign keys, with the server's reason
};

// --- cutover -------------------------------------------------------------------------------------

/// What a cutover has to be sure of, apart from the tables themselves.
struct Readiness {
  std::vector<model::Finding> findings;  // errors stand against it
  int verification = 0;                  // its number
  std::string target_position;           // of that verification, as SnapshotInfo::position
  SourceState source;
};
/// Whether the run is whole and proved: finished, all tables of it, and verified in full since
/// anything was last changed.
[[nodiscard]] Readiness read_readiness(db::SqlSession& session, const ledger::Run& run,
                                       const plan::Plan& plan);

struct CutoverOptions {
  Patience patience;
  /// How many rows of live tables, written since the copy took its rows, may be lost: the exact
  /// number.
  std::uint64_t losing = 0;
  bool source_moved = false;  // and a person accepts it; goes on record
};
/// Cuts over. Rows of side tables that changed since `readiness` was proved are a refusal.
[[nodiscard]] Result cut_over(const approve::Approved<Request>& request, db::SqlSession& session,
                              const OpenSession& reopen, const Readiness& readiness,
                              const CutoverOptions& options);

// --- rollback ------------------------------------------------------------------------------------

/// A table as a cutover left it.
struct CutTable {
  SwapTable names;
  std::int64_t live_oid = 0;  // of the table with the new rows
  std::int64_t kept_oid = 0;  // of the one with the old rows; 0: there is none
  std::uint64_t rows = 0;     // new ones, at that moment
};
/// A cutover as the ledger has it.
struct Cut {
  std::int64_t event = 0;
  std::string at;  // UTC, ISO 8601 with Z
  std::string snapshot;
  std::vector<CutTable> tables;
  std::vector<Rename> renames;
  std::vector<std::string> restore;
  std::vector<std::string> restore_later;
  SourceState source;
};
/// The run's last cutover, unless it was rolled back.
[[nodiscard]] std::optional<Cut> standing_cut(const std::vector<ledger::Event>& events);

/// Looks at the target. Writes nothing.
[[nodiscard]] Swap read_rollback(db::SqlSession& session, const Cut& cut,
                                 const std::string& run_id);
/// What stands against it: tables that are not those of the cutover any more.
[[nodiscard]] std::vector<model::Finding> check_identity(db::SqlSession& session, const Cut& cut);
/// Rows written to live tables since the cutover; tables without any are left out. Reads them all.
[[nodiscard]] std::vector<Written> written_since(db::SqlSession& session, const plan::Plan& plan,
                                                 const Cut& cut);

struct RollbackOptions {
  Patience patience;
  std::uint64_t losing = 0;  // row changes since the cutover that may be lost: the exact number
};
[[nodiscard]] Result roll_back(const approve::Approved<Request>& request, db::SqlSession& session,
                               const OpenSession& reopen, const Cut& cut,
                               const RollbackOptions& options);

/// Before the rows are counted, and the transaction's statements, for --dry-run.
[[nodiscard]] std::string script_of(const Swap& swap, const Patience& patience);

}  // namespace sluice::cutover
