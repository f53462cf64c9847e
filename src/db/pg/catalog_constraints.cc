#include "db/pg/catalog_parts.h"

namespace sluice::db::pg {
namespace {

// A row for each part of each index's key.
constexpr const char* kIndexes = R"(
SELECT i.indrelid, ic.relname, i.indisunique, i.indisprimary, i.indpred IS NOT NULL, i.indisvalid AND i.indisready,
       m.amname, pg_get_indexdef(i.indexrelid), pg_get_constraintdef(con.oid), s.spcname,
       i.indisclustered, obj_description(i.indexrelid, 'pg_class'), obj_description(con.oid, 'pg_constraint'),
       a.attname, CASE WHEN a.attname IS NULL THEN pg_get_indexdef(i.indexrelid, k.n, false) END,
       i.indoption[k.n - 1] & 1 = 1, nullif(ia.attstattarget, -1)
  FROM pg_index i
  JOIN pg_class ic ON ic.oid = i.indexrelid
  JOIN pg_am m ON m.oid = ic.relam
  LEFT JOIN pg_tablespace s ON s.oid = ic.reltablespace
  LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid
                             AND con.contype IN ('p', 'u', 'x')
 CROSS JOIN LATERAL generate_series(1, i.indnkeyatts::int) AS k(n)
  JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k.n
  LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n - 1] AND a.attnum <> 0
 WHERE i.indrelid = ANY ($1::oid[])
 ORDER BY i.indrelid, NOT i.indisprimary, ic.relname COLLATE "C", k.n
)";

// Of the first column of the primary key, or else of the first unique index. OFFSET keeps the view
// apart, so that it is asked for one column at a time: joined to thousands of tables, the planner
// takes its rows to be a handful and compares each with each.
constexpr const char* kCorrelations = R"(
SELECT k.indrelid, s.correlation
  FROM (SELECT DISTINCT ON (indrelid) indrelid, indkey[0] AS attnum
          FROM pg_index
         WHERE indrelid = ANY ($1::oid[]) AND indisunique AND indpred IS NULL AND indisvalid
         ORDER BY indrelid, indisprimary DESC, indexrelid) k
  JOIN pg_class c ON c.oid = k.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum AND a.attnum > 0
 CROSS JOIN LATERAL (SELECT p.correlation FROM pg_stats p
                      WHERE p.schemaname = n.nspname AND p.tablename = c.relname AND p.attname = a.attname
                        AND p.inherited = (c.relkind = 'p') OFFSET 0) s
)";

// A row for each pair of columns. A key to a partitioned table has another one for each of its
// partitions, which nobody has written.
constexpr const char* kForeignKeys = R"(
SELECT con.conrelid, con.conname, pg_get_constraintdef(con.oid), con.convalidated, obj_description(con.oid, 'pg_constraint'),
       CASE con.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
                            WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END,
       CASE con.confupdtype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
                            WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END,
       rn.nspname, rc.relname, a.attname, ra.attname,
       format('OPERATOR(%I.%s)', operators.nspname, o.oprname)
  FROM pg_constraint con
  JOIN pg_class rc ON rc.oid = con.confrelid
  JOIN pg_namespace rn ON rn.oid = rc.relnamespace
 CROSS JOIN LATERAL unnest(con.conkey, con.confkey, con.conpfeqop) WITH ORDINALITY AS k(local, remote, equal, n)
  JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.local
  JOIN pg_attribute ra ON ra.attrelid = con.confrelid AND ra.attnum = k.remote
  JOIN pg_operator o ON o.oid = k.equal
  JOIN pg_namespace operators ON operators.oid = o.oprnamespace
 WHERE con.contype = 'f' AND con.conrelid = ANY ($1::oid[])
   AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = con.conparentid AND p.conrelid = con.conrelid)
 ORDER BY con.conrelid, con.conname COLLATE "C", k.n
)";

constexpr const char* kChecks = R"(
SELECT conrelid, conname, pg_get_constraintdef(oid), convalidated, obj_description(oid, 'pg_constraint')
  FROM pg_constraint WHERE contype = 'c' AND conrelid = ANY ($1::oid[])
 ORDER BY conrelid, conname COLLATE "C"
)";

constexpr const char* kTriggers = R"(
SELECT tgrelid AS relation, tgname AS name, pg_get_triggerdef(oid) FROM pg_trigger
 WHERE NOT tgisinternal AND tgrelid = ANY ($1::oid[])
UNION ALL
SELECT ev_class, rulename, pg_get_ruledef(oid) FROM pg_rewrite
 WHERE rulename <> '_RETURN' AND ev_class = ANY ($1::oid[])
 ORDER BY relation, name
)";

void take_index(Row row, TableSet& tables) {
  model::Table& table = tables.at(row.text());
  model::Index index;
  index.name = row.text();
  index.unique = row.flag();
  index.primary = row.flag();
  index.partial = row.flag();
  index.valid = row.flag();
  index.method = row.text();
  index.definition = row.text();
  index.constraint_definition = row.text();
  index.is_constraint = !index.constraint_definition.empty();
  index.tablespace = row.text();
  index.clustered = row.flag();
  index.comment = row.text();
  index.constraint_comment = row.text();
  model::IndexPart part;
  part.column = row.text();
  part.expression = row.text();
  part.descending = row.flag();
  part.statistics_target = row.optional_int();
  const bool more_of_it = !table.indexes.empty() && table.indexes.back().name == index.name;
  if (!more_of_it) table.indexes.push_back(std::move(index));
  table.indexes.back().parts.push_back(std::move(part));
}

void take_foreign_key(Row row, TableSet& tables) {
  model::Table& table = tables.at(row.text());
  model::ForeignKey key;
  key.name = row.text();
  key.definition = row.text();
  key.validated = row.flag();
  key.comment = row.text();
  key.on_delete = row.text();
  key.on_update = row.text();
  key.referenced.schema = row.text();
  key.referenced.table = row.text();
  const bool more_of_it = !table.foreign_keys.empty() && table.foreign_keys.back().name == key.name;
  if (!more_of_it) table.foreign_keys.push_back(std::move(key));
  table.foreign_keys.back().columns.push_back(row.text());
  table.foreign_keys.back().referenced_columns.push_back(row.text());
  table.foreign_keys.back().equal_operators.push_back(row.text());
}

}  // namespace

void read_indexes(Connection& connection, TableSet& tables) {
  for (const auto& fields : connection.query(kIndexes, {tables.oids()}).rows)
    take_index(Row(fields), tables);
}

void read_correlations(Connection& connection, TableSet& tables) {
  for (const auto& fields : connection.query(kCorrelations, {tables.oids()}).rows) {
    Row row(fields);
    model::Table& table = tables.at(row.text());
    table.key_correlation = row.optional_real();
  }
}

void read_foreign_keys(Connection& connection, TableSet& tables) {
  for (const auto& fields : connection.query(kForeignKeys, {tables.oids()}).rows) {
    take_foreign_key(Row(fields), tables);
  }
}

void read_checks(Connection& connection, TableSet& tables) {
  for (const auto& fields : connection.query(kChecks, {tables.oids()}).rows) {
    Row row(fields);
    model::Check& check = tables.at(row.text()).checks.emplace_back();
    check.name = row.text();
    check.definition = row.text();
    check.validated = row.flag();
    check.comment = row.text();
  }
}

void read_triggers(Connection& connection, TableSet& tables) {
  for (const auto& fields : connection.query(kTriggers, {tables.oids()}).rows) {
    Row row(fields);
    model::Trigger& trigger = tables.at(row.text()).triggers.emplace_back();
    trigger.name = row.text();
    trigger.definition = row.text();
  }
}

}  // namespace sluice::db::pg
