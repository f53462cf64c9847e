#pragma once

#include "sluice/model/schema.h"
#include "sluice/schema/design.h"

#include "schema/expression.h"
#include "schema/remarks.h"

namespace sluice::schema {

/// The indexes of the new table, whose columns are already there. Names are the source's, cut where
/// they are too long; the primary key, which has none there, is <table>_pkey.
void add_indexes(const Scope& scope, Design& design, Remarks& remarks);

}  // namespace sluice::schema
