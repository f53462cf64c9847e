#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/os/host.h"

#include "ledger/lease.h"
#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

/// The advisory lock of a run or a plan: 'sluc' as a number keeps it apart from other programs'
/// locks, the hash keeps runs and plans apart.
constexpr const char* kLockKey = "(1936487779, hashtext($1))";

/// Of pg_locks l: the run's lock, and somebody has it.
constexpr const char* kIsRunLock =
    "l.locktype = 'advisory' AND l.granted "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND l.classid = 1936487779 AND l.objid = (hashtext($1)::bigint & 4294967295)::oid "
    "AND l.objsubid = 2";

bool try_lock(db::SqlSession& session, const std::string& run_id, const char* function) {
  return session.query(fmt::format("SELECT {}{}", function, kLockKey), {run_id}).value() == "t";
}

}  // namespace

StartLock::StartLock(db::SqlSession& session, std::string plan_sha256)
    : session_(session), plan_sha256_(std::move(plan_sha256)) {
  session_.query(fmt::format("SELECT pg_advisory_lock{}", kLockKey), {plan_sha256_});
}

StartLock::~StartLock() {
  try {
    session_.rollback();
    session_.query(fmt::format("SELECT pg_advisory_unlock{}", kLockKey), {plan_sha256_});
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it goes with the session
  }
}

bool take_run(db::SqlSession& session, const std::string& run_id, Holding holding) {
  return try_lock(
      session, run_id,
      holding == Holding::alone ? "pg_try_advisory_lock" : "pg_try_advisory_lock_shared");
}

RunHold::RunHold(db::SqlSession& session, const std::string& run_id) : session_(session) {
  if (!take_run(session, run_id, Holding::alone)) return;
  take_over(session, run_id);
  const os::ProcessIdentity self = os::this_process();
  const std::string id = os::random_hex(8);
  session.begin();
  record_process(session, run_id, {id, self.host, self.pid, self.user, "", "", "", ""});
  session.commit();
  process_id_ = id;
}

RunHold::~RunHold() {
  if (process_id_.empty()) return;
  try {
    session_.rollback();
    end_process(session_, process_id_);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the next holder ends it
  }
}

void open_for_joining(db::SqlSession& session, const std::string& run_id) {
  // Shared first: between the two statements nobody else can take the run alone.
  static_cast<void>(try_lock(session, run_id, "pg_try_advisory_lock_shared"));
  static_cast<void>(try_lock(session, run_id, "pg_advisory_unlock"));
}

bool is_held(db::SqlSession& session, const std::string& run_id) {
  return session
             .query(fmt::format("SELECT EXISTS (SELECT FROM pg_locks l WHERE {})", kIsRunLock),
                    {run_id})
             .value() == "t";
}

void record_process(db::SqlSession& session, const std::string& run_id, const Process& process) {
  // On disk before anything is done: a server that crashed and forgot a process that lives on would
  // tell it that another one had taken over.
  session.query("SET LOCAL synchronous_commit = on");
  session.query(
      "INSERT INTO sluice.process (process_id, run_id, host, pid, os_user) "
      "VALUES ($1, $2, $3, $4, $5)",
      {process.id, run_id, process.host, std::to_string(process.pid), process.os_user});
}

void touch_process(db::SqlSession& session, const std::string& process_id) {
  session.query("UPDATE sluice.process SET seen_at = clock_timestamp() WHERE process_id = $1",
                {process_id});
  renew_leases(session, process_id);
}

void set_waiting(db::SqlSession& session, const std::string& process_id, const std::string& what,
                 std::chrono::seconds for_so_long) {
  session.query(
      "UPDATE sluice.process SET waiting_for = nullif($2::text, ''), "
      "waiting_since = CASE WHEN $2::text <> '' "
      "THEN clock_timestamp() - make_interval(secs => $3::int) END WHERE process_id = $1",
      {process_id, what, std::to_string(for_so_long.count())});
}

void end_process(db::SqlSession& session, const std::string& process_id) {
  session.query("UPDATE sluice.process SET ended_at = clock_timestamp() WHERE process_id = $1",
                {process_id});
  session.query(
      "UPDATE sluice.range SET owner = NULL, epoch = epoch + 1, lease_until = NULL "
      "WHERE owner = $1 AND NOT done",
      {process_id});
}

void take_over(db::SqlSession& session, const std::string& run_id) {
  session.begin();
  // Waits for transactions that rely on is_current().
  session.query(
      "SELECT FROM sluice.process WHERE run_id = $1 AND ended_at IS NULL "
      "ORDER BY process_id FOR UPDATE",
      {run_id});
  session.query(
      "UPDATE sluice.process SET ended_at = clock_timestamp() "
      "WHERE run_id = $1 AND ended_at IS NULL",
      {run_id});
  session.query(
      "UPDATE sluice.range SET owner = NULL, epoch = epoch + 1, lease_until = NULL "
      "WHERE run_id = $1 AND NOT done",
      {run_id});
  session.commit();
}

bool is_current(db::SqlSession& session, const std::string& process_id) {
  // KEY SHARE keeps take_over() waiting, and does not disturb touch_process().
  const auto found = session.query(
      "SELECT FROM sluice.process WHERE process_id = $1 AND ended_at IS NULL FOR KEY SHARE",
      {process_id});
  return !found.rows.empty();
}

std::vector<Process> processes(db::SqlSession& session, const std::string& run_id) {
  std::vector<Process> all;
  const auto result = session.query(
      fmt::format("SELECT process_id, host, pid, os_user, {}, {}, coalesce(waiting_for, ''), "
                  "coalesce({}, '') FROM sluice.process "
                  "WHERE run_id = $1 AND ended_at IS NULL ORDER BY process.started_at DESC",
                  utc("started_at"), utc("seen_at"), utc("waiting_since")),
      {run_id});
  for (const auto& row : result.rows) {
    RowReader reader(row);
    Process process;
    process.id = reader.text();
    process.host = reader.text();
    process.pid = reader.small();
    process.os_user = reader.text();
    process.started_at = reader.text();
    process.seen_at = reader.text();
    process.waiting_for = reader.text();
    process.waiting_since = reader.text();
    all.push_back(std::move(process));
  }
  return all;
}

std::string to_text(const Process& process) {
  return fmt::format("process {} of {} on {}, since {}", process.pid, process.os_user, process.host,
                     process.started_at);
}

std::vector<std::string> holders(db::SqlSession& session, const std::string& run_id) {
  std::vector<std::string> all;
  for (const Process& process : processes(session, run_id)) all.push_back(to_text(process));
  if (!all.empty()) return all;
  const auto result = session.query(
      fmt::format("SELECT format('session %s of role %s from %s, since %s', a.pid, a.usename, "
                  "coalesce(host(a.client_addr), 'the server itself'), "
                  "coalesce({}, 'a time that this role may not see')) "
                  "FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                  "WHERE a.pid <> pg_backend_pid() AND {} ORDER BY a.pid",
                  utc("a.backend_start"), kIsRunLock),
      {run_id});
  for (const auto& row : result.rows) all.push_back(RowReader(row).text());
  return all;
}

int record_snapshot(db::SqlSession& session, const std::string& run_id, Origin origin,
                    const db::SnapshotInfo& info) {
  // Servers number their snapshots alike, so source and target may have the same names.
  const auto known = session.query(
      "SELECT snapshot_no FROM sluice.snapshot WHERE run_id = $1 AND origin = $2 "
      "AND snapshot_id = $3 AND position = $4 ORDER BY snapshot_no DESC LIMIT 1",
      {run_id, to_string(origin), info.id, info.position});
  if (!known.rows.empty()) return RowReader(known.rows.front()).small();
  // Another process may take the same number at the same moment: then the next one.
  for (;;) {
    const auto made = session.query(
        "INSERT INTO sluice.snapshot (run_id, snapshot_no, origin, snapshot_id, position, label) "
        "SELECT $1::text, coalesce(max(snapshot_no), 0) + 1, $2::text, $3::text, $4::text, "
        "$5::text FROM sluice.snapshot WHERE run_id = $1::text "
        "ON CONFLICT DO NOTHING RETURNING snapshot_no",
        {run_id, to_string(origin), info.id, info.position, info.label});
    if (!made.rows.empty()) return RowReader(made.rows.front()).small();
  }
}

std::vector<Snapshot> snapshots(db::SqlSession& session, const std::string& run_id) {
  std::vector<Snapshot> all;
  const auto result = session.query(
      fmt::format(
          "SELECT snapshot_no, origin, snapshot_id, position, label, {} FROM sluice.snapshot "
          "WHERE run_id = $1 ORDER BY snapshot_no",
          utc("opened_at")),
      {run_id});
  for (const auto& row : result.rows) {
    RowReader reader(row);
    Snapshot snapshot;
    snapshot.number = reader.small();
    snapshot.origin = origin_from_string(reader.text());
    snapshot.id = reader.text();
    snapshot.position = reader.text();
    snapshot.label = reader.text();
    snapshot.opened_at = reader.text();
    all.push_back(std::move(snapshot));
  }
  return all;
}

}  // namespace sluice::ledger
