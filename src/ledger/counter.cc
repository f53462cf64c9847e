#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"

#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

/// Four parameters each, of the 65,535 that a statement may have.
constexpr std::size_t kCountersAtOnce = 1000;

}  // namespace

void record_counters(db::SqlSession& session, const std::string& run_id,
                     const std::vector<db::CounterPosition>& positions) {
  for (std::span<const db::CounterPosition> rest(positions); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kCountersAtOnce));
    std::string rows;
    std::vector<db::Parameter> values{run_id};
    for (const db::CounterPosition& position : some) {
      const std::size_t first = values.size() + 1;
      rows += fmt::format("{}($1, ${}, ${}, ${}, ${})", rows.empty() ? "" : ", ", first, first + 1,
                          first + 2, first + 3);
      values.insert(values.end(), {position.name.schema, position.name.table, position.last_value,
                                   position.is_called ? "t" : "f"});
    }
    session.query(
        "INSERT INTO sluice.counter (run_id, schema_name, counter_name, last_value, is_called) "
        "VALUES " +
            rows +
            " ON CONFLICT (run_id, schema_name, counter_name) "
            "DO UPDATE SET last_value = excluded.last_value, is_called = excluded.is_called",
        values);
    rest = rest.subspan(some.size());
  }
}

std::vector<model::QualifiedName> unseen_counters(db::SqlSession& session,
                                                  const std::string& run_id) {
  std::vector<model::QualifiedName> names;
  const auto result = session.query(
      "SELECT schema_name, counter_name FROM sluice.counter WHERE run_id = $1 "
      "AND last_value IS NULL ORDER BY schema_name COLLATE \"C\", counter_name COLLATE \"C\"",
      {run_id});
  for (const auto& row : result.rows) {
    RowReader reader(row);
    model::QualifiedName& name = names.emplace_back();
    name.schema = reader.text();
    name.table = reader.text();
  }
  return names;
}

}  // namespace sluice::ledger
