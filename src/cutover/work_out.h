#pragma once

#include <vector>

#include "sluice/cutover/swap.h"

#include "cutover/catalog_rows.h"

/// What working out a swap has in common in both directions.
namespace sluice::cutover {

/// Tables with rows of before, which something may be bound to.
[[nodiscard]] std::vector<Trade> trades_of(const std::vector<SwapTable>& tables);
void gather_common(db::SqlSession& session, const std::vector<Trade>& trades, Gathered& gathered);
/// Puts what was gathered in order; swap.renames is there already.
void settle(Gathered gathered, const std::vector<Trade>& trades, Swap& swap);

}  // namespace sluice::cutover
