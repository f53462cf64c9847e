#pragma once

#include <string>

#include "sluice/db/source.h"

namespace sluice::db::mysql {

/// The SQL text of reading: what is selected, from where to where, in which order.

/// `column`, quoted.
[[nodiscard]] std::string quoted(const std::string& name);

/// A key value as a literal that compares with its column as the column's own values do. `value` is
/// the canonical text of the column's carrier, or the raw text of a value that the carrier cannot
/// hold. Throws Error{internal} where the column is no key (codec::mysql_can_key), Error{data}
/// where the text is no such value.
[[nodiscard]] std::string key_literal(const ReadColumn& column, const std::string& value);

/// lower <= key < upper, written out column by column: neither server uses an index for a
/// comparison of row constructors. A bound may name the first key columns only. Empty where the
/// range is open at both ends.
[[nodiscard]] std::string range_condition(const TableRead& table, const model::KeyRange& range);

/// The whole statement. `index`: that holds the key in key order, or empty; it is forced, because a
/// sort of the rows would take the server minutes and gigabytes before the first of them comes.
/// Columns are selected in the order of `expressions`.
/// A bound of RangeKind::whole: how many rows lie before it.
[[nodiscard]] std::uint64_t count_of(const model::Key& key);
[[nodiscard]] std::string select_range(const TableRead& table, const model::KeyRange& range,
                                       const std::string& index,
                                       const std::vector<std::string>& expressions);

}  // namespace sluice::db::mysql
