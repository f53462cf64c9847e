// What a plan can say of the cutover that will follow.
#include <algorithm>
#include <iterator>
#include <utility>

#include "sluice/cutover/swap.h"

#include "cutover/catalog_rows.h"
#include "cutover/work_out.h"

namespace sluice::cutover {
namespace {

/// As read_readiness() refuses them.
std::vector<model::Finding> family_findings(const plan::Plan& plan) {
  if (plan.families.empty() || plan.new_tables != config::NewTables::side) return {};
  return {{model::Severity::warning, "cutover-families", "new_tables",
           "partitioned and inheriting tables are put together by the copy: a run that makes some "
           "cannot be cut over",
           "leave \"new_tables\": \"side\" out: they take their names when the copy ends"}};
}

}  // namespace

std::vector<model::Finding> plan_findings(db::SqlSession& session, const plan::Plan& plan) {
  Swap swap;
  std::vector<Trade> trades;
  // There is no side table yet: a name that nothing bears stands for it.
  for (const plan::TablePlan& table : plan.tables) {
    if (!table.is_new) trades.push_back({table.target, table.side});
  }
  std::vector<model::Finding> findings = family_findings(plan);
  if (trades.empty()) return findings;
  Gathered gathered;
  gather_common(session, trades, gathered);
  gather_keys_out(session, trades, gathered);
  settle(std::move(gathered), trades, swap);
  // Indexes and sequences of both tables are renamed.
  for (const plan::TablePlan& table : plan.tables) swap.lock_count += 2 * table.deferred.size();
  std::ranges::move(findings_of(swap), std::back_inserter(findings));
  std::ranges::move(lock_findings(session, swap.lock_count), std::back_inserter(findings));
  for (model::Finding& finding : findings) {
    if (finding.severity == model::Severity::error) finding.severity = model::Severity::warning;
  }
  return findings;
}

}  // namespace sluice::cutover
