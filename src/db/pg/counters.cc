#include "sluice/db/counters.h"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sluice/model/quote.h"

#include "db/pg/pg.h"
#include "db/pg/row.h"
#include "db/pg/session.h"

namespace sluice::db::pg {
namespace {

// Asked for beforehand: what is refused would end the session's transaction, and its snapshot.
constexpr const char* kReadable = R"(
SELECT n.nspname, c.relname
  FROM unnest($1::text[], $2::text[]) AS k(schema, name)
  JOIN pg_namespace n ON n.nspname = k.schema
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = k.name AND c.relkind = 'S'
 WHERE has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
)";

std::set<model::QualifiedName> readable(Connection& connection,
                                        const std::vector<model::QualifiedName>& counters) {
  std::vector<std::string> schemas;
  std::vector<std::string> names;
  for (const model::QualifiedName& counter : counters) {
    schemas.push_back(counter.schema);
    names.push_back(counter.table);
  }
  std::set<model::QualifiedName> found;
  const QueryResult result = connection.query(kReadable, {array_text(schemas), array_text(names)});
  for (const auto& fields : result.rows) {
    Row row(fields);
    model::QualifiedName name;
    name.schema = row.text();
    name.table = row.text();
    found.insert(std::move(name));
  }
  return found;
}

/// One statement for some hundred: each sequence is a table of its own to the server's planner.
constexpr std::size_t kCountersAtOnce = 500;

/// Of all that can be read, their places in the list first.
std::string select_positions(std::span<CounterPosition* const> counters) {
  std::string sql;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    sql += fmt::format("{}SELECT {}, last_value, is_called FROM {}", i == 0 ? "" : " UNION ALL ", i,
                       model::quote_name(model::Engine::postgresql, counters[i]->name));
  }
  return sql;
}

void read_some(Connection& connection, std::span<CounterPosition* const> counters) {
  const QueryResult result = connection.query(select_positions(counters), {});
  for (const auto& fields : result.rows) {
    Row row(fields);
    CounterPosition& position = *counters[static_cast<std::size_t>(row.number())];
    position.last_value = row.text();
    position.is_called = row.flag();
  }
}

}  // namespace

std::vector<CounterPosition> read_counters(SqlSession& session,
                                           const std::vector<model::QualifiedName>& counters) {
  Connection& connection = connection_of(session);
  const std::set<model::QualifiedName> can_read = readable(connection, counters);
  std::vector<CounterPosition> positions;
  positions.reserve(counters.size());
  for (const model::QualifiedName& counter : counters) positions.push_back({counter});
  std::vector<CounterPosition*> seen;
  for (CounterPosition& position : positions) {
    if (can_read.contains(position.name)) seen.push_back(&position);
  }
  for (std::span<CounterPosition* const> rest(seen); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kCountersAtOnce));
    read_some(connection, some);
    rest = rest.subspan(some.size());
  }
  return positions;
}

}  // namespace sluice::db::pg
