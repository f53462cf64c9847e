#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sluice/copy/decide.h"

#include "copy/mapped_batch.h"

namespace sluice::copy {

/// Rows of one table that the decisions of this one file would give the same unique value, or that
/// they would make exclude each other, each with what is wrong with it. Which of them is right is
/// for people to say, not for the order of the file. `batches`: the rows to be decided, in portions
/// that fit into memory. Uses a temporary table of the session.
[[nodiscard]] std::map<std::int64_t, RowRefusal> find_rivals(
    const DecideContext& context, db::TargetSession& session, const plan::TablePlan& table,
    BatchMapper& mapper, const std::vector<std::vector<ChosenRow>>& batches);

}  // namespace sluice::copy
