#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/db/sql_session.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"

namespace sluice::verify {

/// "one.key = other.key" of two rows of the target's shape.
[[nodiscard]] std::string same_key_sql(const plan::TablePlan& table, std::string_view one,
                                       std::string_view other);

/// Rows of the live table against the rows of the same key in the side table, in every column that
/// the server does not compute itself: also those that the mapping does not write. One statement of
/// the server's own. `held`: live rows that are in quarantine. REQUIRES: the table has a target
/// key.
[[nodiscard]] Fact kept_rows_fact(const plan::TablePlan& table, db::SqlSession& target,
                                  std::uint64_t held);

}  // namespace sluice::verify
