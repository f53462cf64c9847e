#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/records.h"
#include "sluice/ledger/stops.h"
#include "sluice/ledger/verification.h"

/// Where a run stands, as the ledger tells it: read by any process at any time, without disturbing
/// those that work on it.
namespace sluice::status {

struct TableStatus {
  int number = 0;
  std::string source;
  std::string target;
  ledger::TableState state = ledger::TableState::pending;
  std::string reason;  ///< of failed
  std::uint64_t rows_read = 0;
  std::uint64_t estimated_rows = 0;  ///< the catalogue's guess at the start
  std::uint64_t rows_arrived = 0;    ///< in the side table without a decision
  std::uint64_t decided = 0;         ///< in the side table after one
  std::uint64_t kept = 0;            ///< of the live table, beside the source's rows
  std::uint64_t bytes = 0;           ///< of rows written, in row form
  std::uint64_t estimated_bytes = 0;
  std::uint64_t quarantined = 0;  ///< nobody has decided yet
  std::uint64_t left_behind = 0;
  std::uint64_t filtered = 0;
  bool closes = true;                          ///< the account: every row read is somewhere
  std::vector<ledger::LeftOutIndex> left_out;  ///< indexes that it does without

  /// The ledger's word for `state`, but "copying" for a pending table that has rows already.
  [[nodiscard]] const char* state_word() const noexcept;
};

/// Why a run is paused.
enum class PauseCause : std::uint8_t { unknown, limit, storage, drift, unjoined };

/// Who decides about a run: the policy in force for the target, and who signed the run's plan.
struct Governance {
  struct Approval {
    std::string act;
    std::string name;
    std::string principal;
    std::string key;  ///< "SHA256:..."
  };
  std::string policy;  ///< its name; empty: the target knows none
  std::uint64_t version = 0;
  std::string sha256;
  std::string caller;  ///< who says stop and continue: "Carol Wu (+49 30 1234)"
  std::vector<Approval> approvals;
  std::string problem;  ///< why some of it could not be read
};

struct RunStatus {
  ledger::Run run;
  bool is_held = false;                  ///< a living process works on it
  std::vector<ledger::Process> holders;  ///< processes that have not said that they ended
  std::vector<TableStatus> tables;       ///< in plan order
  std::optional<ledger::Verification> last_verification;
  Governance governance;       ///< read_status() leaves it empty: whoever knows policies fills it
  bool decided_since = false;  ///< decided rows that last_verification did not see
  PauseCause pause = PauseCause::unknown;  ///< of a paused run
  std::optional<ledger::Stop> stop;        ///< by a person, in force
  /// The run's last cutover, rollback or discard that no verification has come after, and when;
  /// of a cutover whether or not one has. Empty: there is none.
  std::string swap;
  std::string swapped_at;
  bool is_kept = false;  ///< after a cutover: the old tables are there still
  /// The last of the events retire-begun and retire-finished; empty: no source row was retired.
  std::string retire;
  std::string old_side;   ///< of the source after a cutover; whoever can look there fills it
  std::string next_verb;  ///< what to run now; empty: nothing, or wait
  std::vector<std::string> next_options;  ///< of next_verb
  std::string advice;                     ///< the same in words

  /// Sums over all tables; `number` is 0.
  [[nodiscard]] TableStatus total() const;
};

/// Throws Error{usage} where the ledger has no such run.
[[nodiscard]] RunStatus read_status(db::SqlSession& session, const std::string& run_id);

/// What to do next, from everything else in `status`.
void advise(RunStatus& status);

inline constexpr std::size_t kMaxLines = 24;
inline constexpr std::size_t kMaxColumns = 80;
/// Leaves two of kMaxLines lines of kMaxColumns columns for the command line of what is next.
/// Tables in trouble come first, then large ones.
[[nodiscard]] std::string to_text(const RunStatus& status);

inline constexpr std::string_view kStatusSchema = "sluice.status/1";
/// `next`: the command line of next_verb, as the caller knows where the config lies.
[[nodiscard]] std::string to_json(const RunStatus& status, std::string_view next);

inline constexpr std::string_view kRunsSchema = "sluice.runs/1";
/// One line a run, in the order given.
[[nodiscard]] std::string runs_to_text(const std::vector<ledger::Run>& runs);
[[nodiscard]] std::string runs_to_json(const std::vector<ledger::Run>& runs);

}  // namespace sluice::status
