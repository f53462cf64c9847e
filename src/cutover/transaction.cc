#include "cutover/transaction.h"

#include <algorithm>
#include <condition_variable>

#include <fmt/format.h>

#include "sluice/model/error.h"
#include "sluice/os/mutex.h"

#include "cutover/locks.h"
#include "cutover/record.h"

namespace sluice::cutover {
namespace {

/// A message of some hundred statements costs one way to the server and back; their text is kept
/// small enough to be read in its log.
constexpr std::size_t kStatementsAtOnce = 500;
constexpr std::chrono::milliseconds kLongestPause{5000};

/// The first lock is waited for; from then on others wait. Only the server knows when that was.
std::chrono::milliseconds held_for(db::SqlSession& session) {
  return std::chrono::milliseconds(
      std::stoll(session
                     .query("SELECT ceil(extract(epoch FROM clock_timestamp() - "
                            "current_setting('sluice.locked_since')::timestamptz) * 1000)::bigint")
                     .value()));
}

void pause_for(std::chrono::milliseconds pause, const std::stop_token& stop) {
  os::Mutex mutex;
  std::condition_variable_any wake;
  os::Lock lock(mutex);
  wake.wait_for(lock, stop, pause, [] { return false; });
}

}  // namespace

void Transaction::begin() {
  session_.begin();
  session_.query("SET LOCAL synchronous_commit = on");
  session_.query(fmt::format("SET LOCAL lock_timeout = '{}ms'", patience_.lock_timeout.count()));
}

bool Transaction::try_once(const std::function<std::vector<std::string>()>& before,
                           const std::function<bool()>& work) {
  ++attempts_;
  session_.query("SAVEPOINT before_locks");
  try {
    const std::vector<std::string> locks = before();
    if (locks.empty()) return true;
    session_.query(lock_sql(locks, patience_.lock_timeout));
    since_ = std::chrono::steady_clock::now() - held_for(session_);
    if (work()) return true;
  } catch (const model::Error& error) {
    if (error.retry() != model::Retry::same_session) throw;
  }
  session_.query("ROLLBACK TO SAVEPOINT before_locks");
  return false;
}

bool Transaction::under_locks(const std::function<std::vector<std::string>()>& before,
                              const std::function<bool()>& work) {
  std::chrono::milliseconds pause = patience_.first_pause;
  for (;;) {
    if (patience_.stop.stop_requested()) break;
    if (try_once(before, work)) return true;
    if (attempts_ > patience_.retries) break;
    pause_for(pause, patience_.stop);
    pause = std::min(pause * 2, kLongestPause);
  }
  session_.rollback();
  return false;
}

std::chrono::milliseconds Transaction::locked() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               since_);
}

void run_all(db::SqlSession& session, const std::vector<std::string>& statements) {
  std::string message;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    message += statements[i] + ";\n";
    if ((i + 1) % kStatementsAtOnce != 0 && i + 1 != statements.size()) continue;
    session.query(message);
    message.clear();
  }
}

std::unique_ptr<db::SqlSession> commit(db::SqlSession& session, const OpenSession& reopen,
                                       const std::string& run_id, const std::string& attempt) {
  try {
    session.commit();
    return nullptr;
  } catch (const model::CommitInDoubt& doubt) {
    auto other = reopen();
    if (is_recorded(*other, run_id, attempt)) return other;
    throw model::Error(model::ErrorKind::connection,
                       fmt::format("nothing was changed: {}", doubt.what()),
                       "the ledger does not have it; start it again", model::Retry::new_session);
  }
}

std::vector<std::string> run_later(db::SqlSession& session,
                                   const std::vector<std::string>& statements) {
  std::vector<std::string> failed;
  // What was committed stands, also where the server has gone away since: nothing is thrown.
  for (const std::string& sql : statements) {
    try {
      // Readers and writers do not wait behind these.
      session.query("SET lock_timeout = '90s'");
      session.query(sql);
    } catch (const model::Error& error) {
      failed.push_back(fmt::format("{}: {}", sql, error.what()));
    }
  }
  return failed;
}

}  // namespace sluice::cutover
