#pragma once

#include "sluice/schema/design.h"

#include "schema/expression.h"
#include "schema/remarks.h"

namespace sluice::schema {

/// The source's checks, where both servers would say the same of every row.
void add_checks(const Scope& scope, Design& design, Remarks& remarks);

}  // namespace sluice::schema
