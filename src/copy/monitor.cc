#include "sluice/copy/monitor.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "sluice/copy/space.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

#include "copy/stall_record.h"

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

void Monitor::reconnect() noexcept {
  try {
    session_ = db::open_session(run_.target, db::Purpose::target);
  } catch (const model::Error&) {
    return;  // the old session fails again, and the next round tries again
  }
}

Monitor::Monitor(const RunContext& run)
    : run_(run),
      session_(db::open_session(run.target, db::Purpose::target)),
      record_(std::make_unique<StallRecord>(run)),
      stalls_(watched(run),
              [this](const std::optional<waits::Stall>& stall, const waits::TargetOfWatch& target) {
                record_->tell(stall, target);
              }),
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
            // The stages will say what is wrong with the server; a lock not given in time passes.
            reconnect();
          }
          wake.wait_for(lock, ending, kInterval, [] { return false; });
        }
      }) {}

Monitor::~Monitor() = default;

}  // namespace sluice::copy
