#include "copy/read_stage.h"

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "sluice/ledger/ledger.h"
#include "sluice/os/kill_point.h"

#include "copy/table_failure.h"
#include "copy/table_streams.h"

namespace sluice::copy {

void ReadStage::run(const Emit& emit) {
  while (!run_.stop.token().stop_requested()) {
    SLUICE_KILL_POINT("before_claim");
    worker_.waits(waits::Wait::target_ledger, "claiming a range", ledger_.id());
    const std::optional<ledger::Claim> claim =
        ledger::claim_range(ledger_, run_.run.id, run_.process_id, origin_);
    SLUICE_KILL_POINT("after_claim");
    if (claim) {
      read_claim(*claim, emit);
    } else if (!wait_for_others()) {
      return;
    }
  }
}

bool ReadStage::wait_for_others() {
  // Their ranges come back when they finish, or when their lease runs out.
  if (!ledger::others_hold_ranges(ledger_, run_.run.id, run_.process_id, origin_)) return false;
  worker_.waits(waits::Wait::others);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  return true;
}

void ReadStage::read_claim(const ledger::Claim& claim, const Emit& emit) {
  try {
    stream_range(claim, emit);
  } catch (const model::Error& error) {
    if (run_.stop.token().stop_requested()) return;  // the read was ended on purpose
    if (!sinks_only_its_table(error)) throw;
    fail_table(ledger_, run_, claim.table_no, error);
  }
}

void ReadStage::stream_range(const ledger::Claim& claim, const Emit& emit) {
  const plan::TablePlan& table = run_.table(claim.table_no);
  const bool live = origin_ == ledger::Origin::existing;
  const auto waits_for_rows = [&, name = (live ? table.target : table.source).text()] {
    worker_.waits(live ? waits::Wait::target_read : waits::Wait::source_rows, name,
                  source_.sql().id());
  };
  waits_for_rows();
  const auto flow = std::make_shared<RangeFlow>(claim.next_batch);
  const auto stream = source_.read(table_read(table, origin_), claim.range);
  std::optional<model::Key> lower = claim.range.lower;
  for (int batch_no = claim.next_batch; !flow->lost(); ++batch_no) {
    worker_.waits(waits::Wait::slot);
    BatchSlot batch = pool_.take(run_.stop.token());
    if (!batch) return;
    // A range without rows still gets its one, empty batch: that is how the ledger knows it was
    // read.
    waits_for_rows();
    const bool has_rows = stream->read(batch->source, run_.options.batch_bytes);
    SLUICE_KILL_POINT("after_read");
    const bool is_last = !batch->source.next.has_value();
    if (!has_rows && batch_no != claim.next_batch) return;
    batch->claim = claim;
    batch->batch_no = batch_no;
    batch->range = {claim.range.kind, lower, is_last ? claim.range.upper : batch->source.next};
    batch->flow = flow;
    run_.progress.table(claim.table_no).rows_read += batch->source.rows.rows();
    lower = batch->range.upper;
    emit(std::move(batch));
    if (is_last) return;
  }
}

}  // namespace sluice::copy
