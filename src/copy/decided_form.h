#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/ledger/quarantine.h"
#include "sluice/ledger/records.h"
#include "sluice/mapping/mapper.h"
#include "sluice/plan/plan.h"

/// Forms in which decided rows stand in the ledger and are shown to people.
namespace sluice::copy {

/// `problems` without those of earlier decisions, and with `refused` of the decision that did not
/// hold, marked "decision": true. Both are JSON arrays as the ledger has them.
[[nodiscard]] std::string with_refused_decision(const std::string& problems,
                                                const std::string& refused);

/// (tx) What kept a decided row out of the target, in the ledger. A row that was to be mapped as it
/// is has another reason now; of any other decision it is only noted, because what is wrong with
/// the row itself has not changed and a corrected file must find it again. REQUIRES: the row is
/// open.
void record_refused_decision(db::SqlSession& session, const std::string& run_id,
                             const ledger::QuarantinedSource& row, bool mapped_as_it_is,
                             const ledger::QuarantinedRow& why);

/// The INSERT that has the same effect as the row's COPY.
[[nodiscard]] std::string insert_sql(const plan::TablePlan& table, std::string_view target_row);

}  // namespace sluice::copy
