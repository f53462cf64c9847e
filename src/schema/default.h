#pragma once

#include <string>

#include "sluice/model/schema.h"

#include "schema/expression.h"

namespace sluice::schema {

/// A column's default in PostgreSQL's SQL; `sql` is empty where it has no translation.
struct Default {
  std::string sql;
  std::string rule;     // of the finding: "zero-default" or "default-not-moved"
  std::string refusal;  // why there is none
};

/// REQUIRES: the column has a default.
[[nodiscard]] Default translate_default(const model::Column& column,
                                        const model::ColumnType& target, const Scope& scope);

/// The expression as a value of the type that the source's column becomes; empty where PostgreSQL
/// would not take it, or not as the source does: what a column cannot hold is clipped or cut there
/// in some modes.
[[nodiscard]] std::string assigned(const Value& value, const model::ColumnType& source,
                                   const model::ColumnType& target);

}  // namespace sluice::schema
