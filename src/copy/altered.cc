#include "sluice/copy/altered.h"

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"

#include "copy/current.h"
#include "copy/table_failure.h"

namespace sluice::copy {
namespace {

model::Error error_of(const std::vector<std::string>& changes) {
  return {model::ErrorKind::drift,
          fmt::format("it is {}; put it back as it was, or begin anew with --new-run",
                      text_of(changes))};
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

plan::Changes without_read(plan::Changes altered, const ledger::Run& run,
                           const std::vector<ledger::RunTable>& tables) {
  for (const ledger::RunTable& table : tables) {
    const bool is_to_be_read = table.state == ledger::TableState::failed ||
                               (run.stage == "copying" && table.state != ledger::TableState::live);
    if (!is_to_be_read) altered.erase(table.number);
  }
  return altered;
}

std::string text_of(const std::vector<std::string>& changes) {
  const std::string more =
      changes.size() > 1 ? fmt::format(" (and {} more)", changes.size() - 1) : "";
  return fmt::format("not what the plan was made from: {}{}", changes.front(), more);
}

}  // namespace sluice::copy
