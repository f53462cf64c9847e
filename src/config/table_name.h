#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/model/name.h"

namespace sluice::config {

/// Reads "table" or "schema.table"; a part in double quotes may hold anything ("" for a quote).
/// Without a schema it is `default_schema`; nothing where that is empty, or where the text is no
/// name.
[[nodiscard]] std::optional<model::QualifiedName> parse_table_name(
    std::string_view text, const std::string& default_schema);
/// schema.table as it is read back; parts in quotes where they must be.
[[nodiscard]] std::string table_text(const model::QualifiedName& name);

}  // namespace sluice::config
