#pragma once

#include <functional>
#include <memory>

#include "sluice/copy/run.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"

#include "copy/batch_work.h"

namespace sluice::copy {

/// One reader: claims ranges from the ledger and streams their rows into batches until nothing is
/// left to claim or a stop is requested. Knows nothing of threads; one thread at a time.
class ReadStage {
 public:
  /// `source` reads rows of `origin`, `ledger` claims; both are used by this stage alone and must
  /// outlive it.
  ReadStage(const RunContext& run, ledger::Origin origin, db::SourceSession& source,
            db::SqlSession& ledger, BatchPool& pool)
      : run_(run),
        origin_(origin),
        source_(source),
        ledger_(ledger),
        pool_(pool),
        worker_(run.progress.workers()) {}

  using Emit = std::function<void(BatchSlot)>;
  void run(const Emit& emit);

 private:
  void read_claim(const ledger::Claim& claim, const Emit& emit);
  void stream_range(const ledger::Claim& claim, const Emit& emit);
  [[nodiscard]] bool wait_for_others();

  const RunContext& run_;
  ledger::Origin origin_;
  db::SourceSession& source_;
  db::SqlSession& ledger_;
  BatchPool& pool_;
  waits::Worker worker_;
};

}  // namespace sluice::copy
