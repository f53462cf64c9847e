#pragma once

#include <memory>
#include <thread>

#include "sluice/copy/run.h"
#include "sluice/db/sql_session.h"

namespace sluice::copy {

/// While it lives: tells the ledger every few seconds that this process is alive, and pauses the
/// run when the target's free space falls below the limit. Works on a session and a thread of its
/// own; what it cannot find out it leaves to the stages, which meet the same trouble.
class Monitor {
 public:
  explicit Monitor(const RunContext& run);

 private:
  [[nodiscard]] bool reconnect() noexcept;

  const RunContext& run_;
  std::unique_ptr<db::SqlSession> session_;
  std::jthread thread_;  // last: ends before what it uses
};

/// Pauses the run (through run.stop) when a table has more rows in quarantine than its limit.
void check_quarantine(const RunContext& run, db::SqlSession& session);

/// Pauses the run (through run.stop) when less than the agreed space is free, or would be after
/// `more_bytes` are written. Nothing when the server cannot tell.
void check_space(const RunContext& run, db::SqlSession& session, std::uint64_t more_bytes = 0);
/// The same for all that is still to be copied, by the source's own estimates.
void check_space_for_all(const RunContext& run, db::SqlSession& session);

}  // namespace sluice::copy
