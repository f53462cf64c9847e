#pragma once

#include <optional>
#include <string>

#include "sluice/model/name.h"
#include "sluice/model/schema.h"

#include "schema/expression.h"

namespace sluice::schema {

/// What becomes of a column's type.
struct TypeChoice {
  model::ColumnType type;
  std::optional<model::SchemaObject>
      made;  // the type itself, where it is one that the table brings
  /// A condition in SQL that keeps out what the source's type keeps out; empty: none is needed.
  std::string allowed;
  std::string check_suffix;  // of the name of the check that has it: "_unsigned_check"
  /// Another type that people often want, and what has to be known about it.
  std::string alternative;
  std::string alternative_is;
  std::string doubt;  // what the type does not keep
  std::string doubt_rule;
};

/// By the published rules (types.md), of which this is the code: the type that holds every value.
[[nodiscard]] TypeChoice choose_type(const Scope& scope, const model::Column& column,
                                     const model::QualifiedName& target);

/// The type that a person has chosen instead.
[[nodiscard]] TypeChoice chosen_type(const Scope& scope, const model::Column& column,
                                     const std::string& type);

}  // namespace sluice::schema
