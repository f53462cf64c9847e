#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
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

/// Which run is cut over, or goes back.
struct Request {
  ledger::Run run;
  plan::Plan plan;  // as the run began with it
  std::string operator_name;
};

/// Makes a new session on the target: for the question after a COMMIT whose answer was lost.
using OpenSession = std::function<std::unique_ptr<db::SqlSession>()>;

/// How long to wait for locks, and how often.
struct Patience {
  std::chrono::milliseconds lock_timeout{3000};  // for the first lock; then see locks.h
  int retries = 10;
  std::chrono::milliseconds first_pause{200};  // doubled each time, 5 s at most
  std::stop_token stop = {};                   // asked before each try
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
  std::uint64_t hidden = 0;  // of `written`: rows whose numbers do not say that they are of it
  /// A changed row counts twice: its new version is lost, and its old one was overwritten.
  [[nodiscard]] std::uint64_t changes() const noexcept { return written + gone; }
};
[[nodiscard]] std::uint64_t changes(const std::vector<Written>& written) noexcept;

/// The rule of findings that what people signed is not what is there any more.
inline constexpr const char* kOtherThanSigned = "other-than-signed";

/// Why nothing was done, or what was done.
struct Result {
  enum class Kind : std::uint8_t {
    done,
    refused,  // `findings`, `written`
    busy,     // the locks were not to be had; `blockers`
    held,     // somebody else works on the run; `blockers`
    stopped,  // Patience::stop
  };
  Kind kind = Kind::done;
  std::vector<model::Finding> findings;
  std::vector<Written> written;        // tables with changes only
  std::vector<std::string> blockers;   // who holds the locks, or the run; for people
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
/// Whether the run is whole and proved: finished, all tables of it, verified in full since anything
/// was last changed, and no retire has begun: what it deleted from the source is nowhere else.
[[nodiscard]] Readiness read_readiness(db::SqlSession& session, const ledger::Run& run,
                                       const plan::Plan& plan);
/// The first event behind that one after which what was verified is not what is there; none:
/// nullptr. It is one of `events`.
[[nodiscard]] const ledger::Event* change_since(const std::vector<ledger::Event>& events,
                                                std::int64_t event);

struct CutoverOptions {
  Patience patience;
  /// How many rows of live tables, written since the copy took its rows, may be lost: the exact
  /// number.
  std::uint64_t losing = 0;
  bool source_moved = false;  // and a person accepts it; goes on record
  std::string evidence;       // of what people signed, for the event: canonical JSON; may be empty
  /// Asked in the transaction, under the locks: throws where what was agreed to holds no more.
  std::function<void(db::SqlSession&)> still_agreed = {};
};
/// Cuts over. Rows of side tables that changed since `readiness` was proved are a refusal, and so
/// is a person's stop that is in force when the locks are there.
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
  std::string at;        // UTC, ISO 8601 with Z
  std::string snapshot;  // what was written to the new tables since is newer
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

/// Source rows that are gone since a cutover.
struct Retired {
  std::uint64_t begun = 0;                    // how often a retire has begun
  std::map<std::string, std::uint64_t> rows;  // by source table, of those that ended
  friend bool operator==(const Retired&, const Retired&) = default;
};

/// A table's rows that a rollback loses.
struct LostRows {
  std::string table;
  std::uint64_t written = 0;  // as Written has them
  std::uint64_t gone = 0;
  /// SHA-256 over the sorted SHA-256s of each written row version: its key and its transaction.
  std::string versions_sha256;
  friend bool operator==(const LostRows&, const LostRows&) = default;
};

/// What people agree to lose.
struct Loss {
  std::string run_id;
  std::int64_t cutover_event = 0;
  std::uint64_t changes = 0;                    // of rows: the number that --losing names
  std::optional<std::vector<LostRows>> tables;  // absent: their number is all that is agreed to
  Retired retired;
};

struct RollbackOptions {
  Patience patience;
  std::string evidence;  // as CutoverOptions::evidence
};
/// Goes back. What loses nothing needs nobody's agreement; everything else is refused unless it is
/// exactly what was agreed to. A stop does not stand against it: it is the way back.
[[nodiscard]] Result roll_back(const Request& request,
                               const std::optional<approve::Approved<Loss>>& loss,
                               db::SqlSession& session, const OpenSession& reopen, const Cut& cut,
                               const RollbackOptions& options);

/// Sessions that hold locks on the run's tables, or on tables that refer to them, for people; of
/// `session` none.
[[nodiscard]] std::vector<std::string> lock_holders(db::SqlSession& session,
                                                    const Request& request);

/// Before the rows are counted, and the transaction's statements, for --dry-run.
[[nodiscard]] std::string script_of(const Swap& swap, const Patience& patience);

}  // namespace sluice::cutover
