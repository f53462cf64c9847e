#include "db/pg/stream_scope.h"

#include "sluice/model/quote.h"

#include "db/pg/read_sql.h"
#include "db/pg/row.h"

namespace sluice::db::pg {
namespace {

/// Key order must come from the index as the rows flow: a sort would read all of the range first.
/// For a whole table, on the other hand, an index would only be a detour.
std::string planner_settings(model::RangeKind kind, int version) {
  if (kind == model::RangeKind::whole) return "";
  std::string sql = "SET LOCAL enable_seqscan = off;";
  if (kind == model::RangeKind::ctid) return sql;
  sql += "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off;";
  if (version >= 130000) sql += "SET LOCAL enable_incremental_sort = off;";
  return sql;
}

}  // namespace

HeapFacts read_heap_facts(Connection& connection, const model::QualifiedName& table) {
  const std::string name = model::quote_name(model::Engine::postgresql, table);
  const QueryResult result = connection.query(
      "SELECT relkind IN ('r', 'm'), coalesce(pg_relation_size(nullif(reltoastrelid, 0)), 0) > 0,"
      "       (SELECT sum(pg_relation_size(part)) FROM (SELECT c.oid UNION SELECT relid FROM "
      "pg_partition_tree(c.oid)) AS p(part))"
      "       / current_setting('block_size')::bigint"
      "  FROM pg_class c WHERE c.oid = $1::regclass",
      {name});
  Row row(result.rows.at(0));
  HeapFacts facts;
  facts.is_heap = row.flag();
  facts.has_large_values = row.flag();
  facts.blocks = row.number();
  return facts;
}

StreamScope::StreamScope(Connection& connection, const TableRead& table, model::RangeKind kind)
    : connection_(connection) {
  connection_.run("SAVEPOINT sluice_stream;" + planner_settings(kind, connection.server().version) +
                  "SET LOCAL search_path = pg_catalog" + operator_schemas(table) + ", pg_temp");
}

StreamScope::~StreamScope() {
  try {
    connection_.run("ROLLBACK TO SAVEPOINT sluice_stream; RELEASE SAVEPOINT sluice_stream");
  } catch (const std::exception&) {  // The connection is gone, or the next statement will say what
                                     // is wrong.
  }
}

}  // namespace sluice::db::pg
