#pragma once

#include <string>
#include <vector>

#include "support/random_schema.h"

/// What both engines' databases are made by.
namespace sluice::test {

/// Tables with columns, keys, foreign keys and rows. `schemas` may be empty.
void add_tables(Random& random, const std::vector<std::string>& schemas, RandomDatabase& database);
/// Foreign keys, and what comes before each: rows without a partner lose their reference.
void add_foreign_keys(Random& random, RandomDatabase& database);

/// `"a", "b"`
[[nodiscard]] std::string column_list(const RandomDatabase& database, const RandomTable& table,
                                      const std::vector<std::size_t>& columns);
/// `text` with `by` for each `{}`.
[[nodiscard]] std::string filled(std::string text, const std::string& by);

}  // namespace sluice::test
