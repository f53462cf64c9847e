// How tables are cut, and what lies beside them.

#include <algorithm>
#include <tuple>
#include <utility>

#include "sluice/codec/ascii.h"

#include "db/mysql/catalog_rows.h"
#include "db/mysql/dialect.h"

namespace sluice::db::mysql {
namespace {

using Row = std::vector<std::optional<std::string>>;

/// "RANGE (year(`day`))"; a method may have no expression (SYSTEM_TIME).
std::string cut(const std::string& method, const std::string& expression) {
  return expression.empty() ? method : method + " (" + expression + ")";
}

std::string partition_key(model::Engine engine, const Row& row) {
  std::string key = cut(text_at(row, 2), expression_sql(engine, text_at(row, 3)));
  if (row.at(4)) {
    key += " SUBPARTITION BY " + cut(text_at(row, 4), expression_sql(engine, text_at(row, 5)));
  }
  return key;
}

/// Routines (FUNCTION, PROCEDURE and, with MariaDB, PACKAGE) and events.
constexpr const char* kRoutines =
    "SELECT ROUTINE_TYPE, ROUTINE_SCHEMA, ROUTINE_NAME FROM information_schema.ROUTINES "
    "WHERE ROUTINE_TYPE <> 'PACKAGE BODY' AND ROUTINE_SCHEMA IN ";
constexpr const char* kEvents =
    "SELECT 'EVENT', EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA "
    "IN ";

}  // namespace

void read_partition_keys(SqlSession& session, const std::vector<std::string>& schemas,
                         Tables& tables) {
  // The view opens every table; most databases have none that is cut.
  const auto is_cut = [](const model::Table& table) { return !table.partition_key.empty(); };
  if (std::none_of(tables.begin(), tables.end(), is_cut)) return;
  const QueryResult result = session.query(
      "SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME, PARTITION_METHOD, PARTITION_EXPRESSION, "
      "SUBPARTITION_METHOD, SUBPARTITION_EXPRESSION FROM information_schema.PARTITIONS "
      "WHERE PARTITION_METHOD IS NOT NULL AND TABLE_SCHEMA IN " +
          placeholders(schemas.size()),
      parameters(schemas));
  for (const Row& row : result.rows) {
    model::Table* const table = find_table(tables, text_at(row, 0), text_at(row, 1));
    if (table != nullptr) table->partition_key = partition_key(session.engine(), row);
  }
}

std::vector<model::OtherObject> read_others(SqlSession& session,
                                            const std::vector<std::string>& schemas,
                                            const Tables& tables) {
  std::vector<model::OtherObject> others;
  for (const model::Table& table : tables) {
    if (table.kind == "view" || table.kind == "sequence")
      others.push_back({table.kind, table.name});
    for (const model::Trigger& trigger : table.triggers) {
      others.push_back({"trigger", {table.name.schema, table.name.table + "." + trigger.name}});
    }
  }
  for (const char* sql : {kRoutines, kEvents}) {
    const QueryResult result =
        session.query(sql + placeholders(schemas.size()), parameters(schemas));
    for (const Row& row : result.rows) {
      others.push_back({codec::ascii_lower(text_at(row, 0)), {text_at(row, 1), text_at(row, 2)}});
    }
  }
  std::sort(others.begin(), others.end(), [](const auto& a, const auto& b) {
    return std::tie(a.kind, a.name) < std::tie(b.kind, b.name);
  });
  return others;
}

}  // namespace sluice::db::mysql
