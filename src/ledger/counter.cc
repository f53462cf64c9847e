#include "sluice/ledger/ledger.h"

#include "ledger/row_reader.h"

namespace sluice::ledger {

void record_counters(db::SqlSession& session, const std::string& run_id,
                     const std::vector<db::CounterPosition>& positions) {
  for (const db::CounterPosition& position : positions) {
    session.query(
        "INSERT INTO sluice.counter (run_id, schema_name, counter_name, last_value, is_called) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (run_id, schema_name, counter_name) "
        "DO UPDATE SET last_value = excluded.last_value, is_called = excluded.is_called",
        {run_id, position.name.schema, position.name.table, position.last_value,
         position.is_called ? "t" : "f"});
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
