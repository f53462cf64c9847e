#include "db/pg/catalog_parts.h"
#include "db/pg/made_types.h"
#include "db/pg/type_modifier.h"

namespace sluice::db::pg {
namespace {

// `below` follows domains down to the type that holds the values; the first length on the way is
// the one that counts. Compression came with 14. Of a column's options, those that people can set:
// a server may keep its own there (15.20: pg_attver, another one for each table), which pg_dump
// leaves out as well.
constexpr const char* kColumns = R"(
WITH RECURSIVE step(domain, type, typmod, depth) AS (
  SELECT oid, typbasetype, typtypmod, 1 FROM pg_type WHERE typtype = 'd'
  UNION ALL
  SELECT s.domain, t.typbasetype, CASE WHEN s.typmod <> -1 THEN s.typmod ELSE t.typtypmod END, s.depth + 1
    FROM step s JOIN pg_type t ON t.oid = s.type WHERE t.typtype = 'd'
), below AS (
  SELECT DISTINCT ON (domain) domain, type, typmod FROM step ORDER BY domain, depth DESC
)
SELECT a.attrelid, a.attname, NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated, a.attidentity,
       col_description(a.attrelid, a.attnum), nullif(a.attstattarget, -1),
       CASE WHEN a.attstorage <> t.typstorage
            THEN CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main'
                                   ELSE 'extended' END END,
       CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
       (SELECT string_agg(option, ', ' ORDER BY option COLLATE "C") FROM unnest(a.attoptions) AS option
         WHERE option ~ '^n_distinct(_inherited)?='),
       format_type(a.atttypid, a.atttypmod),
       CASE WHEN n.nspname <> 'pg_catalog' THEN n.nspname END,
       CASE WHEN a.attcollation <> t.typcollation THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,
       t.typtype = 'd',
       b.typname, CASE WHEN b.typcategory = 'A' THEN 'A' ELSE b.typtype::text END,
       format_type(b.oid, CASE WHEN t.typtype = 'd' THEN below.typmod ELSE a.atttypmod END),
       b.oid
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN below ON below.domain = t.oid
  JOIN pg_type b ON b.oid = coalesce(below.type, t.oid)
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
  LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
 WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum
)";

constexpr const char* kEnumLabels =
    "SELECT enumtypid, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder";

// Owned by a column: those of serial (a) and of identity columns (i).
constexpr const char* kSequences = R"(
SELECT d.refobjid, a.attname, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       format('START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %s',
              s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
              CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)
  FROM pg_depend d
  JOIN pg_sequence s ON s.seqrelid = d.objid
  JOIN pg_class c ON c.oid = d.objid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
 WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
   AND d.refobjid = ANY ($1::oid[])
 ORDER BY d.objid
)";

model::Generated generated(const std::string& attgenerated) {
  if (attgenerated == "s") return model::Generated::stored;
  return attgenerated == "v" ? model::Generated::virtual_column : model::Generated::no;
}

model::Identity identity(const std::string& attidentity) {
  if (attidentity == "a") return model::Identity::always;
  return attidentity == "d" ? model::Identity::by_default : model::Identity::no;
}

model::TypeKind type_kind(const std::string& typtype) {
  if (typtype == "b") return model::TypeKind::plain;
  if (typtype == "e") return model::TypeKind::enumeration;
  if (typtype == "A") return model::TypeKind::array;
  if (typtype == "c") return model::TypeKind::composite;
  if (typtype == "r" || typtype == "m") return model::TypeKind::range;
  return model::TypeKind::other;
}

/// ColumnType::members by the type's OID.
using Members = std::unordered_map<std::string, std::vector<std::string>>;

Members read_enum_labels(Connection& connection) {
  Members labels;
  for (const auto& fields : connection.query(kEnumLabels, {}).rows) {
    Row row(fields);
    const std::string type = row.text();
    labels[type].push_back(row.text());
  }
  return labels;
}

model::ColumnType take_type(Row& row, const Members& members) {
  model::ColumnType type;
  type.sql = row.text();
  type.schema = row.text();
  type.collation = row.text();
  type.domain = row.flag();
  type.base = row.text();
  type.kind = type_kind(row.text());
  take_modifier(row.text(), type);
  const auto found = members.find(row.text());
  if (found != members.end()) type.members = found->second;
  return type;
}

void take_column(Row row, const Members& members, TableSet& tables) {
  model::Column& column = tables.at(row.text()).columns.emplace_back();
  column.name = row.text();
  column.nullable = row.flag();
  column.default_sql = row.next();
  column.generated = generated(row.text());
  column.identity = identity(row.text());
  column.comment = row.text();
  column.statistics_target = row.optional_int();
  column.storage = row.text();
  column.compression = row.text();
  column.options = row.text();
  column.type = take_type(row, members);
  if (column.generated == model::Generated::no) return;
  column.generation_sql = column.default_sql.value_or("");
  column.default_sql.reset();
}

}  // namespace

void read_columns(Connection& connection, TableSet& tables) {
  Members members = read_enum_labels(connection);
  members.merge(read_made_types(connection, tables.oids()));
  for (const auto& fields : connection.query(kColumns, {tables.oids()}).rows) {
    take_column(Row(fields), members, tables);
  }
}

void read_sequences(Connection& connection, TableSet& tables) {
  for (const auto& fields : connection.query(kSequences, {tables.oids()}).rows) {
    Row row(fields);
    model::Table& table = tables.at(row.text());
    const std::string name = row.text();
    for (model::Column& column : table.columns) {
      if (column.name != name) continue;
      column.sequence = row.text();
      column.sequence_options = row.text();
      break;
    }
  }
}

}  // namespace sluice::db::pg
