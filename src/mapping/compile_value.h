#pragma once

#include <span>
#include <string>
#include <vector>

#include "mapping/program.h"

namespace sluice::mapping {

/// What is known while one rule is compiled.
struct RuleScope {
  const Rule& rule;
  const TargetField& target;
  std::span<const SourceField> fields;
  std::string where;  ///< "schema.table.column"
  std::vector<model::Finding>& findings;

  void error(std::string_view id, std::string message, std::string action = {}) const;
  void warning(std::string_view id, std::string message, std::string action = {}) const;
};

/// The field that a rule reads for a column; absent, with a finding, where there is none.
[[nodiscard]] std::optional<std::size_t> value_field(const RuleScope& scope,
                                                     const std::string& column);

/// One case of the rule.
[[nodiscard]] CompiledCase compile_case(const RuleScope& scope, const Case& c);

}  // namespace sluice::mapping
