#include "copy/quarantine_limit.h"

#include <fmt/format.h>

#include "sluice/copy/monitor.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/count.h"

namespace sluice::copy {

void stop_above_limit(const RunContext& run, const plan::TablePlan& table, std::uint64_t open) {
  const std::uint64_t limit = run.quarantine_limit(table.number);
  if (open <= limit) return;
  run.stop.request(model::ErrorKind::stop_rule,
                   fmt::format("{} has {} in quarantine, more than its limit of {}",
                               table.source.text(), model::rows_text(open), limit));
}

void check_quarantine(const RunContext& run, db::SqlSession& session) {
  for (const auto& [table_no, open] : ledger::open_rows(session, run.run.id)) {
    stop_above_limit(run, run.table(table_no), open);
  }
}

}  // namespace sluice::copy
