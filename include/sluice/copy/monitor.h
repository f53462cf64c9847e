#pragma once

#include <memory>
#include <thread>

#include "sluice/copy/run.h"
#include "sluice/db/sql_session.h"
#include "sluice/waits/stall_watch.h"

namespace sluice::copy {

class StallRecord;

/// While it lives: tells the ledger every few seconds that this process is alive, pauses the run
/// when the target's free space falls below the limit, and finds out why nothing moves. Works on
/// sessions and threads of its own; what it cannot find out it leaves to the stages, which meet the
/// same trouble.
class Monitor {
 public:
  explicit Monitor(const RunContext& run);
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  ~Monitor();

 private:
  void reconnect() noexcept;

  const RunContext& run_;
  std::unique_ptr<db::SqlSession> session_;
  std::unique_ptr<StallRecord> record_;
  waits::StallWatch stalls_;
  std::jthread thread_;  // last: ends before what it uses
};

/// Pauses the run (through run.stop) when a table has more rows in quarantine than its limit.
void check_quarantine(const RunContext& run, db::SqlSession& session);

}  // namespace sluice::copy
