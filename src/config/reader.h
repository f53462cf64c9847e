#pragma once

#include <string>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/mapping/json_object.h"

namespace sluice::config {

/// What all parts of a config are read with.
struct Reader {
  mapping::JsonProblems& problems;
  std::string source_schema;  ///< of tables written without one; may be empty
  std::string target_schema;

  [[nodiscard]] model::QualifiedName table_name(const codec::JsonValue& value,
                                                const std::string& default_schema) const;
  /// The same of a text that stands at `at`.
  [[nodiscard]] model::QualifiedName table_name(const std::string& text, const codec::JsonValue& at,
                                                const std::string& default_schema) const;
};

[[nodiscard]] std::vector<Table> read_tables(mapping::ObjectReader& config, const Reader& reader);
[[nodiscard]] std::vector<LeftTable> read_leave(mapping::ObjectReader& config,
                                                const Reader& reader);
[[nodiscard]] std::vector<Check> read_checks(mapping::ObjectReader& config, const Reader& reader);

}  // namespace sluice::config
