#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/counters.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/db/target.h"
#include "sluice/ledger/records.h"

/// The ledger: schema `sluice` in the target database. Functions run on a session given by the
/// caller, so that a batch's rows and its ledger row share one transaction. Those marked (tx) must
/// be called inside a transaction; all others run their own statement. A session belongs to one
/// thread. PostgreSQL targets only so far; every statement stands in src/ledger.
namespace sluice::ledger {

inline constexpr int kSchemaVersion = 2;

/// Absent, usable and of another version are three different answers. Usable are this version and
/// those that ensure_schema() makes it of.
enum class SchemaState : std::uint8_t { absent, usable, other_version };
[[nodiscard]] SchemaState schema_state(db::SqlSession& session);
/// Creates the schema where it is absent, and brings an earlier one to this version; throws
/// Error{drift} when it is of another version.
void ensure_schema(db::SqlSession& session);
/// The DDL that ensure_schema runs where there is no schema, for --dry-run.
[[nodiscard]] std::string schema_ddl();

// --- runs ----------------------------------------------------------------------------------------
/// (tx) Records the run, its plan and its tables.
void create_run(db::SqlSession& session, const Run& run, const std::string& plan_json,
                const std::vector<RunTable>& tables);
[[nodiscard]] std::vector<Run> runs(db::SqlSession& session);  // newest first
[[nodiscard]] std::optional<Run> find_run(db::SqlSession& session, const std::string& run_id);
/// The newest run of the plan.
[[nodiscard]] std::optional<Run> find_run_of_plan(db::SqlSession& session,
                                                  const std::string& plan_sha256);
/// The plan's JSON. Throws Error{drift} where its digest is not the run's, or not the one in the
/// run's first event: nothing may be read from a plan that somebody has changed.
[[nodiscard]] std::string plan_of_run(db::SqlSession& session, const std::string& run_id);
void set_run_state(db::SqlSession& session, const std::string& run_id, RunState state,
                   const std::string& reason);
void set_run_stage(db::SqlSession& session, const std::string& run_id, const std::string& stage);
[[nodiscard]] std::vector<RunTable> run_tables(db::SqlSession& session, const std::string& run_id);
/// Numbers of the new tables that have taken their own names.
[[nodiscard]] std::set<int> live_tables(db::SqlSession& session, const std::string& run_id);
void set_table_state(db::SqlSession& session, const std::string& run_id, int table_no,
                     TableState state, const std::string& reason = {});
/// The same of many tables at once, without a reason.
void set_table_states(db::SqlSession& session, const std::string& run_id,
                      const std::vector<int>& table_nos, TableState state);
/// Marks tables `copied` whose ranges are all done, unless they failed: their rows are complete.
void mark_copied(db::SqlSession& session, const std::string& run_id);
/// Gives failed tables another try: those that were copied whole, in a run that is past copying,
/// become `copied`, the others `pending`. Where there are such others, or a table under which the
/// source has moved, the run goes back to copying.
void retry_failed_tables(db::SqlSession& session, const std::string& run_id);
/// Says that the source has changed under rows of a copied table that have to be set aside or
/// copied anew: when the table has failed, its next try begins with the rows.
void mark_moved(db::SqlSession& session, const std::string& run_id, int table_no);

// --- who works on a run
// ---------------------------------------------------------------------------
/// alone: nobody else may work on the run; joined: beside others who joined.
enum class Holding : std::uint8_t { alone, joined };
/// While it lives, no other session starts a run of the same plan: two first starts at the same
/// moment must not become two runs. Waits for its turn. Must not outlive the session.
class StartLock {
 public:
  StartLock(db::SqlSession& session, std::string plan_sha256);
  StartLock(const StartLock&) = delete;
  StartLock& operator=(const StartLock&) = delete;
  ~StartLock();

 private:
  db::SqlSession& session_;
  std::string plan_sha256_;
};

/// Takes the run for as long as `session` lives (advisory lock: a dead client holds nothing). False
/// when others hold it.
[[nodiscard]] bool take_run(db::SqlSession& session, const std::string& run_id, Holding holding);
/// Holds a run alone, and has on record who does, where and since when, for as long as it lives.
/// Who was on record before is dead or frozen, and ended as by take_over(). The lock itself stays
/// with the session. Must not outlive that; REQUIRES: no transaction is open when it is made.
class RunHold {
 public:
  RunHold(db::SqlSession& session, const std::string& run_id);
  RunHold(const RunHold&) = delete;
  RunHold& operator=(const RunHold&) = delete;
  ~RunHold();
  /// False: others hold the run.
  [[nodiscard]] bool is_taken() const noexcept { return !process_id_.empty(); }

 private:
  db::SqlSession& session_;
  std::string process_id_;
};
/// Turns `alone` into `joined`, so that others may join from now on.
void open_for_joining(db::SqlSession& session, const std::string& run_id);
/// Whether some living process holds the run.
[[nodiscard]] bool is_held(db::SqlSession& session, const std::string& run_id);
void record_process(db::SqlSession& session, const std::string& run_id, const Process& process);
/// Says that the process is alive, and renews the leases of its ranges.
void touch_process(db::SqlSession& session, const std::string& process_id);
/// Says what the process has been waiting for, and for how long; for nothing where `what` is empty.
void set_waiting(db::SqlSession& session, const std::string& process_id, const std::string& what,
                 std::chrono::seconds for_so_long);
/// The process ends in good order: its ranges are free for others at once.
void end_process(db::SqlSession& session, const std::string& process_id);
/// For a process that holds the run alone: frees all ranges and ends all processes on record, which
/// are dead or frozen. A frozen one that wakes up finds its epochs gone and itself ended.
void take_over(db::SqlSession& session, const std::string& run_id);
/// (tx) False when the process was ended or taken over. Until the transaction ends nobody can take
/// it over. What makes a statement outside of any range safe from frozen processes.
[[nodiscard]] bool is_current(db::SqlSession& session, const std::string& process_id);
/// Processes that have not ended, newest first.
[[nodiscard]] std::vector<Process> processes(db::SqlSession& session, const std::string& run_id);
/// "process 7 of ada on host1, since ...".
[[nodiscard]] std::string to_text(const Process& process);
/// Who holds the run, one line each: processes on record; where none is, sessions of the target's
/// server that have the lock, as far as this role may see them.
[[nodiscard]] std::vector<std::string> holders(db::SqlSession& session, const std::string& run_id);

// --- snapshots
// -------------------------------------------------------------------------------------
/// Records the point in time of the source or of the live target tables (or finds it by id, for
/// joined processes) and returns its number within the run.
[[nodiscard]] int record_snapshot(db::SqlSession& session, const std::string& run_id, Origin origin,
                                  const db::SnapshotInfo& info);
[[nodiscard]] std::vector<Snapshot> snapshots(db::SqlSession& session, const std::string& run_id);

// --- counters
// --------------------------------------------------------------------------------------
/// (tx) Says where the source's counters stood when its rows had been read; a later word counts.
void record_counters(db::SqlSession& session, const std::string& run_id,
                     const std::vector<db::CounterPosition>& positions);
/// Those that the source's role could not see, in name order.
[[nodiscard]] std::vector<model::QualifiedName> unseen_counters(db::SqlSession& session,
                                                                const std::string& run_id);

// --- ranges
// ----------------------------------------------------------------------------------------
/// Adds ranges to a table, numbered after those it has. `priority`: higher ones are claimed first.
void add_ranges(db::SqlSession& session, const std::string& run_id, int table_no, Origin origin,
                const std::vector<model::KeyRange>& ranges, std::uint64_t priority);
/// Numbers of the tables that have ranges of that origin: those that have been cut.
[[nodiscard]] std::set<int> tables_with_ranges(db::SqlSession& session, const std::string& run_id,
                                               Origin origin);
/// Claims the next range that nobody owns or whose lease has run out; skips tables that failed.
/// Nothing left, or the process has been taken over: absent.
[[nodiscard]] std::optional<Claim> claim_range(db::SqlSession& session, const std::string& run_id,
                                               const std::string& process_id, Origin origin);
/// True while an unfinished range of that origin is not this process's: another owns it, or has
/// just let it go.
[[nodiscard]] bool others_hold_ranges(db::SqlSession& session, const std::string& run_id,
                                      const std::string& process_id, Origin origin);

// --- batches
// ---------------------------------------------------------------------------------------
/// (tx) Locks the claimed range, checks owner, epoch and cursor, advances the cursor to
/// batch.range.upper (range done when absent) and inserts the batch row. False: the range is not
/// ours any more or the batch is already there; the caller rolls back and drops the claim.
[[nodiscard]] bool record_batch(db::SqlSession& session, const std::string& run_id,
                                const std::string& process_id, const Claim& claim,
                                const Batch& batch);
/// (tx) Inserts a batch row outside any range: decided and retracted rows. `batch_no` is chosen
/// here.
void record_loose_batch(db::SqlSession& session, const std::string& run_id, const Batch& batch);
/// Whether the batch's row is there: the answer to an in-doubt COMMIT. Waits for a transaction that
/// still holds the batch's range.
[[nodiscard]] bool batch_exists(db::SqlSession& session, const std::string& run_id, int table_no,
                                int range_no, int batch_no);
/// Finished batches of a table that count, in range and batch order.
[[nodiscard]] std::vector<Batch> batches(db::SqlSession& session, const std::string& run_id,
                                         int table_no);
/// Calls `take` for each finished batch of the run that counts, in table, range and batch order.
/// Reads some thousand at a time: a run may have millions.
void for_each_batch(db::SqlSession& session, const std::string& run_id,
                    const std::function<void(Batch)>& take);
/// Numbers of the tables that have batches that count.
[[nodiscard]] std::set<int> tables_with_batches(db::SqlSession& session, const std::string& run_id);
/// Numbers of the snapshots under which batches of that origin that count were read.
[[nodiscard]] std::set<int> snapshots_of_batches(db::SqlSession& session, const std::string& run_id,
                                                 Origin origin);
/// Says of all batches read under one snapshot that their rows are the same under another; returns
/// how many they are.
std::size_t confirm_snapshot(db::SqlSession& session, const std::string& run_id, int snapshot_no,
                             int later_snapshot_no);
/// Says that the batch's rows are the same under a later snapshot.
void confirm_batch(db::SqlSession& session, const std::string& run_id, const Batch& batch,
                   int snapshot_no);
/// (tx) Takes a batch out of the account: its rows have been deleted from the side table, its
/// quarantined rows go too, and a new range with its bounds is to be copied.
void supersede_batch(db::SqlSession& session, const std::string& run_id, const Batch& batch,
                     std::uint64_t priority);
/// (tx) Takes all batches, ranges and quarantined rows of a table out of the account; the side
/// table has been emptied.
void supersede_table(db::SqlSession& session, const std::string& run_id, int table_no);

// --- quarantine
// ------------------------------------------------------------------------------------
/// (tx) Inserts the rows and returns how many of the table are open: in quarantine and undecided.
[[nodiscard]] std::uint64_t record_quarantine(db::TargetSession& session, const std::string& run_id,
                                              int table_no, int range_no, int batch_no,
                                              const std::vector<QuarantinedRow>& rows);
/// How many rows of a table are open.
[[nodiscard]] std::uint64_t open_rows(db::SqlSession& session, const std::string& run_id,
                                      int table_no);
/// The same by table number, of all tables that have any.
[[nodiscard]] std::map<int, std::uint64_t> open_rows(db::SqlSession& session,
                                                     const std::string& run_id);

// --- accounts
// ----------------------------------------------------------------------------------------
/// One per table of the run, in table order, from the batches and the quarantine that count.
/// `algorithm` types the empty digests.
[[nodiscard]] std::vector<Account> accounts(db::SqlSession& session, const std::string& run_id,
                                            codec::DigestAlgorithm algorithm);

// --- events
// ------------------------------------------------------------------------------------------
/// Appends to the run's chain; each row holds the SHA-256 of the one before. `body` is canonical
/// JSON.
void append_event(db::SqlSession& session, const std::string& run_id, const std::string& kind,
                  const std::string& body);
/// (tx) The same as part of a transaction, for an event that must not be without what it tells of.
Event append_event_within(db::SqlSession& session, const std::string& run_id,
                          const std::string& kind, const std::string& body);
/// (tx) The event as append_event_within would insert it at this moment; until the transaction ends
/// nobody else takes its place.
[[nodiscard]] Event next_event(db::SqlSession& session, const std::string& run_id,
                               const std::string& kind, const std::string& body);
/// The statement that inserts it, for --dry-run.
[[nodiscard]] std::string event_sql(const std::string& run_id, const Event& event);
[[nodiscard]] std::vector<Event> events(db::SqlSession& session, const std::string& run_id);
/// The newest event of a kind.
[[nodiscard]] std::optional<Event> newest_event(db::SqlSession& session, const std::string& run_id,
                                                const std::string& kind);
/// An index that the target could not build, and that its table, a new one, does without.
struct LeftOutIndex {
  int table_no = 0;
  std::string name;    // its own, not that on the side
  std::string reason;  // the server's words
};
/// From the events, in their order.
[[nodiscard]] std::vector<LeftOutIndex> left_out_indexes(db::SqlSession& session,
                                                         const std::string& run_id);
/// Whether the run has an event of this kind.
[[nodiscard]] bool has_event(db::SqlSession& session, const std::string& run_id,
                             const std::string& kind);
/// A relation that a run has made: another one that bears its name since has another oid.
struct MadeRelation {
  std::string name;  // quoted, with its schema
  std::int64_t oid = 0;
  friend bool operator==(const MadeRelation&, const MadeRelation&) = default;
};
/// (tx) Of that which makes it.
void record_made(db::SqlSession& session, const std::string& run_id, const std::string& kind,
                 const MadeRelation& made);
/// From the events of a kind, in their order.
[[nodiscard]] std::vector<MadeRelation> made_relations(db::SqlSession& session,
                                                       const std::string& run_id,
                                                       const std::string& kind);
/// Where a chain of events is broken, and what is wrong there.
struct BrokenLink {
  std::int64_t number = 0;  // of the first event that does not follow from those before it
  std::string what;
};
/// Absent when the chain is whole. That its end was cut off, it cannot show.
[[nodiscard]] std::optional<BrokenLink> broken_link(const std::string& run_id,
                                                    const std::vector<Event>& events);

// --- keys as text
// ------------------------------------------------------------------------------------
/// A key as the JSON array of its texts, the form in which bounds stand in the ledger.
[[nodiscard]] std::string to_json(const model::Key& key);
[[nodiscard]] model::Key key_from_json(const std::string& text);

}  // namespace sluice::ledger
