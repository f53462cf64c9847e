// What an outgoing table has that the copy has not given to the incoming one: who owns it, who may
// use it, what fires on it. All of it is catalogue work of a moment, so it is done in the swap
// itself, where nothing can come between; what the incoming table has of such things, from an
// earlier cutover, goes first.
#include "cutover/catalog_rows.h"

namespace sluice::cutover {
namespace {

constexpr std::string_view kOwner = R"(
  WITH @w
  SELECT 'owner' AS kind, quote_ident(pg_get_userbyid(o.relowner)) AS name, w.live,
    'moved_along' AS fate, 0 AS rank,
    CASE WHEN n.relowner <> o.relowner THEN format('ALTER TABLE %s OWNER TO %I', w.live,
      pg_get_userbyid(o.relowner)) END AS after
  FROM w JOIN pg_class o ON o.oid = w.id JOIN pg_class n ON n.oid = w.new_id
  WHERE n.relowner <> o.relowner ORDER BY w.place)";

/// Relations whose rights are carried over: tables, and their own sequences by column.
constexpr std::string_view kPairs = R"(
  WITH @w,
  incoming AS (
    SELECT w.place, w.live, s.oid AS seq, d.refobjsubid AS column_no FROM w
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = w.new_id
      AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
    JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'),
  pair AS (
    SELECT place, live, live AS name, 'TABLE' AS word, id, new_id FROM w
    UNION ALL
    SELECT own.place, own.live, own.seq::regclass::text, 'SEQUENCE', own.seq, incoming.seq
    FROM own JOIN incoming USING (place, column_no)),
  rights AS (
    SELECT p.*, o.relowner AS owner, o.relacl AS acl, n.relowner AS new_owner, n.relacl AS new_acl,
      coalesce(o.relacl, acldefault(CASE p.word WHEN 'TABLE' THEN 'r' ELSE 's' END::"char",
        o.relowner)) AS wanted
    FROM pair p JOIN pg_class o ON o.oid = p.id JOIN pg_class n ON n.oid = p.new_id
    WHERE o.relacl IS NOT NULL OR n.relacl IS NOT NULL))";

/// Who the incoming one's rights are of, once it has its owner.
constexpr std::string_view kRevokes = R"(
  SELECT DISTINCT r.place, 1 AS rank, format('REVOKE ALL ON %s %s FROM %s CASCADE', r.word, r.name,
    CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(CASE x.grantee
      WHEN r.new_owner THEN r.owner ELSE x.grantee END)) END) AS after
  FROM rights r, aclexplode(coalesce(r.new_acl, acldefault(CASE r.word WHEN 'TABLE' THEN 'r'
    ELSE 's' END::"char", r.new_owner))) x ORDER BY 1, 3)";

constexpr std::string_view kGrants = R"(
  SELECT CASE WHEN grantee <> owner THEN 'grant' END AS kind, CASE grantee WHEN 0 THEN 'PUBLIC'
      ELSE quote_ident(pg_get_userbyid(grantee)) END AS name, live, 'moved_along' AS fate, 2 AS rank,
    format('%sGRANT %s ON %s %s TO %s%s%s',
      CASE WHEN grantor <> owner THEN format('SET LOCAL ROLE %I; ', pg_get_userbyid(grantor))
        ELSE '' END, given, word, relation,
      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
      CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
      CASE WHEN grantor <> owner THEN '; RESET ROLE' ELSE '' END) AS after
  FROM (SELECT r.place, r.live, r.name AS relation, r.word, r.owner, a.place AS item, x.grantee,
      x.grantor, x.is_grantable, string_agg(x.privilege_type, ', ') AS given
    FROM rights r, unnest(r.wanted) WITH ORDINALITY a(acl_item, place),
      aclexplode(ARRAY[a.acl_item]) x
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) g
  ORDER BY place, relation, grantor <> owner, item)";

constexpr std::string_view kColumnRevokes = R"(
  WITH @w
  SELECT 1 AS rank, format('REVOKE ALL (%I) ON TABLE %s FROM %s CASCADE', a.attname, w.live,
    CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END) AS after
  FROM w JOIN pg_attribute a ON a.attrelid = w.new_id AND NOT a.attisdropped AND a.attnum > 0,
    aclexplode(a.attacl) x
  GROUP BY w.place, w.live, a.attnum, a.attname, x.grantee ORDER BY w.place, a.attnum, 2)";

constexpr std::string_view kColumnGrants = R"(
  WITH @w
  SELECT 'grant' AS kind, format('(%I) to %s', attname, grantee_name) AS name, live,
    'moved_along' AS fate, 3 AS rank,
    format('%sGRANT %s ON TABLE %s TO %s%s%s',
      CASE WHEN grantor <> owner THEN format('SET LOCAL ROLE %I; ', pg_get_userbyid(grantor))
        ELSE '' END, given, live, grantee_name,
      CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
      CASE WHEN grantor <> owner THEN '; RESET ROLE' ELSE '' END) AS after
  FROM (SELECT w.place, w.live, c.relowner AS owner, a.attnum, a.attname, i.place AS item, x.grantor,
      x.is_grantable, CASE x.grantee WHEN 0 THEN 'PUBLIC'
        ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS grantee_name,
      string_agg(format('%s (%I)', x.privilege_type, a.attname), ', ') AS given
    FROM w JOIN pg_class c ON c.oid = w.id JOIN pg_attribute a ON a.attrelid = w.id
      AND NOT a.attisdropped AND a.attnum > 0,
      unnest(a.attacl) WITH ORDINALITY i(acl_item, place), aclexplode(ARRAY[i.acl_item]) x
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) g
  ORDER BY place, grantor <> owner, attnum, item)";

/// Of the table, and of its own sequences; those of columns, indexes and constraints are the
/// copy's.
constexpr std::string_view kCommentsAndLabels = R"(
  SELECT 4 AS rank, format('COMMENT ON %s %s IS %L', word, name, obj_description(id, 'pg_class'))
    AS after FROM pair WHERE word = 'TABLE'
    OR obj_description(id, 'pg_class') IS NOT NULL OR obj_description(new_id, 'pg_class') IS NOT NULL
  UNION ALL
  SELECT 4, format('SECURITY LABEL FOR %I ON %s %s IS %L', l.provider, CASE l.objsubid WHEN 0
    THEN p.word ELSE 'COLUMN' END, p.name || coalesce('.' || quote_ident(a.attname), ''), l.label)
  FROM pair p JOIN pg_seclabel l ON l.classoid = 'pg_class'::regclass AND l.objoid = p.id
  LEFT JOIN pg_attribute a ON l.objsubid > 0 AND a.attrelid = p.id AND a.attnum = l.objsubid
  ORDER BY 2)";

constexpr std::string_view kRowSecurity = R"(
  WITH @w
  SELECT 5 AS rank, format('ALTER TABLE %s %s ROW LEVEL SECURITY, %s ROW LEVEL SECURITY', w.live,
    CASE WHEN o.relrowsecurity THEN 'ENABLE' ELSE 'DISABLE' END,
    CASE WHEN o.relforcerowsecurity THEN 'FORCE' ELSE 'NO FORCE' END) AS after
  FROM w JOIN pg_class o ON o.oid = w.id JOIN pg_class n ON n.oid = w.new_id
  WHERE (o.relrowsecurity, o.relforcerowsecurity) <> (n.relrowsecurity, n.relforcerowsecurity)
  ORDER BY w.place)";

/// TOAST has parameters of its own.
constexpr std::string_view kToast = R"(
  WITH @w
  SELECT 5 AS rank, format('ALTER TABLE %s SET (%s)', w.live, string_agg(format('toast.%s=%L',
    split_part(option, '=', 1), substr(option, strpos(option, '=') + 1)), ', ')) AS after
  FROM w JOIN pg_class o ON o.oid = w.id JOIN pg_class t ON t.oid = o.reltoastrelid,
    unnest(t.reloptions) option GROUP BY w.place, w.live ORDER BY w.place)";

constexpr std::string_view kOldPolicies = R"(
  WITH @w
  SELECT format('DROP POLICY %I ON %s', p.polname, w.new_id::regclass) AS before
  FROM w JOIN pg_policy p ON p.polrelid = w.new_id ORDER BY 1)";

constexpr std::string_view kPolicies = R"(
  WITH @w
  SELECT 'policy' AS kind, quote_ident(p.polname) AS name, w.live, 'moved_along' AS fate,
    300 AS rank, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, w.live,
      CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
        WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ')
       FROM unnest(p.polroles) r),
      ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
      ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') ||
    coalesce(format('; COMMENT ON POLICY %I ON %s IS ', p.polname, w.live) ||
        quote_literal(obj_description(p.oid, 'pg_policy')), '') AS after, 1 AS locks
  FROM w JOIN pg_policy p ON p.polrelid = w.id AND w.id IS DISTINCT FROM w.new_id ORDER BY w.place, p.polname)";

constexpr std::string_view kOldTriggers = R"(
  WITH @w
  SELECT format('DROP TRIGGER %I ON %s', t.tgname, w.new_id::regclass) AS before
  FROM w JOIN pg_trigger t ON t.tgrelid = w.new_id AND NOT t.tgisinternal ORDER BY 1)";

/// Nothing but the swap writes to the incoming table before it bears its name: its triggers are
/// made as they are to be, switched off ones too.
constexpr std::string_view kTriggers = R"(
  WITH @w
  SELECT 'trigger' AS kind, quote_ident(t.tgname) AS name, w.live, 'moved_along' AS fate,
    310 AS rank, pg_get_triggerdef(t.oid) ||
    CASE t.tgenabled WHEN 'D' THEN format('; ALTER TABLE %s DISABLE TRIGGER %I', w.live, t.tgname)
      WHEN 'R' THEN format('; ALTER TABLE %s ENABLE REPLICA TRIGGER %I', w.live, t.tgname)
      WHEN 'A' THEN format('; ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', w.live, t.tgname)
      ELSE '' END ||
    coalesce(format('; COMMENT ON TRIGGER %I ON %s IS ', t.tgname, w.live) ||
        quote_literal(obj_description(t.oid, 'pg_trigger')), '') AS after, 1 AS locks
  FROM w JOIN pg_trigger t ON t.tgrelid = w.id AND NOT t.tgisinternal ORDER BY w.place, t.tgname)";

constexpr std::string_view kOldRules = R"(
  WITH @w
  SELECT format('DROP RULE %I ON %s', r.rulename, w.new_id::regclass) AS before
  FROM w JOIN pg_rewrite r ON r.ev_class = w.new_id ORDER BY 1)";

constexpr std::string_view kRules = R"(
  WITH @w
  SELECT 'rule' AS kind, quote_ident(r.rulename) AS name, w.live, 'moved_along' AS fate, 310 AS rank,
    rtrim(pg_get_ruledef(r.oid), ';') ||
    CASE r.ev_enabled WHEN 'D' THEN format('; ALTER TABLE %s DISABLE RULE %I', w.live, r.rulename)
      WHEN 'R' THEN format('; ALTER TABLE %s ENABLE REPLICA RULE %I', w.live, r.rulename)
      WHEN 'A' THEN format('; ALTER TABLE %s ENABLE ALWAYS RULE %I', w.live, r.rulename)
      ELSE '' END ||
    coalesce(format('; COMMENT ON RULE %I ON %s IS ', r.rulename, w.live) ||
        quote_literal(obj_description(r.oid, 'pg_rewrite')), '') AS after, 1 AS locks
  FROM w JOIN pg_rewrite r ON r.ev_class = w.id ORDER BY w.place, r.rulename)";

/// Numbers go on where applications left off, whichever of the two sequences is further.
constexpr std::string_view kPositions = R"(,
  spans AS (
    SELECT p.place, p.name, p.id, p.new_id, s.seqincrement > 0 AS up
    FROM pair p JOIN pg_sequence s ON s.seqrelid = p.id WHERE p.word = 'SEQUENCE' AND p.id IS DISTINCT FROM p.new_id)
  SELECT 'sequence' AS kind, name, name AS live, 'moved_along' AS fate, 20 AS rank,
    format('SELECT setval(%L, o.v) FROM (SELECT pg_sequence_last_value(%s::oid::regclass) AS v) o, '
      '%s n WHERE o.v %s n.last_value OR o.v = n.last_value AND NOT n.is_called', name, id, name,
      CASE WHEN up THEN '>' ELSE '<' END) AS after
  FROM spans ORDER BY place, name)";

/// A sequence that is only owned, and drawn from by other means than the column's plain default,
/// is one for both tables.
constexpr std::string_view kOwnedOnly = R"(
  SELECT 'sequence' AS kind, own.seq::regclass::text AS name, own.live, 'moved_along' AS fate,
    20 AS rank, format('ALTER SEQUENCE %s OWNED BY %s.%I', own.seq::regclass, own.live, a.attname)
    AS after, 1 AS locks
  FROM own JOIN pg_attribute a ON a.attrelid = own.id AND a.attnum = own.column_no
  WHERE own.deptype = 'a' AND own.id IS DISTINCT FROM own.new_id AND NOT EXISTS (
    SELECT FROM incoming i WHERE i.place = own.place AND i.column_no = own.column_no)
  ORDER BY own.place, 2)";

}  // namespace

void gather_own(db::SqlSession& session, const std::vector<Trade>& trades, Gathered& gathered) {
  const std::string pairs(kPairs);
  for (const std::string_view question : {kOldTriggers, kOldRules, kOldPolicies, kOwner}) {
    gather(session, question, trades, gathered);
  }
  gather(session, pairs + std::string(kRevokes), trades, gathered);
  gather(session, pairs + std::string(kGrants), trades, gathered);
  gather(session, kColumnRevokes, trades, gathered);
  gather(session, kColumnGrants, trades, gathered);
  gather(session, pairs + std::string(kCommentsAndLabels), trades, gathered);
  for (const std::string_view question : {kRowSecurity, kToast, kPolicies, kTriggers, kRules}) {
    gather(session, question, trades, gathered);
  }
}

void gather_sequences(db::SqlSession& session, const std::vector<Trade>& trades,
                      Gathered& gathered) {
  const std::string pairs(kPairs);
  gather(session, pairs + std::string(kPositions), trades, gathered);
  gather(session, pairs + std::string(kOwnedOnly), trades, gathered);
}

}  // namespace sluice::cutover
