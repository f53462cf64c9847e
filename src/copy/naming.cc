#include <string>
#include <vector>

#include <fmt/format.h>

#include "sluice/copy/finish.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/kill_point.h"

#include "copy/current.h"
#include "copy/families.h"
#include "copy/table_failure.h"

namespace sluice::copy {
namespace {

/// (tx) The name and the ledger's word for it come together.
void take_name(const RunContext& run, db::SqlSession& ledger, const plan::TablePlan& table) {
  ledger.begin();
  require_current(ledger, run);
  for (const std::string& sql : table.naming) ledger.query(sql);
  ledger::set_table_state(ledger, run.run.id, table.number, ledger::TableState::live);
  SLUICE_KILL_POINT("before_name_commit");
  ledger.commit();
  SLUICE_KILL_POINT("after_name_commit");
}

}  // namespace

std::vector<std::string> take_names(const RunContext& run, db::SqlSession& ledger) {
  if (run.plan.new_tables == config::NewTables::side) return {};
  std::vector<std::string> refused = make_parents(run, ledger);
  for (const ledger::RunTable& entry : ledger::run_tables(ledger, run.run.id)) {
    const plan::TablePlan& table = run.table(entry.number);
    if (!table.is_new || entry.state != ledger::TableState::ready) continue;
    try {
      take_name(run, ledger, table);
    } catch (const model::Error& error) {
      if (error.retry() != model::Retry::never || error.kind() == model::ErrorKind::locked) throw;
      fail_table(ledger, run, table.number,
                 model::Error(error.kind(),
                              fmt::format("{} is whole, but cannot take the name {}: {}",
                                          table.side.text(), table.target.text(), error.what())));
    }
  }
  for (std::string& why : join_families(run, ledger)) refused.push_back(std::move(why));
  return refused;
}

}  // namespace sluice::copy
