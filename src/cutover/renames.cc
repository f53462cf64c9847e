#include "cutover/renames.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sluice/model/pg_quoted.h"
#include "sluice/schema/names.h"

#include "cutover/catalog_rows.h"

namespace sluice::cutover {
namespace {

using model::pg::literal;
using model::pg::quoted;

/// What bears a name in the schema beside the table itself, of both tables: indexes by their own
/// names, sequences by the column that owns them, statistics.
constexpr std::string_view kParts = R"(
  WITH @w,
  t AS (SELECT place, 'out' AS role, id FROM w UNION ALL SELECT place, 'in', new_id FROM w)
  SELECT t.place, t.role, 'INDEX' AS kind, n.nspname, c.relname, '' AS part
  FROM t JOIN pg_index i ON i.indrelid = t.id JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION ALL
  SELECT t.place, t.role, 'SEQUENCE', n.nspname, c.relname, d.refobjsubid::text
  FROM t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.id
    AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
  JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
  JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION ALL
  SELECT t.place, t.role, 'STATISTICS', n.nspname, s.stxname, md.definition
  FROM t JOIN pg_statistic_ext s ON s.stxrelid = t.id JOIN pg_namespace n ON n.oid = s.stxnamespace
  CROSS JOIN LATERAL (SELECT format('%s %s %s', s.stxkind, s.stxkeys,
    pg_get_expr(s.stxexprs, s.stxrelid)) AS definition) md
  ORDER BY 1, 2, 3, 6, 5)";

struct Part {
  std::string kind;
  model::QualifiedName name;
  std::string part;  // what it stands for: a column's number, a definition
};
struct Parts {
  std::vector<Part> outgoing;
  std::vector<Part> incoming;
};

std::map<std::size_t, Parts> read_parts(db::SqlSession& session, const std::vector<Trade>& trades) {
  std::map<std::size_t, Parts> parts;
  const db::QueryResult result = ask(session, kParts, trades);
  for (const auto& row : result.rows) {
    Parts& of_table = parts[std::stoul(row.at(0).value())];
    auto& list = row.at(1).value() == "out" ? of_table.outgoing : of_table.incoming;
    list.push_back(
        {row.at(2).value(), {row.at(3).value(), row.at(4).value()}, row.at(5).value_or("")});
  }
  return parts;
}

/// The live name of an index of the side table, by the plan's word.
std::string index_name(const plan::TablePlan& table, const std::string& side_name) {
  for (const plan::DeferredStep& step : table.deferred) {
    const bool makes_index = step.kind == plan::DeferredStep::Kind::index ||
                             step.kind == plan::DeferredStep::Kind::exclusion;
    if (makes_index && step.name == side_name) return step.of;
  }
  return side_name;
}

class Renames {
 public:
  explicit Renames(const std::string& run_id) : suffix_(kept_suffix(run_id)) {}

  void out_of_the_way(const SwapTable& table, Parts& parts) {
    add(out_, {"TABLE", table.live, table.kept});
    for (const Part& part : parts.outgoing) {
      // One that the new table has no counterpart of changes its owner, not its name.
      const bool is_shared =
          part.kind == "SEQUENCE" && counterpart(parts.incoming, part) == parts.incoming.end();
      if (is_shared) continue;
      add(out_, {part.kind, part.name, schema::derived_name(part.name, suffix_)});
    }
  }
  void take_names(const SwapTable& table, const plan::TablePlan& planned, const Parts& parts) {
    add(in_, {"TABLE", table.side, table.live});
    std::vector<Part> left = parts.outgoing;
    for (const Part& part : parts.incoming) {
      if (part.kind == "INDEX") {
        model::QualifiedName to{part.name.schema, index_name(planned, part.name.table)};
        add(in_, {part.kind, part.name, std::move(to)});
      } else if (const auto same = counterpart(left, part); same != left.end()) {
        add(in_, {part.kind, part.name, same->name});
        left.erase(same);
      }
    }
  }
  [[nodiscard]] std::vector<Rename> take() {
    std::vector<Rename> all = std::move(out_);
    all.insert(all.end(), in_.begin(), in_.end());
    return all;
  }

 private:
  static std::vector<Part>::iterator counterpart(std::vector<Part>& parts, const Part& wanted) {
    return std::ranges::find_if(parts, [&wanted](const Part& part) {
      return part.kind == wanted.kind && part.part == wanted.part;
    });
  }
  static void add(std::vector<Rename>& list, Rename rename) {
    if (rename.from != rename.to) list.push_back(std::move(rename));
  }

  std::string suffix_;
  std::vector<Rename> out_;
  std::vector<Rename> in_;
};

/// Relations share one name space in a schema, statistics have another.
std::string exists_sql(const std::vector<std::pair<bool, model::QualifiedName>>& names) {
  std::string rows;
  for (std::size_t i = 0; i < names.size(); ++i) {
    rows +=
        fmt::format("{}({}, {}, {}, {})", i == 0 ? "" : ", ", i, names[i].first ? "true" : "false",
                    literal(names[i].second.schema), literal(names[i].second.table));
  }
  return "SELECT v.place FROM (VALUES " + rows +
         ") AS v(place, is_statistics, schema, name) JOIN pg_namespace n ON n.nspname = v.schema "
         "WHERE CASE WHEN v.is_statistics THEN EXISTS (SELECT FROM pg_statistic_ext s "
         "WHERE s.stxnamespace = n.oid AND s.stxname = v.name) ELSE EXISTS (SELECT FROM pg_class c "
         "WHERE c.relnamespace = n.oid AND c.relname = v.name) END ORDER BY 1";
}

std::set<std::size_t> existing(db::SqlSession& session,
                               const std::vector<std::pair<bool, model::QualifiedName>>& names) {
  std::set<std::size_t> places;
  if (names.empty()) return places;
  for (const auto& row : session.query(exists_sql(names)).rows) {
    places.insert(std::stoul(row.at(0).value()));
  }
  return places;
}

using Key = std::pair<bool, model::QualifiedName>;

Key key_of(const Rename& rename, const model::QualifiedName& name) {
  return {rename.kind == "STATISTICS", name};
}

/// Names that are neither free nor made free by a rename before them.
void refuse_taken(db::SqlSession& session, const std::vector<Rename>& renames,
                  std::vector<Object>& objects) {
  std::vector<Key> wanted;
  for (const Rename& rename : renames) wanted.push_back(key_of(rename, rename.to));
  const std::set<std::size_t> there = existing(session, wanted);
  std::set<Key> freed;
  std::set<Key> given;
  for (std::size_t i = 0; i < renames.size(); ++i) {
    const bool is_free = freed.contains(wanted[i]) || !there.contains(i);
    if (!is_free || !given.insert(wanted[i]).second) {
      objects.push_back({"name", quoted(renames[i].to), quoted(renames[i].from), Fate::refused,
                         "is taken already: drop or rename what bears it"});
    }
    freed.insert(key_of(renames[i], renames[i].from));
  }
}

}  // namespace

std::string kept_suffix(const std::string& run_id) { return "_before_" + run_id; }

std::vector<std::string> rename_sql(const Rename& rename) {
  std::vector<std::string> sql;
  const std::string alter = "ALTER " + rename.kind + " ";
  model::QualifiedName now = rename.from;
  if (rename.from.schema != rename.to.schema) {
    sql.push_back(alter + quoted(now) + " SET SCHEMA " + quoted(rename.to.schema));
    now.schema = rename.to.schema;
  }
  if (now.table != rename.to.table) {
    sql.push_back(alter + quoted(now) + " RENAME TO " + quoted(rename.to.table));
  }
  return sql;
}

std::vector<Rename> cutover_renames(db::SqlSession& session, const plan::Plan& plan,
                                    const std::vector<SwapTable>& tables, const std::string& run_id,
                                    std::vector<Object>& objects) {
  std::vector<Trade> trades;
  for (const SwapTable& table : tables) trades.push_back({table.live, table.side});
  if (trades.empty()) return {};
  auto parts = read_parts(session, trades);
  Renames renames(run_id);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto found = parts.find(i);
    Parts of_table = found == parts.end() ? Parts() : found->second;
    if (!tables[i].is_new) renames.out_of_the_way(tables[i], of_table);
    const auto number = static_cast<std::size_t>(tables[i].number - 1);
    renames.take_names(tables[i], plan.tables.at(number), of_table);
  }
  std::vector<Rename> all = renames.take();
  refuse_taken(session, all, objects);
  return all;
}

std::vector<Rename> reversed(db::SqlSession& session, const std::vector<Rename>& renames) {
  std::vector<Rename> back;
  for (auto rename = renames.rbegin(); rename != renames.rend(); ++rename) {
    back.push_back({rename->kind, rename->to, rename->from});
  }
  // What was dropped since needs no name.
  std::vector<Key> names;
  for (const Rename& rename : back) names.push_back(key_of(rename, rename.from));
  const std::set<std::size_t> there = existing(session, names);
  std::vector<Rename> left;
  for (std::size_t i = 0; i < back.size(); ++i) {
    if (there.contains(i)) left.push_back(std::move(back[i]));
  }
  return left;
}

}  // namespace sluice::cutover
