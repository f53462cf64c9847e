// Foreign keys of other tables that the new rows will not satisfy: found before anybody has to
// wait.
#include <fmt/format.h>

#include "sluice/cutover/swap.h"

#include "cutover/catalog_rows.h"
#include "cutover/work_out.h"

namespace sluice::cutover {
namespace {

/// Of each such key the question to ask: how many of its rows have no parent among the new ones,
/// and one of these. Equal is what the key itself takes for equal.
constexpr std::string_view kQuestions = R"(
  WITH @w,
  k AS (
    SELECT w.live, w.new_id::regclass::text AS side, c.conname, c.conrelid::regclass::text AS child,
      format('%I of %s', c.conname, c.conrelid::regclass) AS name,
      string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ' ORDER BY i.place) AS whole,
      string_agg(format('p.%I OPERATOR(%I.%s) c.%I', b.attname, n.nspname, o.oprname, a.attname),
        ' AND ' ORDER BY i.place) AS same,
      string_agg(format('c.%I::text', a.attname), ', ' ORDER BY i.place) AS shown
    FROM w JOIN pg_constraint c ON c.confrelid = w.id AND c.contype = 'f' AND c.convalidated
      AND c.conrelid NOT IN (SELECT id FROM w)
      AND c.conrelid NOT IN (SELECT new_id FROM w WHERE new_id IS NOT NULL)
    JOIN pg_class r ON r.oid = c.conrelid AND r.relkind = 'r'
    CROSS JOIN LATERAL unnest(c.conkey, c.confkey, c.conpfeqop) WITH ORDINALITY
      i(child_no, parent_no, op, place)
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = i.child_no
    JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = i.parent_no
    JOIN pg_operator o ON o.oid = i.op JOIN pg_namespace n ON n.oid = o.oprnamespace
    WHERE w.new_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5)
  SELECT live, name, format('SELECT count(*), min(jsonb_build_array(%s)::text) FROM ONLY %s c '
    'WHERE %s AND NOT EXISTS (SELECT FROM ONLY %s p WHERE %s)', shown, child, whole, side, same)
  FROM k ORDER BY name)";

}  // namespace

std::vector<model::Finding> orphan_findings(db::SqlSession& session, const Swap& swap) {
  const std::vector<Trade> trades = trades_of(swap.tables);
  if (trades.empty()) return {};
  std::vector<model::Finding> findings;
  for (const auto& key : ask(session, kQuestions, trades).rows) {
    const auto orphans = session.query(key.at(2).value());
    const std::string count = orphans.rows.at(0).at(0).value();
    if (count == "0") continue;
    findings.push_back(
        {model::Severity::error, "cutover-orphans", key.at(0).value(),
         fmt::format("{} rows refer by foreign key {} to rows that the new table does not have, "
                     "{} for one",
                     count, key.at(1).value(), orphans.rows.at(0).at(1).value_or("")),
         "mend those rows, copy their parents too, or drop the key before"});
  }
  return findings;
}

}  // namespace sluice::cutover
