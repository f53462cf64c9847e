#include "sluice/db/counters.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "db/mysql/mysql.h"

namespace sluice::db::mysql {
namespace {

/// Each table is looked up by its name, which no list of names would be; some in one statement.
constexpr std::size_t kCountersAtOnce = 50;

void read_some(SqlSession& session, std::span<CounterPosition> positions) {
  std::string sql;
  std::vector<Parameter> names;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    sql += fmt::format(
        "{}SELECT {}, AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND "
        "TABLE_NAME = ?",
        i == 0 ? "" : " UNION ALL ", i);
    names.insert(names.end(), {positions[i].name.schema, positions[i].name.table});
  }
  const auto found = session.query(sql, names);
  for (const auto& row : found.rows) {
    // The number that the next row gets.
    positions[std::stoul(row.at(0).value())].last_value = row.at(1);
  }
}

}  // namespace

std::vector<CounterPosition> read_counters(SqlSession& session,
                                           const std::vector<model::QualifiedName>& counters) {
  std::vector<CounterPosition> positions;
  positions.reserve(counters.size());
  for (const model::QualifiedName& counter : counters) positions.push_back({counter});
  for (std::span<CounterPosition> rest(positions); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kCountersAtOnce));
    read_some(session, some);
    rest = rest.subspan(some.size());
  }
  return positions;
}

}  // namespace sluice::db::mysql
