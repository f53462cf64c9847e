#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/problem.h"
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

/// The INSERT that has the same effect as the row's COPY.
[[nodiscard]] std::string insert_sql(const plan::TablePlan& table, std::string_view target_row);

}  // namespace sluice::copy
