#include "sluice/copy/monitor.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "sluice/db/catalog.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

namespace sluice::copy {
namespace {

/// Often enough that a full disk is seen some hundred MiB ahead, seldom enough to cost nothing.
constexpr std::chrono::seconds kInterval{3};

/// Another process of the run may have crossed a limit.
void stop_when_paused(const RunContext& run, db::SqlSession& session) {
  const auto record = ledger::find_run(session, run.run.id);
  if (!record || record->state != ledger::RunState::paused) return;
  run.stop.request(model::ErrorKind::stop_rule, record->reason);
}

}  // namespace

void check_space(const RunContext& run, db::SqlSession& session) {
  if (run.options.min_free_bytes == 0) return;
  const db::Storage storage = db::read_storage(session);
  if (!storage.free_bytes || *storage.free_bytes >= run.options.min_free_bytes) return;
  run.stop.request(model::ErrorKind::storage,
                   fmt::format("the target has {} MiB free, less than the {} MiB that must stay",
                               *storage.free_bytes >> 20, run.options.min_free_bytes >> 20));
}

Monitor::Monitor(const RunContext& run)
    : run_(run),
      session_(db::open_session(run.target, db::Purpose::target)),
      thread_([this](const std::stop_token& ending) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        while (!ending.stop_requested()) {
          try {
            ledger::touch_process(*session_, run_.process_id);
            check_space(run_, *session_);
            stop_when_paused(run_, *session_);
          } catch (const model::Error&) {
            return;  // the stages will say what is wrong with the server
          }
          wake.wait_for(lock, ending, kInterval, [] { return false; });
        }
      }) {}

}  // namespace sluice::copy
