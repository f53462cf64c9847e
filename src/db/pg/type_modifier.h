#pragma once

#include <string_view>

#include "sluice/model/schema.h"

namespace sluice::db::pg {

/// Fills length, precision, scale or fraction digits of `type` from what format_type() printed of
/// it: the numbers in "numeric(12,2)", "character varying(20)", "timestamp(3) without time zone",
/// "interval day to second(2)", and the last field of such an interval. `type.base` says which they
/// are ("_numeric" for an array of numeric, whose elements they are of). Nothing is filled for
/// types without such words.
void take_modifier(std::string_view formatted, model::ColumnType& type);

}  // namespace sluice::db::pg
