#pragma once

#include <string>
#include <string_view>

#include "sluice/model/name.h"

/// Quoting of names and texts for SQL: the one place where it is done.
namespace sluice::model {

/// Quotes an identifier for the engine, doubling the quote character. Throws Error{data} on NUL.
[[nodiscard]] std::string quote_identifier(Engine engine, std::string_view name);
/// schema.table, both quoted; the table alone where the schema is empty.
[[nodiscard]] std::string quote_name(Engine engine, const QualifiedName& name);
/// A string literal that means the same under every server setting: PostgreSQL's E'' where there
/// are backslashes, backslashes doubled on the MySQL family (NO_BACKSLASH_ESCAPES must be off, as
/// sluice's sessions have it). Throws Error{data} on NUL.
[[nodiscard]] std::string quote_literal(Engine engine, std::string_view text);

}  // namespace sluice::model
