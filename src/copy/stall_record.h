#pragma once

#include <optional>
#include <string>

#include "sluice/copy/run.h"
#include "sluice/waits/stall_watch.h"

namespace sluice::copy {

/// What a watch of a run is to look at. The run must outlive it.
[[nodiscard]] waits::Watched watched(const RunContext& run);

/// Says why nothing moves in run.progress.stall(), in the ledger (process.waiting_for) and, where
/// it lasts, in an event.
class StallRecord {
 public:
  explicit StallRecord(const RunContext& run) : run_(run) {}
  /// waits::TellStall.
  void tell(const std::optional<waits::Stall>& stall, const waits::TargetOfWatch& target);

 private:
  const RunContext& run_;
  std::string recorded_;    // the text that stands in the ledger
  bool has_event_ = false;  // of the stall of now
};

}  // namespace sluice::copy
