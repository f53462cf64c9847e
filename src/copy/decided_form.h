#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/problem.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/quarantine.h"
#include "sluice/ledger/records.h"
#include "sluice/mapping/mapper.h"
#include "sluice/plan/plan.h"

/// Forms in which decided rows stand in the ledger and are shown to people.
namespace sluice::copy {

/// The JSON object that stands in the ledger: target columns, each with a text or null.
[[nodiscard]] std::string decision_json(const mapping::Overrides& set);
/// The exact inverse. Throws Error{data} on anything else.
[[nodiscard]] mapping::Overrides decision_from_json(const std::string& text);

/// The irregular fields of one row, from the ledger's JSON array of [column, problem].
[[nodiscard]] std::vector<codec::Irregular> irregular_from_json(const std::string& text,
                                                                std::size_t row);

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
