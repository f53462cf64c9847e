#pragma once

#include <string_view>

#include "sluice/model/schema.h"

namespace sluice::schema {

/// A type of PostgreSQL as people write it ("varchar(40)", "timestamptz") in the form that a
/// catalogue has: sql as format_type() prints it, base as pg_type names it, and the numbers. Of a
/// name that PostgreSQL does not bring along only sql is sure.
[[nodiscard]] model::ColumnType pg_type(std::string_view written);

}  // namespace sluice::schema
