#pragma once

#include <string>
#include <vector>

#include "sluice/copy/run.h"
#include "sluice/db/sql_session.h"
#include "sluice/plan/draft.h"

namespace sluice::copy {

/// Tables that the source does not have any more as the plan was made from (plan::altered_sources):
/// each fails alone, with what has changed. Tables that are live keep what they have. For runs in
/// stage `copying`: later nothing of the source is needed.
void fail_altered(const RunContext& run, db::SqlSession& ledger, const plan::Changes& altered);

/// Those of them whose rows do not stand: they have failed, or would when the copy goes on.
[[nodiscard]] plan::Changes without_read(plan::Changes altered, const ledger::Run& run,
                                         const std::vector<ledger::RunTable>& tables);
/// "not what the plan was made from: column x: is new, integer (and 2 more)".
[[nodiscard]] std::string text_of(const std::vector<std::string>& changes);

}  // namespace sluice::copy
