#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/db/source.h"

/// The SELECT of a stream, as text. Pure.
namespace sluice::db::pg {

/// Whether a row's ctid is sent as its last field, beside the fields that were asked for.
enum class WithCtid : std::uint8_t { no, yes };

/// The columns cast to their carriers, each after `of`: "t." where other names could be meant.
[[nodiscard]] std::string column_list(const TableRead& table, std::string_view of);

/// "(block,0)": the first place of a heap block.
[[nodiscard]] std::string ctid_text(std::uint64_t block);

/// Columns cast to their carriers, rows of `range`, in key order for RangeKind::key. `only` keeps
/// the rows of inheriting tables out. Throws Error{internal} where a bound has not as many values
/// as the key.
[[nodiscard]] std::string select_sql(const TableRead& table, const model::KeyRange& range,
                                     bool only, WithCtid with_ctid);

/// The schemas whose operators the key's types need on the search path, each quoted and preceded by
/// ", ".
[[nodiscard]] std::string operator_schemas(const TableRead& table);

}  // namespace sluice::db::pg
