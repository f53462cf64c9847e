#pragma once

#include "sluice/schema/design.h"

#include "schema/expression.h"
#include "schema/remarks.h"

namespace sluice::schema {

/// The source's foreign keys. They still refer to the table by its name on the source.
void add_foreign_keys(const Scope& scope, Design& design, Remarks& remarks);

}  // namespace sluice::schema
