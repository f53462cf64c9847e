#pragma once

#include "sluice/schema/design.h"

#include "schema/expression.h"
#include "schema/remarks.h"

namespace sluice::schema {

/// What PostgreSQL does not take of a table of this size, or not of every row.
void look_at_limits(const Scope& scope, const Design& design, Remarks& remarks);

}  // namespace sluice::schema
