#include "schema/limits.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "schema/key_size.h"

namespace sluice::schema {
namespace {

constexpr std::size_t kMaxColumns = 1600;
/// A row lies in one page of 8,192 bytes, with what the page and the row need themselves.
constexpr std::uint64_t kMaxRowBytes = 8160;
/// A long value lies elsewhere; this much of it stays.
constexpr std::uint64_t kPointerBytes = 18;

/// What stays in the row when everything that can go has gone.
std::uint64_t least_bytes(const model::Column& source, const model::ColumnType& target) {
  if (is_long(target) || target.base == "json" || target.base == "jsonb") {
    return std::min(key_bytes(source, target) + 1, kPointerBytes);
  }
  if (target.base == "int2") return 2;
  if (target.base == "int4" || target.base == "date" || target.base == "float4") return 4;
  if (target.base == "interval" || target.base == "uuid") return 16;
  if (target.base == "numeric") return kPointerBytes;
  return 8;
}

}  // namespace

void look_at_limits(const Scope& scope, const Design& design, Remarks& remarks) {
  const std::size_t count = design.table.columns.size();
  if (count > kMaxColumns) {
    remarks.error("too-many-columns", "",
                  std::to_string(count) + " columns are more than the 1,600 of PostgreSQL",
                  "drop columns in the config, with reasons, or move the table into a table of "
                  "your own");
    return;
  }
  std::uint64_t bytes = 24 + count / 8;  // the row's head and the bits for NULL
  for (std::size_t i = 0; i < count; ++i) {
    bytes += least_bytes(scope.source.columns[i], design.table.columns[i].type);
  }
  if (bytes <= kMaxRowBytes) return;
  remarks.warning("row-size", "",
                  "a row whose columns are all filled does not fit into a page of PostgreSQL and "
                  "would go to quarantine",
                  "fewer columns in one table, or columns that are mostly NULL");
}

}  // namespace sluice::schema
