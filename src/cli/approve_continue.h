#pragma once

#include <string>

#include "sluice/ledger/records.h"
#include "sluice/ledger/stops.h"

namespace sluice::cli {

/// Whether a run may go on after a stop, and by which rule.
struct ContinueApproval {
  bool approved = false;
  std::string rule;  // for the record, or why not
};
/// What is approved is `stop.sha256`, the chain's head at the stop: an approval is of that one
/// stop.
[[nodiscard]] ContinueApproval approve_continue(const ledger::Run& run, const ledger::Stop& stop);

}  // namespace sluice::cli
