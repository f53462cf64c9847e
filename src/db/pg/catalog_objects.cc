// Statements that make what tables need. Order and needs are catalog_needs.cc's.

#include "db/pg/catalog_objects.h"

#include "db/pg/row.h"

namespace sluice::db::pg {
namespace {

// The parts of one query. Each kind gives: class, oid, kind, schema, name, statement, and further
// statements (or NULL) that follow the comment on the object. Names are spelled with their schema,
// because only pg_catalog is on the path.

// Extensions: in whichever version the other server has; their comment comes with them.
constexpr const char* kSchemasAndExtensions = R"(
WITH place AS (
  SELECT oid, nspname FROM pg_namespace
   WHERE nspname NOT IN ('information_schema', 'sluice') AND nspname !~ '^pg_'
), object(class, id, kind, schema, name, statement, more) AS (
  SELECT 'pg_namespace'::regclass, oid, 'schema', NULL::name, nspname, format('CREATE SCHEMA %I', nspname), NULL
    FROM place WHERE nspname <> 'public'
  UNION ALL
  SELECT 'pg_extension'::regclass, e.oid, 'extension', NULL, e.extname,
         format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', e.extname, n.nspname), NULL
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'
)";

// Locales of ICU stood in collcollate before 15, in colliculocale until 16; rules came with 16, the
// builtin provider with 17.
constexpr const char* kCollations = R"(
  UNION ALL
  SELECT 'pg_collation'::regclass, c.oid, 'collation', n.nspname, c.collname,
         format('CREATE COLLATION %I.%I (PROVIDER = %s, %s%s%s)', n.nspname, c.collname,
                CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
                CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype
                     THEN format('LC_COLLATE = %L, LC_CTYPE = %L', c.collcollate, c.collctype)
                     ELSE format('LOCALE = %L', coalesce(j.c ->> 'colllocale', j.c ->> 'colliculocale', c.collcollate)) END,
                CASE WHEN NOT c.collisdeterministic THEN ', DETERMINISTIC = false' END,
                ', RULES = ' || quote_literal(j.c ->> 'collicurules')),
         NULL
    FROM pg_collation c JOIN place n ON n.oid = c.collnamespace
   CROSS JOIN LATERAL to_jsonb(c) AS j(c)
   WHERE c.collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))
)";

// Those that a column owns belong to its table.
constexpr const char* kSequences = R"(
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, 'sequence', n.nspname, c.relname,
         format('CREATE%s SEQUENCE %I.%I AS %s START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %s',
                CASE WHEN c.relpersistence = 'u' THEN ' UNLOGGED' END, n.nspname, c.relname,
                format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
                CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END),
         NULL
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN place n ON n.oid = c.relnamespace
   WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                               AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
)";

constexpr const char* kEnumerations = R"(
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, 'type', n.nspname, t.typname,
         format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
                (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder)
                   FROM pg_enum l WHERE l.enumtypid = t.oid)),
         NULL
    FROM pg_type t JOIN place n ON n.oid = t.typnamespace WHERE t.typtype = 'e'
)";

constexpr const char* kComposites = R"(
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, 'type', n.nspname, t.typname,
         format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname, f.fields), f.comments
    FROM pg_type t JOIN place n ON n.oid = t.typnamespace
    JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
   CROSS JOIN LATERAL (
      SELECT string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                               CASE WHEN a.attcollation <> b.typcollation
                                    THEN format(' COLLATE %I.%I', cn.nspname, co.collname) END),
                        ', ' ORDER BY a.attnum),
             string_agg(format(E';\nCOMMENT ON COLUMN %I.%I.%I IS %L', n.nspname, t.typname, a.attname, d.description),
                        '' ORDER BY a.attnum) FILTER (WHERE d.description IS NOT NULL)
        FROM pg_attribute a
        JOIN pg_type b ON b.oid = a.atttypid
        LEFT JOIN pg_collation co ON co.oid = a.attcollation
        LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
        LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS f(fields, comments)
)";

// Multiranges came with 14.
constexpr const char* kRanges = R"(
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, 'type', n.nspname, t.typname,
         format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s%s%s%s%s%s)', n.nspname, t.typname, format_type(r.rngsubtype, NULL),
                CASE WHEN NOT o.opcdefault THEN format(', SUBTYPE_OPCLASS = %I.%I', opn.nspname, o.opcname) END,
                CASE WHEN r.rngcollation <> b.typcollation THEN format(', COLLATION = %I.%I', cn.nspname, co.collname) END,
                CASE WHEN r.rngcanonical <> 0 THEN format(', CANONICAL = %s', r.rngcanonical) END,
                CASE WHEN r.rngsubdiff <> 0 THEN format(', SUBTYPE_DIFF = %s', r.rngsubdiff) END,
                CASE WHEN m.oid IS NOT NULL THEN format(', MULTIRANGE_TYPE_NAME = %I.%I', mn.nspname, m.typname) END),
         NULL
    FROM pg_range r
    JOIN pg_type t ON t.oid = r.rngtypid
    JOIN place n ON n.oid = t.typnamespace
    JOIN pg_type b ON b.oid = r.rngsubtype
    JOIN pg_opclass o ON o.oid = r.rngsubopc
    JOIN pg_namespace opn ON opn.oid = o.opcnamespace
    LEFT JOIN pg_collation co ON co.oid = r.rngcollation
    LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
    LEFT JOIN pg_type m ON m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid
    LEFT JOIN pg_namespace mn ON mn.oid = m.typnamespace
)";

// NOT NULL is a constraint with a name from 17 on. CREATE DOMAIN takes no NOT VALID.
constexpr const char* kDomains = R"(
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, 'domain', n.nspname, t.typname,
         format('CREATE DOMAIN %I.%I AS %s%s%s%s%s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod),
                CASE WHEN t.typcollation <> b.typcollation THEN format(' COLLATE %I.%I', cn.nspname, co.collname) END,
                ' DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)),
                CASE WHEN t.typnotnull AND NOT coalesce(k.names_not_null, false) THEN ' NOT NULL' END,
                k.valid),
         coalesce(k.not_valid, '') || coalesce(k.comments, '')
    FROM pg_type t JOIN place n ON n.oid = t.typnamespace
    JOIN pg_type b ON b.oid = t.typbasetype
    LEFT JOIN pg_collation co ON co.oid = t.typcollation
    LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
   CROSS JOIN LATERAL (
      SELECT bool_or(c.contype = 'n'),
             string_agg(format(' CONSTRAINT %I %s', c.conname, w.words), '' ORDER BY c.conname COLLATE "C")
               FILTER (WHERE c.convalidated),
             string_agg(format(E';\nALTER DOMAIN %I.%I ADD CONSTRAINT %I %s', n.nspname, t.typname, c.conname, w.words),
                        '' ORDER BY c.conname COLLATE "C") FILTER (WHERE NOT c.convalidated),
             string_agg(format(E';\nCOMMENT ON CONSTRAINT %I ON DOMAIN %I.%I IS %L', c.conname, n.nspname, t.typname, d.description),
                        '' ORDER BY c.conname COLLATE "C") FILTER (WHERE d.description IS NOT NULL)
        FROM pg_constraint c
       CROSS JOIN LATERAL pg_get_constraintdef(c.oid) AS w(words)
        LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = c.oid AND d.objsubid = 0
       WHERE c.contypid = t.oid) AS k(names_not_null, valid, not_valid, comments)
   WHERE t.typtype = 'd'
)";

constexpr const char* kAll = R"(
)
SELECT o.class::oid, o.id, o.kind, o.schema, o.name,
       concat(o.statement,
              CASE WHEN d.description IS NOT NULL
                   THEN format(E';\nCOMMENT ON %s %s%I IS %L', upper(o.kind), quote_ident(o.schema) || '.', o.name, d.description) END,
              o.more)
  FROM object o
  LEFT JOIN pg_description d ON d.classoid = o.class AND d.objoid = o.id AND d.objsubid = 0 AND o.kind <> 'extension'
 WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.class AND e.objid = o.id AND e.deptype = 'e')
)";

model::SchemaObject::Kind kind_of(const std::string& word) {
  using Kind = model::SchemaObject::Kind;
  for (const Kind kind :
       {Kind::schema, Kind::extension, Kind::collation, Kind::sequence, Kind::domain}) {
    if (word == to_string(kind)) return kind;
  }
  return Kind::type;
}

}  // namespace

ObjectMap read_definitions(Connection& connection) {
  std::string sql = kSchemasAndExtensions;
  for (const char* part :
       {kCollations, kSequences, kEnumerations, kComposites, kRanges, kDomains, kAll}) {
    sql += part;
  }
  ObjectMap objects;
  for (const auto& fields : connection.query(sql, {}).rows) {
    Row row(fields);
    const std::string object_class = row.text();
    model::SchemaObject& object = objects[object_class + "/" + row.text()];
    object.kind = kind_of(row.text());
    object.name.schema = row.text();
    object.name.table = row.text();
    object.definition = row.text();
  }
  return objects;
}

}  // namespace sluice::db::pg
