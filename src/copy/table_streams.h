#pragma once

#include "sluice/db/source.h"
#include "sluice/db/target.h"
#include "sluice/ledger/records.h"
#include "sluice/mapping/mapper.h"
#include "sluice/plan/plan.h"

/// What the plan says of a table, in the words of the modules that do the work.
namespace sluice::copy {

/// What is read: of the source table, or, for kept rows, of the live target table.
[[nodiscard]] db::TableRead table_read(const plan::TablePlan& table, ledger::Origin origin);
/// What is written: the side table.
[[nodiscard]] db::TableWrite table_write(const plan::TablePlan& table);
/// The companion table of kept rest values. REQUIRES: table.rest.
[[nodiscard]] db::TableWrite rest_write(const plan::TablePlan& table);
/// How rows become rows; for kept rows of the live table: as they are.
[[nodiscard]] mapping::TableMapping table_mapping(const plan::TablePlan& table,
                                                  ledger::Origin origin);
/// How the rows of a table are addressed: kept rows by heap blocks, source rows as planned.
[[nodiscard]] model::RangeKind read_order(const plan::TablePlan& table, ledger::Origin origin);

}  // namespace sluice::copy
