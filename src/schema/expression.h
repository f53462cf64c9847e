#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sluice/model/schema.h"

#include "schema/value.h"

namespace sluice::schema {

/// What an expression stands in.
struct Scope {
  const model::Table& source;
  const std::map<std::string, std::string>& types;    // columns whose type a person has chosen
  std::map<std::string, std::string> shortened = {};  // columns, as Design has it

  /// What the design calls the source's column.
  [[nodiscard]] const std::string& name_of(const std::string& column) const {
    const auto other = shortened.find(column);
    return other == shortened.end() ? column : other->second;
  }
};

/// An expression of the source's server, as it prints it, in PostgreSQL's SQL. What does not yield
/// the same on both for every row is refused or has a doubt. The result points into `scope.source`.
[[nodiscard]] Value translate(std::string_view printed, const Scope& scope);

}  // namespace sluice::schema
