#include "db/pg/catalog_parts.h"

namespace sluice::db::pg {
namespace {

// Without names, all schemas but the server's own and the ledger's; what lies in no schema always.
// What belongs to an extension, or is made together with something else (a range's constructors, a
// row trigger's copy for a partition), is nobody's to move.
// Everything here can be read by every role: of subscriptions only these two columns.
constexpr const char* kBegin = R"(
WITH place AS (
  SELECT oid, nspname FROM pg_namespace
   WHERE CASE WHEN $1::text[] = '{}' THEN nspname NOT IN ('pg_catalog', 'information_schema', 'sluice')
                                          AND nspname !~ '^pg_(toast|temp)'
              ELSE nspname = ANY ($1::text[]) END
), relation AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c JOIN place n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
), other(class, id, kind, schema, name) AS (
)";

// Of tables.
constexpr const char* kOfRelations = R"(
  SELECT 'pg_class'::regclass, oid, CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                                                 ELSE 'foreign table' END, nspname, relname::text
    FROM relation WHERE relkind IN ('v', 'm', 'f')
  UNION ALL
  SELECT 'pg_trigger'::regclass, t.oid, 'trigger', r.nspname, r.relname || '.' || t.tgname
    FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid
   WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'pg_rewrite'::regclass, w.oid, 'rule', r.nspname, r.relname || '.' || w.rulename
    FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
  UNION ALL
  SELECT 'pg_policy'::regclass, p.oid, 'policy', r.nspname, r.relname || '.' || p.polname
    FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
)";

// Of schemas. A type that is neither made of others nor part of one is a base type.
constexpr const char* kOfSchemas = R"(
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
         n.nspname, p.proname || '(' || oidvectortypes(p.proargtypes) || ')'
    FROM pg_proc p JOIN place n ON n.oid = p.pronamespace
  UNION ALL
  SELECT 'pg_operator'::regclass, o.oid, 'operator', n.nspname,
         o.oprname || '(' || concat_ws(', ', format_type(nullif(o.oprleft, 0), NULL), format_type(nullif(o.oprright, 0), NULL)) || ')'
    FROM pg_operator o JOIN place n ON n.oid = o.oprnamespace
  UNION ALL
  SELECT 'pg_opclass'::regclass, o.oid, 'operator class', n.nspname, o.opcname || ' USING ' || m.amname
    FROM pg_opclass o JOIN place n ON n.oid = o.opcnamespace JOIN pg_am m ON m.oid = o.opcmethod
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, 'base type', n.nspname, t.typname
    FROM pg_type t JOIN place n ON n.oid = t.typnamespace WHERE t.typtype = 'b'
  UNION ALL
  SELECT 'pg_conversion'::regclass, c.oid, 'conversion', n.nspname, c.conname
    FROM pg_conversion c JOIN place n ON n.oid = c.connamespace
  UNION ALL
  SELECT 'pg_ts_parser'::regclass, t.oid, 'text search parser', n.nspname, t.prsname
    FROM pg_ts_parser t JOIN place n ON n.oid = t.prsnamespace
  UNION ALL
  SELECT 'pg_ts_template'::regclass, t.oid, 'text search template', n.nspname, t.tmplname
    FROM pg_ts_template t JOIN place n ON n.oid = t.tmplnamespace
  UNION ALL
  SELECT 'pg_ts_dict'::regclass, t.oid, 'text search dictionary', n.nspname, t.dictname
    FROM pg_ts_dict t JOIN place n ON n.oid = t.dictnamespace
  UNION ALL
  SELECT 'pg_ts_config'::regclass, t.oid, 'text search configuration', n.nspname, t.cfgname
    FROM pg_ts_config t JOIN place n ON n.oid = t.cfgnamespace
)";

// Of the database. Large objects are counted only so far, because there may be millions.
constexpr const char* kOfDatabase = R"(
  UNION ALL
  SELECT 'pg_cast'::regclass, oid, 'cast', NULL, format('%s AS %s', format_type(castsource, NULL), format_type(casttarget, NULL))
    FROM pg_cast
  UNION ALL
  SELECT 'pg_event_trigger'::regclass, oid, 'event trigger', NULL, evtname FROM pg_event_trigger
  UNION ALL
  SELECT 'pg_publication'::regclass, oid, 'publication', NULL, pubname FROM pg_publication
  UNION ALL
  SELECT 'pg_language'::regclass, oid, 'language', NULL, lanname FROM pg_language
  UNION ALL
  SELECT 'pg_foreign_data_wrapper'::regclass, oid, 'foreign-data wrapper', NULL, fdwname FROM pg_foreign_data_wrapper
  UNION ALL
  SELECT 'pg_foreign_server'::regclass, oid, 'foreign server', NULL, srvname FROM pg_foreign_server
), large AS (
  SELECT count(*) AS number FROM (SELECT FROM pg_largeobject_metadata LIMIT 1001) AS first
)
SELECT o.kind, o.schema COLLATE "C" AS schema, o.name COLLATE "C" AS name FROM other o
 WHERE o.id >= 16384
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.id
                      AND d.deptype IN ('e', 'i', 'P'))
UNION ALL
SELECT 'table of extension ' || e.extname, r.nspname COLLATE "C", r.relname COLLATE "C"
  FROM relation r
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e'
                  AND d.refclassid = 'pg_extension'::regclass
  JOIN pg_extension e ON e.oid = d.refobjid
 WHERE r.relkind IN ('r', 'p')
UNION ALL
SELECT 'subscription', NULL, subname FROM pg_subscription
 WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL
SELECT 'large objects', NULL, CASE WHEN number > 1000 THEN 'more than 1000' ELSE number::text END FROM large WHERE number > 0
 ORDER BY kind, schema NULLS FIRST, name
)";

}  // namespace

std::vector<model::OtherObject> read_others(Connection& connection,
                                            const std::vector<std::string>& schemas) {
  const std::string sql = std::string(kBegin) + kOfRelations + kOfSchemas + kOfDatabase;
  std::vector<model::OtherObject> others;
  for (const auto& fields : connection.query(sql, {array_text(schemas)}).rows) {
    Row row(fields);
    model::OtherObject& other = others.emplace_back();
    other.kind = row.text();
    other.name.schema = row.text();
    other.name.table = row.text();
  }
  return others;
}

}  // namespace sluice::db::pg
