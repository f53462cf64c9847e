#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/ledger/ledger.h"
#include "sluice/ledger/records.h"
#include "sluice/plan/plan.h"

namespace sluice::cli {

/// How a copy ended; json.md beside this header says what the outcomes mean.
struct CopyEnd {
  std::string_view outcome;  // finished, finished_before, helped, stopped, paused, drift
  std::string reason;        // of an end before the end
  std::vector<ledger::Account> accounts;
  std::string weaker_snapshot;  // of a finished copy: what the source could not promise
  std::vector<ledger::LeftOutIndex> left_out;
  std::vector<std::string> unjoined{};  // why, for what new tables are not to each other yet
};

/// Schema id "sluice.copy/1".
[[nodiscard]] std::string copy_json(const plan::Plan& plan, const ledger::Run& run,
                                    const CopyEnd& end);

}  // namespace sluice::cli
