#include "sluice/config/config.h"

#include <algorithm>

namespace sluice::config {

const Table* Config::find_table(const model::QualifiedName& source_table) const noexcept {
  const auto at = std::ranges::find(tables, source_table, &Table::source);
  return at == tables.end() ? nullptr : &*at;
}

bool Config::is_left(const model::QualifiedName& source_table) const noexcept {
  return std::ranges::any_of(leave, [&source_table](const LeftTable& left) {
    if (left.is_whole_schema()) return left.table.schema == source_table.schema;
    return left.table == source_table;
  });
}

std::string_view to_string(ExistingRows existing) noexcept {
  switch (existing) {
    case ExistingRows::refuse:
      return "refuse";
    case ExistingRows::replace:
      return "replace";
    case ExistingRows::keep:
      return "keep";
  }
  return "unknown";
}

std::string_view to_string(ReadBy read) noexcept {
  switch (read) {
    case ReadBy::automatic:
      return "auto";
    case ReadBy::key:
      return "key";
    case ReadBy::ctid:
      return "ctid";
  }
  return "unknown";
}

std::string_view to_string(NewTables tables) noexcept {
  switch (tables) {
    case NewTables::live:
      return "live";
    case NewTables::side:
      return "side";
  }
  return "unknown";
}

std::string_view to_string(Measure measure) noexcept {
  switch (measure) {
    case Measure::count:
      return "count";
    case Measure::count_distinct:
      return "count_distinct";
    case Measure::sum:
      return "sum";
    case Measure::min:
      return "min";
    case Measure::max:
      return "max";
    case Measure::null_count:
      return "null_count";
  }
  return "unknown";
}

}  // namespace sluice::config
