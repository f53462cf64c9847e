#include "db/pg/catalog_parts.h"

namespace sluice::db::pg {
namespace {

// Without schemas, all but the server's own and the ledger's. Tables are wanted by names of
// schemas, or by their own.
constexpr const char* kTables = R"(
SELECT c.oid, n.nspname, c.relname,
       CASE c.relkind WHEN 'r' THEN CASE WHEN c.relispartition THEN 'partition' ELSE 'table' END
                      WHEN 'p' THEN 'partitioned' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                      ELSE 'foreign' END,
       obj_description(c.oid, 'pg_class'),
       c.relrowsecurity,
       pg_get_userbyid(c.relowner),
       s.spcname,
       c.relpersistence = 'u',
       CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' WHEN 'i' THEN 'index ' || ri.relname
                           ELSE 'default' END,
       EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid)
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident AND c.relreplident = 'i'
  LEFT JOIN pg_class ri ON ri.oid = i.indexrelid
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND CASE WHEN $1::text[] = '{}' THEN n.nspname NOT IN ('pg_catalog', 'information_schema', 'sluice')
                                        AND n.nspname !~ '^pg_(toast|temp)'
            ELSE n.nspname = ANY ($1::text[]) END
   AND ($2::text[] = '{}' OR (n.nspname, c.relname) IN (SELECT * FROM unnest($1::text[], $2::text[])))
 ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
)";

// Rows: what the last vacuum counted, for as many blocks as there are now; before the first one,
// what the statistics collector saw.
constexpr const char* kEstimates = R"(
SELECT c.oid,
       CASE WHEN c.reltuples > 0 AND c.relpages > 0
            THEN (c.reltuples * pg_relation_size(c.oid) / current_setting('block_size')::real / c.relpages)::bigint
            ELSE greatest(pg_stat_get_live_tuples(c.oid), 0) END,
       pg_table_size(c.oid)
  FROM pg_class c WHERE c.oid = ANY ($1::oid[])
)";

constexpr const char* kStorageParameters = R"(
SELECT c.oid, o.option
  FROM pg_class c
  LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
 CROSS JOIN LATERAL (SELECT unnest(c.reloptions) AS option
                     UNION ALL SELECT 'toast.' || unnest(t.reloptions)) o
 WHERE c.oid = ANY ($1::oid[])
 ORDER BY c.oid, o.option COLLATE "C"
)";

// Their definition without both names, which are spelled as the server spells them there. Targets
// came with 13.
constexpr const char* kStatistics = R"(
SELECT s.stxrelid, n.nspname, s.stxname,
       left(substr(d.text, length(format('CREATE STATISTICS %I.%I ', n.nspname, s.stxname)) + 1),
            - length(' FROM ' || s.stxrelid::regclass::text)),
       nullif(to_jsonb(s) ->> 'stxstattarget', '-1'),
       obj_description(s.oid, 'pg_statistic_ext')
  FROM pg_statistic_ext s
  JOIN pg_namespace n ON n.oid = s.stxnamespace
 CROSS JOIN LATERAL pg_get_statisticsobjdef(s.oid) AS d(text)
 WHERE s.stxrelid = ANY ($1::oid[])
 ORDER BY s.stxrelid, n.nspname COLLATE "C", s.stxname COLLATE "C"
)";

void take_table(Row row, TableSet& tables) {
  model::Table& table = tables.add(row.text());
  table.name.schema = row.text();
  table.name.table = row.text();
  table.kind = row.text();
  table.comment = row.text();
  table.row_security = row.flag();
  table.owner = row.text();
  table.tablespace = row.text();
  table.unlogged = row.flag();
  table.replica_identity = row.text();
  table.has_children = row.flag();
}

}  // namespace

void read_tables(Connection& connection, const std::vector<std::string>& schemas,
                 TableSet& tables) {
  for (const auto& row : connection.query(kTables, {array_text(schemas), "{}"}).rows)
    take_table(Row(row), tables);
}

void read_named_tables(Connection& connection, const std::vector<model::QualifiedName>& names,
                       TableSet& tables) {
  if (names.empty()) return;
  std::vector<std::string> schemas;
  std::vector<std::string> own;
  for (const model::QualifiedName& name : names) {
    schemas.push_back(name.schema);
    own.push_back(name.table);
  }
  const Parameter wanted = array_text(schemas);
  for (const auto& row : connection.query(kTables, {wanted, array_text(own)}).rows)
    take_table(Row(row), tables);
}

void read_estimates(Connection& connection, TableSet& tables) {
  for (const auto& fields : connection.query(kEstimates, {tables.oids()}).rows) {
    Row row(fields);
    model::Table& table = tables.at(row.text());
    table.estimated_rows = row.number();
    table.estimated_bytes = row.number();
  }
}

void read_storage_parameters(Connection& connection, TableSet& tables) {
  for (const auto& fields : connection.query(kStorageParameters, {tables.oids()}).rows) {
    Row row(fields);
    tables.at(row.text()).storage_parameters.push_back(row.text());
  }
}

void read_statistics(Connection& connection, TableSet& tables) {
  for (const auto& fields : connection.query(kStatistics, {tables.oids()}).rows) {
    Row row(fields);
    model::Statistics& statistics = tables.at(row.text()).statistics.emplace_back();
    statistics.name.schema = row.text();
    statistics.name.table = row.text();
    statistics.definition = row.text();
    statistics.target = row.optional_int();
    statistics.comment = row.text();
  }
}

std::vector<model::Publication> read_wide_publications(Connection& connection) {
  // Publications of whole schemas came with 15.
  const char* of_schemas = "SELECT NULL::oid, NULL::oid WHERE false";
  if (connection.server().version >= 150000) {
    of_schemas = "SELECT pnpubid, pnnspid FROM pg_publication_namespace";
  }
  const QueryResult result = connection.query(
      "SELECT p.pubname, n.nspname FROM pg_publication p"
      "  LEFT JOIN (" +
          std::string(of_schemas) +
          ") AS s(publication, schema) ON s.publication = p.oid"
          "  LEFT JOIN pg_namespace n ON n.oid = s.schema"
          " WHERE p.puballtables OR n.oid IS NOT NULL ORDER BY 1, 2",
      {});
  std::vector<model::Publication> publications;
  for (const auto& fields : result.rows) {
    Row row(fields);
    const std::string name = row.text();
    if (publications.empty() || publications.back().name != name)
      publications.push_back({name, {}});
    const std::string schema = row.text();
    if (!schema.empty()) publications.back().schemas.push_back(schema);
  }
  return publications;
}

}  // namespace sluice::db::pg
