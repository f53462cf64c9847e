#pragma once

#include <string_view>

#include "sluice/db/target.h"
#include "sluice/plan/plan.h"

namespace sluice::copy {

/// Makes the refusal of a duplicate key tell people more: the live index's name instead of the side
/// table's, and the row that holds the value already. Asks the server, inside the caller's
/// transaction, which must not be aborted.
void explain_collision(db::SqlSession& session, const plan::TablePlan& table,
                       std::string_view target_row, db::Refusal& refusal);

}  // namespace sluice::copy
