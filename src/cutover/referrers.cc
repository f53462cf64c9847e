// What others have that is bound to a table by its oid. Each question gives the statements that
// bind it to the table that gets the name: they are read while the names are those of before, and
// run when they are changed, so the text needs no rewriting.
#include "cutover/catalog_rows.h"

namespace sluice::cutover {
namespace {

/// Views keep their oid (CREATE OR REPLACE), and with it grants, comments, triggers and whatever
/// is built on them. Materialized views cannot be replaced: the old one is put aside, the new one
/// gets everything that it had, and the old one is dropped when no view holds on to it any more.
/// g: all that is built on the tables, directly or not; `bound`: has to be bound anew; `level`:
/// after everything below it.
constexpr std::string_view kViewTree = R"(
  WITH RECURSIVE @w,
  g AS (
    SELECT m.live, c.oid AS id, c.relkind, true AS bound, 1 AS level
    FROM m JOIN pg_depend d ON d.refclassid = m.class AND d.refobjid = m.obj
      AND d.classid = 'pg_rewrite'::regclass AND d.deptype = 'n'
    JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN'
    JOIN pg_class c ON c.oid = r.ev_class AND c.relkind IN ('v', 'm')
    UNION
    SELECT g.live, c.oid, c.relkind, g.relkind = 'm' AND g.bound, g.level + 1
    FROM g JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = g.id
      AND d.classid = 'pg_rewrite'::regclass AND d.deptype = 'n'
    JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN' AND r.ev_class <> g.id
    JOIN pg_class c ON c.oid = r.ev_class AND c.relkind IN ('v', 'm')),
  built AS (
    SELECT g.id, min(g.live) AS live, bool_or(g.bound) AS bound, max(g.level) AS level
    FROM g GROUP BY g.id))";

constexpr std::string_view kViews = R"(
  SELECT 'view' AS kind, c.oid::regclass::text AS name, b.live,
    CASE WHEN c.relpersistence = 't' THEN 'refused' WHEN b.bound THEN 'recreated' ELSE 'stays' END
      AS fate,
    CASE WHEN c.relpersistence = 't' THEN 'a temporary view of a session: end that session'
      WHEN NOT b.bound THEN 'is built on other views, which are bound anew' END AS remark,
    CASE WHEN b.bound THEN format('ALTER VIEW %s OWNER TO %I', c.oid::regclass,
      pg_get_userbyid(c.relowner)) END AS view_lock,
    CASE WHEN b.bound THEN 100 + b.level END AS rank,
    CASE WHEN b.bound THEN format('CREATE OR REPLACE VIEW %s%s AS %s', c.oid::regclass,
      (SELECT ' WITH (' || string_agg(format('%s=%L', split_part(o, '=', 1),
        substr(o, strpos(o, '=') + 1)), ', ') || ')' FROM unnest(c.reloptions) o),
      rtrim(pg_get_viewdef(c.oid), '; ')) END AS after,
    CASE WHEN b.bound THEN 3 END AS locks
  FROM built b JOIN pg_class c ON c.oid = b.id AND c.relkind = 'v' ORDER BY 2)";

/// Under a name of its oid while the new one is made; dropped in the same transaction.
constexpr std::string_view kMaterialized = R"(,
  mv AS (
    SELECT b.live, b.level, c.*, 'sluice_old_' || c.oid AS aside_name,
      quote_ident(n.nspname) || '.sluice_old_' || c.oid AS aside, c.oid::regclass::text AS name
    FROM built b JOIN pg_class c ON c.oid = b.id AND c.relkind = 'm'
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE b.bound),
  acl AS (
    SELECT mv.oid, a.place, x.grantee, x.grantor, x.is_grantable,
      string_agg(x.privilege_type, ', ') AS rights
    FROM mv, unnest(mv.relacl) WITH ORDINALITY a(item, place), aclexplode(ARRAY[a.item]) x
    GROUP BY 1, 2, 3, 4, 5))";

constexpr std::string_view kMaterializedMade = R"(
  SELECT 'materialized view' AS kind, name, live, 'recreated' AS fate,
    CASE WHEN relispopulated THEN format('is filled under the locks (%s)',
      pg_size_pretty(pg_total_relation_size(oid))) END AS remark,
    format('ALTER MATERIALIZED VIEW %s OWNER TO %I', name, pg_get_userbyid(relowner)) AS view_lock,
    format('ALTER MATERIALIZED VIEW %s RENAME TO %I', name, aside_name) AS before,
    100 + level AS rank,
    format('CREATE MATERIALIZED VIEW %s USING %I%s%s AS %s WITH %sDATA', name,
      (SELECT amname FROM pg_am WHERE pg_am.oid = relam),
      (SELECT ' WITH (' || string_agg(format('%s=%L', split_part(o, '=', 1),
        substr(o, strpos(o, '=') + 1)), ', ') || ')' FROM unnest(reloptions) o),
      (SELECT format(' TABLESPACE %I', spcname) FROM pg_tablespace t WHERE t.oid = reltablespace),
      rtrim(pg_get_viewdef(oid), '; '), CASE WHEN relispopulated THEN '' ELSE 'NO ' END) AS after,
    6 + (SELECT count(*) * 2 FROM pg_index i WHERE i.indrelid = mv.oid) AS locks
  FROM mv ORDER BY level, name)";

constexpr std::string_view kMaterializedParts = R"(
  SELECT * FROM (
    SELECT 100 + level AS rank, 1 AS part, name, 0::bigint AS place, format(
      'DO $sluice$ DECLARE command text; BEGIN FOR command IN SELECT DISTINCT pg_catalog.format('
      '''REVOKE ALL ON %%s FROM %%s'', oid::pg_catalog.regclass, CASE grantee WHEN 0 THEN ''PUBLIC'' '
      'ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END) '
      'FROM pg_catalog.pg_class, pg_catalog.aclexplode(relacl) WHERE oid = %L::pg_catalog.regclass '
      'LOOP EXECUTE command; END LOOP; END $sluice$', name) AS after FROM mv
    UNION ALL SELECT 100 + level, 2, name, 0, format('ALTER MATERIALIZED VIEW %s OWNER TO %I', name,
      pg_get_userbyid(relowner)) FROM mv
    UNION ALL SELECT 100 + level, 3, name, acl.place, format('GRANT %s ON %s TO %s%s', rights, name,
      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
      CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM mv JOIN acl ON acl.oid = mv.oid
    UNION ALL SELECT 100 + level, 3, name, 0, format('GRANT ALL ON %s TO %I', name,
      pg_get_userbyid(relowner)) FROM mv WHERE relacl IS NULL
    UNION ALL SELECT 100 + level, 4, name, a.attnum, format('COMMENT ON COLUMN %s.%I IS %L', name,
      a.attname, col_description(mv.oid, a.attnum)) FROM mv JOIN pg_attribute a
      ON a.attrelid = mv.oid AND col_description(mv.oid, a.attnum) IS NOT NULL
    UNION ALL SELECT 100 + level, 4, name, 0, format('COMMENT ON MATERIALIZED VIEW %s IS %L', name,
      obj_description(mv.oid, 'pg_class')) FROM mv
      WHERE obj_description(mv.oid, 'pg_class') IS NOT NULL
    UNION ALL SELECT 100 + level, 5, name, i.indexrelid::bigint, pg_get_indexdef(i.indexrelid)
      FROM mv JOIN pg_index i ON i.indrelid = mv.oid
    UNION ALL SELECT 100 + level, 6, name, i.indexrelid::bigint, format('COMMENT ON INDEX %s IS %L',
      i.indexrelid::regclass, obj_description(i.indexrelid, 'pg_class'))
      FROM mv JOIN pg_index i ON i.indrelid = mv.oid
      WHERE obj_description(i.indexrelid, 'pg_class') IS NOT NULL
    UNION ALL SELECT 100 + level, 7, name, 0, format('ALTER MATERIALIZED VIEW %s CLUSTER ON %I',
      name, k.relname) FROM mv JOIN pg_index i ON i.indrelid = mv.oid AND i.indisclustered
      JOIN pg_class k ON k.oid = i.indexrelid
    UNION ALL SELECT 900 - level, 8, name, 0, format('DROP MATERIALIZED VIEW %s', aside) FROM mv
  ) parts ORDER BY rank, part, name, place)";

constexpr std::string_view kMaterializedIndexes = R"(
  SELECT format('ALTER INDEX %s RENAME TO %I', i.indexrelid::regclass,
    'sluice_old_' || k.oid) AS before
  FROM mv JOIN pg_index i ON i.indrelid = mv.oid JOIN pg_class k ON k.oid = i.indexrelid
  ORDER BY 1)";

constexpr std::string_view kIndirect = R"(
  SELECT 'materialized view' AS kind, c.oid::regclass::text AS name, b.live, 'stays' AS fate,
    'shows what its last REFRESH found; the next one reads the new rows' AS remark
  FROM built b JOIN pg_class c ON c.oid = b.id AND c.relkind = 'm' WHERE NOT b.bound ORDER BY 2)";

/// Rules of other relations that name the table.
constexpr std::string_view kRules = R"(
  WITH @w
  SELECT DISTINCT 'rule' AS kind, format('%I on %s', r.rulename, r.ev_class::regclass) AS name,
    min(m.live) AS live, 'recreated' AS fate, 200 AS rank,
    'CREATE OR REPLACE ' || rtrim(substr(pg_get_ruledef(r.oid), 8), ';') AS after,
    CASE c.relkind WHEN 'v' THEN format('ALTER VIEW %s OWNER TO %I', c.oid::regclass,
      pg_get_userbyid(c.relowner)) END AS view_lock,
    CASE c.relkind WHEN 'v' THEN NULL ELSE c.oid::regclass::text END AS table_lock, 3 AS locks
  FROM m JOIN pg_depend d ON d.refclassid = m.class AND d.refobjid = m.obj
    AND d.classid = 'pg_rewrite'::regclass AND d.deptype = 'n'
  JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename <> '_RETURN'
    AND r.ev_class NOT IN (SELECT id FROM w)
    AND r.ev_class NOT IN (SELECT new_id FROM w WHERE new_id IS NOT NULL)
  JOIN pg_class c ON c.oid = r.ev_class
  GROUP BY r.oid, r.rulename, r.ev_class, c.oid, c.relkind, c.relowner ORDER BY 2)";

/// SQL-standard bodies (BEGIN ATOMIC) and defaults of arguments. CREATE OR REPLACE keeps the oid.
constexpr std::string_view kFunctions = R"(
  WITH @w
  SELECT 'function' AS kind, p.oid::regprocedure::text AS name, min(m.live) AS live,
    CASE WHEN p.prokind IN ('f', 'p') THEN 'recreated' ELSE 'refused' END AS fate,
    CASE WHEN p.prokind NOT IN ('f', 'p') THEN 'drop it before, and make it again afterwards' END
      AS remark,
    CASE WHEN EXISTS (SELECT FROM pg_depend x JOIN pg_class v ON v.oid = x.refobjid
      AND v.relkind = 'm' WHERE x.classid = 'pg_proc'::regclass AND x.objid = p.oid
      AND x.refclassid = 'pg_class'::regclass) THEN 300 ELSE 50 END AS rank,
    CASE WHEN p.prokind IN ('f', 'p') THEN rtrim(pg_get_functiondef(p.oid), E'; \n') END AS after,
    1 AS locks
  FROM m JOIN pg_depend d ON d.refclassid = m.class AND d.refobjid = m.obj
    AND d.classid = 'pg_proc'::regclass AND d.deptype = 'n'
  JOIN pg_proc p ON p.oid = d.objid GROUP BY p.oid, p.prokind ORDER BY 2)";

/// Of tables that keep their places: NOT VALID in the swap, which takes a moment, and validated
/// after it, outside the locks.
constexpr std::string_view kKeysIn = R"(
  WITH @w
  SELECT 'foreign key' AS kind, format('%I of %s', k.conname, k.conrelid::regclass) AS name, w.live,
    CASE WHEN bad IS NULL THEN 'recreated' ELSE 'refused' END AS fate,
    coalesce(bad, 'is validated after the swap, outside the locks') AS remark,
    k.conrelid::regclass::text AS table_lock,
    format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname) AS before,
    400 AS rank,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', k.conrelid::regclass, k.conname,
      regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '')) ||
      coalesce(format('; COMMENT ON CONSTRAINT %I ON %s IS ', k.conname, k.conrelid::regclass) ||
        quote_literal(obj_description(k.oid, 'pg_constraint')), '') AS after,
    CASE WHEN k.convalidated THEN format('ALTER TABLE %s VALIDATE CONSTRAINT %I',
      k.conrelid::regclass, k.conname) END AS later, 6 AS locks
  FROM w JOIN pg_constraint k ON k.confrelid = w.id AND k.contype = 'f'
    AND k.conrelid NOT IN (SELECT id FROM w) AND k.conrelid NOT IN (SELECT new_id FROM w
    WHERE new_id IS NOT NULL)
  JOIN pg_class c ON c.oid = k.conrelid
  CROSS JOIN LATERAL (SELECT CASE
    WHEN c.relkind <> 'r' OR k.conparentid <> 0 THEN
      'is of a partitioned table, which takes no foreign key that is not validated: drop it '
      'before, and make it again afterwards'
    WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O') THEN
      'its triggers are switched off: switch them on, or drop it'
    END AS bad) b
  ORDER BY 2)";

/// Of the table itself to tables that keep their places: the old table, put aside, would go on
/// holding their rows.
constexpr std::string_view kKeysOut = R"(
  WITH @w
  SELECT 'foreign key' AS kind, format('%I to %s', k.conname, k.confrelid::regclass) AS name, w.live,
    'moved_along' AS fate, 'the old table gives it up: it would hold rows of ' ||
      k.confrelid::regclass::text AS remark, k.confrelid::regclass::text AS table_lock,
    format('ALTER TABLE %s DROP CONSTRAINT %I', w.live, k.conname) AS before,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', w.live, k.conname,
      regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '')) ||
      coalesce(format('; COMMENT ON CONSTRAINT %I ON %s IS ', k.conname, w.live) ||
        quote_literal(obj_description(k.oid, 'pg_constraint')), '') AS restore,
    CASE WHEN k.convalidated THEN format('ALTER TABLE %s VALIDATE CONSTRAINT %I', w.live,
      k.conname) END AS restore_later, 6 AS locks
  FROM w JOIN pg_constraint k ON k.conrelid = w.id AND k.contype = 'f' AND w.id IS DISTINCT FROM w.new_id
    AND k.confrelid NOT IN (SELECT id FROM w) AND k.conparentid = 0
  ORDER BY 2)";

constexpr std::string_view kPublications = R"(
  WITH @w
  SELECT 'publication' AS kind, quote_ident(p.pubname) AS name, w.live, 'recreated' AS fate,
    'its subscribers do not get the new rows by it: have them copy the table anew' AS remark,
    format('ALTER PUBLICATION %I DROP TABLE ONLY %s', p.pubname, w.live) AS before, 500 AS rank,
    format('ALTER PUBLICATION %I ADD TABLE ONLY %s%s%s', p.pubname, w.live,
      (SELECT format(' (%s)', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum))
       FROM pg_attribute a WHERE a.attrelid = w.id AND a.attnum = ANY (r.prattrs)),
      ' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')') AS after, 2 AS locks
  FROM w JOIN pg_publication_rel r ON r.prrelid = w.id JOIN pg_publication p ON p.oid = r.prpubid
  ORDER BY 2)";

/// Defaults that take their numbers from the table's own sequence, or name the table.
constexpr std::string_view kDefaults = R"(
  WITH @w
  SELECT DISTINCT 'default' AS kind, format('%s.%I', coalesce(i.live, a.attrelid::regclass::text),
      a.attname) AS name, m.live,
    CASE WHEN a.attgenerated = '' THEN 'recreated' ELSE 'refused' END AS fate,
    CASE WHEN a.attgenerated <> '' THEN 'a generated column cannot be bound anew' END AS remark,
    CASE WHEN i.live IS NULL AND c.relkind <> 'v' THEN a.attrelid::regclass::text END AS table_lock,
    30 AS rank, format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s',
      coalesce(i.live, a.attrelid::regclass::text), a.attname, pg_get_expr(f.adbin, f.adrelid))
      AS after, 1 AS locks
  FROM m JOIN pg_depend d ON d.refclassid = m.class AND d.refobjid = m.obj
    AND d.classid = 'pg_attrdef'::regclass AND d.deptype = 'n'
  JOIN pg_attrdef f ON f.oid = d.objid AND f.adrelid NOT IN (SELECT id FROM w)
  JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
  JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN w i ON i.new_id = f.adrelid
  WHERE NOT EXISTS (SELECT FROM own WHERE own.seq = m.obj AND own.deptype = 'a'
    AND own.new_id = f.adrelid AND own.column_no = f.adnum)
  ORDER BY 2)";

/// Policies of other tables that look into the table. ALTER keeps all else of them.
constexpr std::string_view kPolicies = R"(
  WITH @w
  SELECT DISTINCT 'policy' AS kind, format('%I on %s', p.polname, p.polrelid::regclass) AS name,
    min(m.live) AS live, 'recreated' AS fate, p.polrelid::regclass::text AS table_lock, 300 AS rank,
    format('ALTER POLICY %I ON %s%s%s', p.polname, p.polrelid::regclass,
      ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
      ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') AS after, 1 AS locks
  FROM m JOIN pg_depend d ON d.refclassid = m.class AND d.refobjid = m.obj
    AND d.classid = 'pg_policy'::regclass AND d.deptype = 'n'
  JOIN pg_policy p ON p.oid = d.objid AND p.polrelid NOT IN (SELECT id FROM w)
    AND p.polrelid NOT IN (SELECT new_id FROM w WHERE new_id IS NOT NULL)
  GROUP BY p.oid, p.polname, p.polrelid, p.polqual, p.polwithcheck ORDER BY 2)";

constexpr std::string_view kEventTriggers = R"(
  WITH @w
  SELECT 'event trigger' AS kind, quote_ident(evtname) AS name, (SELECT min(live) FROM w) AS live,
    'stays' AS fate, 'fires for statements of the swap' AS remark
  FROM pg_event_trigger WHERE evtenabled IN ('O', 'A') ORDER BY 2)";

}  // namespace

void gather_referrers(db::SqlSession& session, const std::vector<Trade>& trades,
                      Gathered& gathered) {
  const std::string tree(kViewTree);
  const std::string materialized = tree + std::string(kMaterialized);
  // The rank decides between questions, and the order of the questions within one rank: a
  // materialized view is there before its parts.
  gather(session, tree + std::string(kViews), trades, gathered);
  gather(session, materialized + std::string(kMaterializedMade), trades, gathered);
  gather(session, materialized + std::string(kMaterializedIndexes), trades, gathered);
  gather(session, materialized + std::string(kMaterializedParts), trades, gathered);
  gather(session, tree + std::string(kIndirect), trades, gathered);
  for (const std::string_view question :
       {kRules, kFunctions, kKeysIn, kPublications, kDefaults, kPolicies, kEventTriggers}) {
    gather(session, question, trades, gathered);
  }
}

void gather_keys_out(db::SqlSession& session, const std::vector<Trade>& trades,
                     Gathered& gathered) {
  gather(session, kKeysOut, trades, gathered);
}

}  // namespace sluice::cutover
