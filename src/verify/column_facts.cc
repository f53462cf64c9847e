#include "verify/column_facts.h"

#include <algorithm>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "verify/decimal.h"
#include "verify/held_keys.h"
#include "verify/sql_expressions.h"

namespace sluice::verify {
namespace {

using model::Engine;

/// Both sides must print a value alike: integers, decimals and dates do.
bool has_range(ValueClass source, ValueClass target) {
  if (is_exact_number(source) && is_exact_number(target)) return true;
  return source == ValueClass::date && target == ValueClass::date;
}

struct FactColumn {
  std::string source;
  std::string target;
  bool range = false;  // min and max
  bool sum = false;
};

std::vector<FactColumn> fact_columns(const plan::TablePlan& table) {
  std::vector<FactColumn> columns;
  for (const DirectColumn& direct : direct_columns(table)) {
    const plan::SourceField& source = table.read[direct.source];
    const plan::TargetField& target = table.write[direct.target];
    const ValueClass from = value_class(source.type);
    const ValueClass to = value_class(target.type);
    columns.push_back({source.name, target.name, has_range(from, to),
                       is_exact_number(from) && is_exact_number(to)});
  }
  return columns;
}

ColumnTypes source_types(const plan::TablePlan& table) {
  ColumnTypes types;
  for (const plan::SourceField& field : table.read) types.emplace(field.name, field.type);
  return types;
}

/// The source rows that should have arrived without a decision.
std::string source_where(const plan::TablePlan& table, Engine engine, const OneSided& one_sided) {
  std::string where;
  if (table.rules.filter) {
    where = " WHERE " + condition_sql(engine, *table.rules.filter, source_types(table));
  }
  if (one_sided.held_keys.empty()) return where;
  where +=
      (where.empty() ? " WHERE " : " AND ") + without_keys_sql(table, engine, one_sided.held_keys);
  return where;
}

std::string figure(Engine engine, const char* function, const std::string& column) {
  const std::string call = fmt::format("{}({})", function, model::quote_identifier(engine, column));
  return model::is_mysql_family(engine) ? fmt::format("CAST({} AS CHAR)", call) : call + "::text";
}

std::uint64_t count_of(const std::optional<std::string>& text) {
  return text ? std::stoull(*text) : 0;
}

/// Reads the figures of both sides in the order of facts_sql().
class FactReader {
 public:
  FactReader(const db::QueryResult& source, const db::QueryResult& target, bool explained)
      : source_(source.rows.at(0)), target_(target.rows.at(0)), explained_(explained) {}

  Fact next(std::string measure, const FactColumn& column) {
    Fact fact;
    fact.measure = std::move(measure);
    fact.source_column = column.source;
    fact.target_column = column.target;
    fact.source = source_.at(at_);
    fact.target = target_.at(at_++);
    const bool same = fact.source && fact.target ? same_value(*fact.source, *fact.target)
                                                 : fact.source == fact.target;
    fact.result = same         ? Fact::Result::equal
                  : explained_ ? Fact::Result::explained
                               : Fact::Result::different;
    return fact;
  }

 private:
  const std::vector<std::optional<std::string>>& source_;
  const std::vector<std::optional<std::string>>& target_;
  bool explained_;
  std::size_t at_ = 0;
};

/// Rows are compared exactly, whatever stands on one side only.
void settle_rows(Fact& rows, const OneSided& one_sided) {
  const std::uint64_t unnamed = one_sided.held_keys.empty() ? one_sided.held : 0;
  const std::uint64_t expected =
      count_of(rows.source) - unnamed + one_sided.decided + one_sided.existing;
  if (rows.result == Fact::Result::equal && unnamed + one_sided.decided + one_sided.existing == 0) {
    return;
  }
  rows.result =
      expected == count_of(rows.target) ? Fact::Result::explained : Fact::Result::different;
}

}  // namespace

std::vector<DirectColumn> direct_columns(const plan::TablePlan& table) {
  std::vector<DirectColumn> direct;
  for (std::size_t target = 0; target < table.write.size(); ++target) {
    const auto rule =
        std::find_if(table.rules.rules.begin(), table.rules.rules.end(),
                     [&](const mapping::Rule& r) { return r.target == table.write[target].name; });
    if (rule == table.rules.rules.end() || rule->cases.size() != 1 || rule->cases[0].when) continue;
    const auto* const from = std::get_if<mapping::FromColumn>(&rule->cases[0].value);
    if (from == nullptr || !from->steps.empty()) continue;
    const auto source =
        std::find_if(table.read.begin(), table.read.end(),
                     [&](const plan::SourceField& f) { return f.name == from->column; });
    if (source == table.read.end()) continue;
    direct.push_back({static_cast<std::size_t>(source - table.read.begin()), target});
  }
  return direct;
}

std::string facts_sql(const plan::TablePlan& table, Engine engine, bool is_source,
                      const OneSided& one_sided) {
  std::string sql =
      model::is_mysql_family(engine) ? "SELECT CAST(count(*) AS CHAR)" : "SELECT count(*)::text";
  for (const FactColumn& column : fact_columns(table)) {
    const std::string& name = is_source ? column.source : column.target;
    sql += ", " + figure(engine, "count", name);
    if (column.range)
      sql += ", " + figure(engine, "min", name) + ", " + figure(engine, "max", name);
    if (column.sum) sql += ", " + figure(engine, "sum", name);
  }
  sql += " FROM " + own_rows(engine, is_source ? table.source : table.side);
  if (is_source) sql += source_where(table, engine, one_sided);
  return sql;
}

std::vector<Fact> column_facts(const plan::TablePlan& table, db::SqlSession& source,
                               db::SqlSession& target, const OneSided& one_sided) {
  const db::QueryResult left = source.query(facts_sql(table, source.engine(), true, one_sided));
  const db::QueryResult right = target.query(facts_sql(table, target.engine(), false, one_sided));
  const bool all_excluded = one_sided.held == 0 || !one_sided.held_keys.empty();
  const bool explained = !all_excluded || one_sided.decided + one_sided.existing != 0;
  FactReader reader(left, right, explained);
  std::vector<Fact> facts;
  facts.push_back(reader.next("rows", {}));
  settle_rows(facts.front(), one_sided);
  for (const FactColumn& column : fact_columns(table)) {
    facts.push_back(reader.next("values", column));
    if (column.range) {
      facts.push_back(reader.next("min", column));
      facts.push_back(reader.next("max", column));
    }
    if (column.sum) facts.push_back(reader.next("sum", column));
  }
  return facts;
}

}  // namespace sluice::verify
