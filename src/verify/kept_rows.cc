#include "verify/kept_rows.h"

#include <string>

#include <fmt/format.h>

#include "sluice/model/quote.h"

#include "verify/sql_expressions.h"

namespace sluice::verify {
namespace {

constexpr model::Engine kEngine = model::Engine::postgresql;

std::string column_list(const plan::TablePlan& table, db::SqlSession& target, const char* alias) {
  const auto columns = target.query(
      "SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = "
      "$2 AND is_generated = 'NEVER' ORDER BY ordinal_position",
      {table.target.schema, table.target.table});
  std::string list;
  for (const auto& row : columns.rows) {
    list += fmt::format("{}{}.{}::text", list.empty() ? "" : ", ", alias,
                        model::quote_identifier(kEngine, row.at(0).value()));
  }
  return list;
}

}  // namespace

std::string same_key_sql(const plan::TablePlan& table, std::string_view one,
                         std::string_view other) {
  std::string sql;
  for (const std::size_t column : table.target_key) {
    const std::string name = model::quote_identifier(kEngine, table.write[column].name);
    sql += fmt::format("{}{}.{} = {}.{}", sql.empty() ? "" : " AND ", one, name, other, name);
  }
  return sql;
}

Fact kept_rows_fact(const plan::TablePlan& table, db::SqlSession& target, std::uint64_t held) {
  const auto counts = target.query(fmt::format(
      "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM {} s WHERE {} AND ROW({}) IS "
      "NOT DISTINCT FROM ROW({}))) FROM {} l",
      own_rows(kEngine, table.side), same_key_sql(table, "s", "l"), column_list(table, target, "s"),
      column_list(table, target, "l"), own_rows(kEngine, table.target)));
  Fact fact;
  fact.measure = "kept rows";
  fact.source = counts.rows.at(0).at(0);
  fact.target = counts.rows.at(0).at(1);
  const std::uint64_t there = std::stoull(fact.target.value());
  const std::uint64_t wanted = std::stoull(fact.source.value()) - held;
  fact.result = there != wanted ? Fact::Result::different
                : held != 0     ? Fact::Result::explained
                                : Fact::Result::equal;
  return fact;
}

}  // namespace sluice::verify
