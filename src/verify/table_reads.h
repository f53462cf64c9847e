#pragma once

#include <string>
#include <vector>

#include "sluice/db/source.h"
#include "sluice/plan/plan.h"

#include "verify/row_key.h"

/// What the plan says of a table, in the words of those who read it back.
namespace sluice::verify {

/// The source table's rows, in the order of plan::mapping_of().
[[nodiscard]] db::TableRead source_read(const plan::TablePlan& table);
/// The written columns of the side table, or of any other table that has them (the live one).
[[nodiscard]] db::TableRead target_read(const plan::TablePlan& table,
                                        const model::QualifiedName& from);
/// The companion table. REQUIRES: table.rest.
[[nodiscard]] db::TableRead rest_read(const plan::TablePlan& table);

/// Of the source key's columns, in key order.
[[nodiscard]] std::vector<codec::Carrier> key_carriers(const plan::TablePlan& table);
[[nodiscard]] RowKey target_row_key(const plan::TablePlan& table);
[[nodiscard]] RowKey source_row_key(const plan::TablePlan& table);
/// The companion table has no key: a bag.
[[nodiscard]] RowKey rest_row_key();

}  // namespace sluice::verify
