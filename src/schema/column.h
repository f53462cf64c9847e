#pragma once

#include "sluice/model/name.h"
#include "sluice/model/schema.h"
#include "sluice/schema/design.h"

#include "schema/column_type.h"
#include "schema/expression.h"
#include "schema/remarks.h"

namespace sluice::schema {

/// The column of the new table, with all that belongs to it: its type where that is made, its
/// check, its default or generation, its identity, its comment.
void add_column(const model::Column& column, const Scope& scope, Design& design, Remarks& remarks);

}  // namespace sluice::schema
