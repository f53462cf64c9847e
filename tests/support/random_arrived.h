#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/postgres_server.h"
#include "support/random_schema.h"

namespace sluice::test {

using Session = std::function<Rows(const std::string&)>;

/// One table of a MySQL source and what became of it in PostgreSQL, each column in the neutral text
/// that either server makes by its own SQL.
struct ArrivedTable {
  std::size_t unfit = 0;             // source rows with a value that PostgreSQL cannot hold
  std::vector<std::string> missing;  // other rows of the source
  std::vector<std::string> added;    // in the target only
};
[[nodiscard]] ArrivedTable compare_rows(const RandomDatabase& database, const RandomTable& table,
                                        const Session& source, const Session& target);

/// Primary keys, indexes and foreign keys that only one side's catalogue has, by their names.
[[nodiscard]] std::string keys_difference(const Session& source, const Session& target);

}  // namespace sluice::test
