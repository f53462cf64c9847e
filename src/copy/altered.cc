#include "sluice/copy/altered.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"

#include "copy/current.h"
#include "copy/table_failure.h"

namespace sluice::copy {
namespace {

model::Error error_of(const std::vector<std::string>& changes) {
  const std::string more =
      changes.size() > 1 ? fmt::format(" (and {} more)", changes.size() - 1) : "";
  return {
      model::ErrorKind::drift,
      fmt::format("it is not what the plan was made from: {}{}; put it back as it was, or begin "
                  "anew with --new-run",
                  changes.front(), more)};
}

}  // namespace

void fail_altered(const RunContext& run, db::SqlSession& ledger, const plan::Changes& altered) {
  if (altered.empty()) return;
  for (const ledger::RunTable& table : ledger::run_tables(ledger, run.run.id)) {
    const auto found = altered.find(table.number);
    const bool is_over =
        table.state == ledger::TableState::failed || table.state == ledger::TableState::live;
    if (found == altered.end() || is_over) continue;
    // Rows may be of before and after: the next try reads them again.
    ledger.begin();
    require_current(ledger, run);
    ledger::mark_moved(ledger, run.run.id, table.number);
    ledger.commit();
    fail_table(ledger, run, table.number, error_of(found->second));
  }
}

}  // namespace sluice::copy
