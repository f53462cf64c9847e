#include "copy/side_holders.h"

#include <fmt/format.h>

#include "copy/place_rows.h"

namespace sluice::copy {
namespace {

/// A table is held by what depends on it, on its row type, on arrays of that or on its own
/// sequences, by its partitions, and by the table that it is a partition of. What belongs to a
/// rule, a constraint, a default, a trigger or a policy belongs to the relation that has it.
constexpr const char* kHolders = R"(
  WITH named AS (
    SELECT v.place, k.oid AS own, k.reltype FROM (VALUES {}) AS v(place, name)
    JOIN pg_class k ON k.oid = to_regclass(v.name)),
  held AS (
    SELECT place, own, 'pg_class'::regclass AS classid, own AS id FROM named
    UNION ALL
    SELECT place, own, 'pg_type'::regclass, t.oid FROM named
    JOIN pg_type y ON y.oid = named.reltype JOIN pg_type t ON t.oid IN (y.oid, y.typarray)
    UNION ALL
    SELECT place, own, 'pg_class'::regclass, s.oid FROM named
    JOIN pg_depend o ON o.refclassid = 'pg_class'::regclass AND o.refobjid = own
      AND o.classid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
    JOIN pg_class s ON s.oid = o.objid AND s.relkind = 'S')
  SELECT DISTINCT h.place, n.nspname, t.relname,
    CASE WHEN t.oid IS NULL THEN pg_describe_object(d.classid, d.objid, 0) END
  FROM held h
  JOIN pg_depend d ON d.refclassid = h.classid AND d.refobjid = h.id AND d.deptype = 'n'
  LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  LEFT JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid
  LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
  LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
  LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
  LEFT JOIN pg_class t ON t.oid = coalesce(r.ev_class, nullif(c.conrelid, 0), a.adrelid, g.tgrelid,
    p.polrelid, CASE WHEN d.classid = 'pg_class'::regclass THEN d.objid END)
  LEFT JOIN pg_namespace n ON n.oid = t.relnamespace
  WHERE t.oid IS DISTINCT FROM h.own
  UNION
  SELECT place, n.nspname, t.relname, NULL FROM named
  JOIN pg_inherits i ON own IN (i.inhrelid, i.inhparent)
  JOIN pg_class p ON p.oid = i.inhrelid AND p.relispartition
  JOIN pg_class t ON t.oid IN (i.inhrelid, i.inhparent) AND t.oid <> own
  JOIN pg_namespace n ON n.oid = t.relnamespace
  ORDER BY 1, 2, 3, 4)";

}  // namespace

std::vector<Holder> holders_of(db::SqlSession& session,
                               const std::vector<model::QualifiedName>& tables) {
  std::vector<Holder> holders;
  if (tables.empty()) return holders;
  const auto result = session.query(fmt::format(kHolders, rows_of(tables)));
  for (const auto& row : result.rows) {
    Holder holder;
    holder.held = place(row.at(0));
    if (row.at(2)) holder.name = {row.at(1).value_or(""), *row.at(2)};
    holder.text = row.at(2) ? holder.name.text() : row.at(3).value_or("");
    holders.push_back(std::move(holder));
  }
  return holders;
}

}  // namespace sluice::copy
