#pragma once

#include "sluice/copy/run.h"
#include "sluice/db/sql_session.h"
#include "sluice/plan/draft.h"

namespace sluice::copy {

/// Tables that the source does not have any more as the plan was made from (plan::altered_sources):
/// each fails alone, with what has changed. Tables that are live keep what they have. For runs in
/// stage `copying`: later nothing of the source is needed.
void fail_altered(const RunContext& run, db::SqlSession& ledger, const plan::Changes& altered);

}  // namespace sluice::copy
