#include "sluice/db/counters.h"

#include <algorithm>
#include <set>

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

}  // namespace

std::vector<CounterPosition> read_counters(SqlSession& session,
                                           const std::vector<model::QualifiedName>& counters) {
  Connection& connection = connection_of(session);
  const std::set<model::QualifiedName> can_read = readable(connection, counters);
  std::vector<CounterPosition> positions;
  for (const model::QualifiedName& counter : counters) {
    CounterPosition& position = positions.emplace_back();
    position.name = counter;
    if (!can_read.contains(counter)) continue;
    const QueryResult result =
        connection.query("SELECT last_value, is_called FROM " +
                             model::quote_name(model::Engine::postgresql, counter),
                         {});
    Row row(result.rows.at(0));
    position.last_value = row.text();
    position.is_called = row.flag();
  }
  return positions;
}

}  // namespace sluice::db::pg
