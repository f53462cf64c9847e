#include "cutover/catalog_rows.h"

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sluice/model/pg_quoted.h"

namespace sluice::cutover {
namespace {

using model::pg::literal;
using model::pg::quoted;

/// w: the tables. m: what of an outgoing one others may be bound to by oid, its constraints and its
/// own sequences among it.
constexpr std::string_view kTables = R"(
  w AS MATERIALIZED (
    SELECT v.place, v.live, to_regclass(v.live)::oid AS id, to_regclass(v.incoming)::oid AS new_id
    FROM (VALUES {}) AS v(place, live, incoming)),
  own AS MATERIALIZED (
    SELECT w.place, w.live, w.id, w.new_id, s.oid AS seq, d.refobjsubid AS column_no, d.deptype
    FROM w JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = w.id
      AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
    JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'),
  m AS MATERIALIZED (
    SELECT place, live, 'pg_class'::regclass::oid AS class, id AS obj FROM w
    UNION ALL SELECT place, live, 'pg_constraint'::regclass, c.oid
      FROM w JOIN pg_constraint c ON c.conrelid = w.id
    UNION ALL SELECT place, live, 'pg_class'::regclass, seq FROM own))";

std::string rows_of(const std::vector<Trade>& trades) {
  std::string rows;
  for (std::size_t i = 0; i < trades.size(); ++i) {
    rows += fmt::format("{}({}, {}, {})", i == 0 ? "" : ", ", i, literal(quoted(trades[i].live)),
                        literal(quoted(trades[i].incoming)));
  }
  return rows;
}

/// One row by the names of its columns.
class Row {
 public:
  Row(const db::QueryResult& result, std::size_t row) : result_(result), row_(row) {}
  [[nodiscard]] const std::string* find(std::string_view column) const {
    for (std::size_t i = 0; i < result_.columns.size(); ++i) {
      const std::optional<std::string>& value = result_.rows[row_][i];
      if (result_.columns[i] == column) return value ? &*value : nullptr;
    }
    return nullptr;
  }
  [[nodiscard]] std::string text(std::string_view column) const {
    const std::string* const value = find(column);
    return value == nullptr ? "" : *value;
  }
  void add_to(std::vector<std::string>& list, std::string_view column) const {
    if (const std::string* const value = find(column)) list.push_back(*value);
  }

 private:
  const db::QueryResult& result_;
  std::size_t row_;
};

Fate fate_of(const std::string& word) {
  if (word == "recreated") return Fate::recreated;
  if (word == "refused") return Fate::refused;
  return word == "stays" ? Fate::stays : Fate::moved_along;
}

void add_row(const Row& row, Gathered& gathered) {
  if (row.find("kind") != nullptr) {
    gathered.objects.push_back({row.text("kind"), row.text("name"), row.text("live"),
                                fate_of(row.text("fate")), row.text("remark")});
  }
  row.add_to(gathered.view_locks, "view_lock");
  row.add_to(gathered.table_locks, "table_lock");
  row.add_to(gathered.before, "before");
  if (const std::string* const after = row.find("after")) {
    const std::string rank = row.text("rank");
    gathered.after.push_back({rank.empty() ? 0 : std::stoi(rank), *after});
  }
  row.add_to(gathered.later, "later");
  row.add_to(gathered.restore, "restore");
  row.add_to(gathered.restore_later, "restore_later");
  if (const std::string* const locks = row.find("locks")) gathered.lock_count += std::stoul(*locks);
  row.add_to(gathered.facts, "fact");
}

}  // namespace

db::QueryResult ask(db::SqlSession& session, std::string_view question,
                    const std::vector<Trade>& trades) {
  constexpr std::string_view kPlace = "@w";
  std::string sql(question);
  sql.replace(sql.find(kPlace), kPlace.size(), fmt::format(fmt::runtime(kTables), rows_of(trades)));
  return session.query(sql);
}

void gather(db::SqlSession& session, std::string_view question, const std::vector<Trade>& trades,
            Gathered& gathered) {
  if (trades.empty()) return;
  const db::QueryResult result = ask(session, question, trades);
  for (std::size_t i = 0; i < result.rows.size(); ++i) add_row(Row(result, i), gathered);
}

}  // namespace sluice::cutover
