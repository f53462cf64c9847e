#pragma once

#include <map>
#include <string>

#include "sluice/config/config.h"
#include "sluice/plan/new_tables.h"

/// Which columns a new table has: those that the mapping fills.
namespace sluice::plan {

/// The types that the config asks for, by the source column that fills the target column; those of
/// columns that no single source column fills stay under the target's name.
struct WantedTypes {
  std::map<std::string, std::string> of_source;
  std::map<std::string, std::string> of_target;
};

/// What becomes of each source column: kept, renamed or dropped; and columns to add. Fills
/// `renamed`, `dropped` and `added` of `made`, from the columns of its design.
void choose_columns(const config::Table& table, NewTable& made);
/// Before there is a design.
[[nodiscard]] WantedTypes wanted_types(const config::Table& table, const model::Table& source);

}  // namespace sluice::plan
