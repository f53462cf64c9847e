#pragma once

#include "sluice/copy/run.h"
#include "sluice/db/sql_session.h"

namespace sluice::copy {

/// (tx) Throws Error{locked} when another process has taken over the run, because this one was
/// frozen or cut off: it must write nothing more. Holds until the transaction ends. Not needed for
/// batches, whose ranges say the same, nor on the session that holds the run.
void require_current(db::SqlSession& session, const RunContext& run);

/// (tx) Tells the transaction's statements which run they are of (ledger.md: Numbers go on).
void name_run(db::SqlSession& session, const RunContext& run);

}  // namespace sluice::copy
