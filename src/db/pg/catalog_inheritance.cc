#include "db/pg/catalog_parts.h"

namespace sluice::db::pg {
namespace {

// A row for each parent, and for each table that is cut into partitions.
constexpr const char* kInheritance = R"(
SELECT c.oid, pg_get_expr(c.relpartbound, c.oid), CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
       n.nspname, p.relname
  FROM pg_class c
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
  LEFT JOIN pg_class p ON p.oid = i.inhparent
  LEFT JOIN pg_namespace n ON n.oid = p.relnamespace
 WHERE c.oid = ANY ($1::oid[]) AND (p.oid IS NOT NULL OR c.relkind = 'p')
 ORDER BY c.oid, i.inhseqno
)";

}  // namespace

void read_inheritance(Connection& connection, TableSet& tables) {
  for (const auto& fields : connection.query(kInheritance, {tables.oids()}).rows) {
    Row row(fields);
    model::Table& table = tables.at(row.text());
    table.partition_bound = row.text();
    table.partition_key = row.text();
    model::QualifiedName parent;
    parent.schema = row.text();
    parent.table = row.text();
    if (!parent.table.empty()) table.parents.push_back(std::move(parent));
  }
}

}  // namespace sluice::db::pg
