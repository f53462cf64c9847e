#include "sluice/db/counters.h"

#include <algorithm>

#include "db/mysql/dialect.h"
#include "db/mysql/mysql.h"

namespace sluice::db::mysql {
namespace {

/// MySQL from 8 on answers questions about a table's numbers from what it knew a day ago; other
/// servers do not know the variable.
void ask_for_present(SqlSession& session) {
  const auto variable = session.query("SHOW VARIABLES LIKE 'information_schema_stats_expiry'");
  if (!variable.rows.empty()) session.query("SET SESSION information_schema_stats_expiry = 0");
}

}  // namespace

std::vector<CounterPosition> read_counters(SqlSession& session,
                                           const std::vector<model::QualifiedName>& counters) {
  ask_for_present(session);
  std::vector<CounterPosition> positions;
  for (const model::QualifiedName& counter : counters) {
    CounterPosition& position = positions.emplace_back();
    position.name = counter;
    const auto found = session.query(
        "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND "
        "TABLE_NAME = ?",
        {counter.schema, counter.table});
    // The number that the next row gets.
    if (!found.rows.empty()) position.last_value = found.rows.front().at(0);
  }
  return positions;
}

}  // namespace sluice::db::mysql
