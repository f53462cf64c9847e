// What stands against a swap: objects that are bound to a table in a way that cannot be made anew.
#include "cutover/catalog_rows.h"

namespace sluice::cutover {
namespace {

constexpr std::string_view kKinds = R"(
  WITH @w
  SELECT 'table' AS kind, w.live AS name, w.live, 'refused' AS fate, remark FROM w
  JOIN pg_class c ON c.oid = w.id
  CROSS JOIN LATERAL (VALUES
    (c.relkind <> 'r', 'is not an ordinary table any more'),
    (c.reloftype <> 0, 'is a typed table (CREATE TABLE OF): ALTER TABLE ... NOT OF before'),
    (EXISTS (SELECT FROM pg_inherits i WHERE w.id = i.inhrelid),
      'inherits from another table: take the inheritance apart before'),
    (EXISTS (SELECT FROM pg_inherits i WHERE w.id = i.inhparent),
      'other tables inherit from it: take the inheritance apart before'),
    (EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = w.id
      AND d.deptype = 'e'), 'belongs to an extension: ALTER EXTENSION ... DROP TABLE before'),
    (EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = w.id),
      'is filled by a subscription, which would go on with the old table: take it out before')
  ) v(holds, remark) WHERE w.id IS DISTINCT FROM w.new_id AND v.holds ORDER BY 2, 5)";

constexpr std::string_view kRowTypes = R"(
  WITH @w
  SELECT DISTINCT 'row type' AS kind, pg_describe_object(d.classid, d.objid, d.objsubid) AS name,
    w.live, 'refused' AS fate, 'uses the table''s row type, which stays with the old table: drop it '
    'before, and make it again afterwards' AS remark
  FROM w JOIN pg_class c ON c.oid = w.id JOIN pg_type t ON t.oid = c.reltype
  JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray)
    AND d.deptype = 'n'
  WHERE w.id IS DISTINCT FROM w.new_id ORDER BY 2)";

/// Catalogues whose objects the other questions know. Everything else that depends on a table is
/// refused: what sluice does not know must not be left with the old rows without a word.
constexpr std::string_view kUnknown = R"(
  WITH @w
  SELECT DISTINCT 'object' AS kind, pg_describe_object(d.classid, d.objid, d.objsubid) AS name,
    m.live, 'refused' AS fate, 'depends on the table in a way that sluice does not know: drop it '
    'before, and make it again afterwards' AS remark
  FROM m JOIN w USING (place)
  JOIN pg_depend d ON d.refclassid = m.class AND d.refobjid = m.obj AND d.deptype IN ('n', 'x')
  LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
  LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
  WHERE w.id IS DISTINCT FROM w.new_id AND d.classid NOT IN ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass,
      'pg_attrdef'::regclass, 'pg_policy'::regclass)
    AND (t.oid IS NULL OR NOT t.tgisinternal AND t.tgrelid NOT IN (SELECT id FROM w))
    AND (k.oid IS NULL OR k.contype <> 'f' AND k.conrelid NOT IN (SELECT id FROM w))
    AND NOT (d.classid = 'pg_class'::regclass AND d.objid IN (SELECT seq FROM own))
  UNION
  SELECT 'view', pg_describe_object(d.classid, d.objid, 0), m.live, 'refused',
    'a rule of a kind that sluice does not know'
  FROM m JOIN w USING (place) JOIN pg_depend d ON d.refclassid = m.class AND d.refobjid = m.obj
    AND d.classid = 'pg_rewrite'::regclass AND d.deptype = 'n'
  JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class
  WHERE w.id IS DISTINCT FROM w.new_id AND c.relkind NOT IN ('v', 'm', 'r', 'p') ORDER BY 2)";

/// What goes when the table goes is of the table, but for objects of other tables that only name
/// it: constraint triggers with FROM, for one.
constexpr std::string_view kForeignParts = R"(
  WITH @w
  SELECT DISTINCT 'object' AS kind, pg_describe_object(d.classid, d.objid, d.objsubid) AS name,
    m.live, 'refused' AS fate, 'names the table and belongs to another one: drop it before, and '
    'make it again afterwards' AS remark
  FROM m JOIN w USING (place)
  JOIN pg_depend d ON d.refclassid = m.class AND d.refobjid = m.obj AND d.deptype = 'a'
  CROSS JOIN LATERAL (SELECT CASE d.classid
    WHEN 'pg_class'::regclass THEN coalesce((SELECT indrelid FROM pg_index
      WHERE indexrelid = d.objid), (SELECT min(own.id::bigint)::oid FROM own WHERE seq = d.objid))
    WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger t WHERE t.oid = d.objid)
    WHEN 'pg_constraint'::regclass THEN (SELECT conrelid FROM pg_constraint k WHERE k.oid = d.objid)
    WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite r WHERE r.oid = d.objid)
    WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy p WHERE p.oid = d.objid)
    WHEN 'pg_attrdef'::regclass THEN (SELECT adrelid FROM pg_attrdef f WHERE f.oid = d.objid)
    WHEN 'pg_statistic_ext'::regclass THEN (SELECT stxrelid FROM pg_statistic_ext s
      WHERE s.oid = d.objid)
    WHEN 'pg_publication_rel'::regclass THEN (SELECT prrelid FROM pg_publication_rel r
      WHERE r.oid = d.objid) END AS id) owner
  WHERE w.id IS DISTINCT FROM w.new_id
    AND (owner.id IS NULL OR owner.id NOT IN (SELECT id FROM w WHERE id IS NOT NULL)) ORDER BY 2)";

constexpr std::string_view kFacts = R"(
  WITH @w,
  t AS (SELECT place, 'out' AS role, id FROM w UNION ALL SELECT place, 'in', new_id FROM w)
  SELECT fact FROM (
    SELECT place, role, 1 AS part, a.attnum::text AS name, format('%s %s column %s %s %s %s %s %s',
      place, t.id, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated,
      a.attidentity, (SELECT pg_get_expr(f.adbin, f.adrelid) FROM pg_attrdef f
        WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum)) AS fact
    FROM t JOIN pg_attribute a ON a.attrelid = t.id AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT place, role, 2, i.indexrelid::text, format('%s %s index %s %s', place, t.id,
      pg_get_indexdef(i.indexrelid), i.indisvalid) FROM t JOIN pg_index i ON i.indrelid = t.id
    UNION ALL SELECT place, role, 3, k.oid::text, format('%s %s constraint %s %s', place, t.id,
      k.conname, pg_get_constraintdef(k.oid)) FROM t JOIN pg_constraint k ON k.conrelid = t.id
  ) facts ORDER BY place, role, part, name)";

}  // namespace

void gather_refusals(db::SqlSession& session, const std::vector<Trade>& trades,
                     Gathered& gathered) {
  for (const std::string_view question : {kKinds, kRowTypes, kUnknown, kForeignParts}) {
    gather(session, question, trades, gathered);
  }
}

void gather_facts(db::SqlSession& session, const std::vector<Trade>& trades, Gathered& gathered) {
  gather(session, kFacts, trades, gathered);
}

}  // namespace sluice::cutover
