#pragma once

#include <map>
#include <string>

#include "sluice/config/config.h"
#include "sluice/mapping/rules.h"
#include "sluice/model/schema.h"
#include "sluice/plan/new_tables.h"

/// Which columns a new table has: those that the mapping fills.
namespace sluice::plan {

/// The types that the config asks for, by the source column that fills the target column; those of
/// columns that no single source column fills stay under the target's name.
struct WantedTypes {
  std::map<std::string, std::string> of_source;
  std::map<std::string, std::string> of_target;
};

/// The config's rules. Columns that keep their names by "same_names" and whose names PostgreSQL
/// would cut have a rule with the name that they get, where the table is to be made.
[[nodiscard]] mapping::TableRules rules_of(const config::Table& table, const model::Table& source);

/// Before there is a design.
[[nodiscard]] WantedTypes wanted_types(const config::Table& table, const model::Table& source);
/// What becomes of each source column: kept, renamed or dropped; and columns to add. Fills
/// `renamed`, `dropped` and `added` of `made`, from the columns of its design, and says which names
/// are shortened.
void choose_columns(const config::Table& table, const model::Table& source, NewTable& made);
/// What becomes of the source's column; empty: it is dropped.
[[nodiscard]] std::string column_in_target(const NewTable& table, const std::string& column);

}  // namespace sluice::plan
