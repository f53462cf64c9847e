#pragma once

#include <string_view>

#include "sluice/model/schema.h"

namespace sluice::db::pg {

/// Fills length, precision, scale or fraction digits of `type` from what format_type() printed of
/// it: the numbers in "numeric(12,2)", "character varying(20)", "timestamp(3) without time zone".
/// `type.base` says which they are. Nothing is filled for arrays and for types without such
/// numbers.
void take_modifier(std::string_view formatted, model::ColumnType& type);

}  // namespace sluice::db::pg
