#pragma once

#include <optional>
#include <vector>

#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"

#include "verify/attribution.h"
#include "verify/compare.h"
#include "verify/row_feed.h"

namespace sluice::verify {

/// What is needed to say who made the differences of one table.
struct Background {
  const plan::TablePlan& table;
  const Origins& origins;
  const Evidence& evidence;
  codec::RowSetDigest expected;    // of the rows that should be there
  codec::RowSetDigest written;     // of the rows that the copy wrote
  bool kept_rows_changed = false;  // the live table does not hold what it held at the copy
};

/// The listed differences of the table's rows, with key, columns and attribution.
[[nodiscard]] std::vector<Difference> describe_rows(const Background& background,
                                                    const CloserLook& look);

/// The same of the companion table, whose rows have no key.
[[nodiscard]] std::vector<Difference> describe_rest(const Evidence& evidence,
                                                    const CloserLook& look);

}  // namespace sluice::verify
