#include "copy/stall_record.h"

#include <chrono>

#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"

namespace sluice::copy {
namespace {

using Clock = std::chrono::steady_clock;

waits::Marks marks_of(Progress& progress) {
  waits::Marks marks;
  for (std::size_t number = 1; number <= progress.tables(); ++number) {
    const TableProgress& table = progress.table(static_cast<int>(number));
    marks.rows_read += table.rows_read;
    marks.batches += table.batches;
  }
  marks.activities = progress.activities().changes();
  return marks;
}

}  // namespace

waits::Watched watched(const RunContext& run) {
  return {run.source,
          run.target,
          run.progress.workers(),
          [&run] { return marks_of(run.progress); },
          run.options.stall_after,
          run.stop.token()};
}

void StallRecord::tell(const std::optional<waits::Stall>& stall,
                       const waits::TargetOfWatch& target) {
  run_.progress.stall().put(stall);
  const std::string text = stall ? stall->text : "";
  const auto lasted = stall ? Clock::now() - stall->since : Clock::duration::zero();
  if (text != recorded_) {
    ledger::set_waiting(target(), run_.process_id, text,
                        std::chrono::duration_cast<std::chrono::seconds>(lasted));
    recorded_ = text;
  }
  if (!stall) has_event_ = false;
  // What is over soon is for those who look on, not for the record.
  if (has_event_ || lasted < 2 * run_.options.stall_after) return;
  codec::JsonWriter body;
  body.begin_object().member("process", run_.process_id).member("reason", text).end_object();
  ledger::append_event(target(), run_.run.id, "stalled", body.take());
  has_event_ = true;
}

}  // namespace sluice::copy
