#include "verify/column_facts.h"

#include <algorithm>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "verify/decimal.h"
#include "verify/held_keys.h"
#include "verify/kept_rows.h"
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

using Conditions = std::vector<std::string>;

std::string where_sql(const Conditions& conditions) {
  std::string sql;
  for (const std::string& condition : conditions) {
    sql += (sql.empty() ? " WHERE " : " AND ") + condition;
  }
  return sql;
}

void leave_out(const std::vector<KeyColumn>& key, Engine engine, const NamedRows& rows,
               Conditions& conditions) {
  if (rows.keys().empty()) return;
  conditions.push_back(without_keys_sql(key, engine, rows.keys()));
}

/// The source rows that should have arrived without a decision.
Conditions source_conditions(const plan::TablePlan& table, Engine engine,
                             const OneSided& one_sided) {
  Conditions conditions;
  if (table.rules.filter) {
    conditions.push_back(condition_sql(engine, *table.rules.filter, source_types(table)));
  }
  leave_out(source_key_columns(table), engine, one_sided.held, conditions);
  return conditions;
}

/// The target rows that should have arrived from the source without a decision. A live row that
/// went to quarantine may have left its key to a row of the source.
Conditions target_conditions(const plan::TablePlan& table, Engine engine,
                             const OneSided& one_sided) {
  Conditions conditions;
  leave_out(target_key_columns(table), engine, one_sided.decided, conditions);
  if (one_sided.existing == 0 || table.target_key.empty()) return conditions;
  Conditions kept{same_key_sql(table, "s", "l")};
  leave_out(target_key_columns(table), engine, one_sided.kept_held, kept);
  conditions.push_back(fmt::format("NOT EXISTS (SELECT 1 FROM {} l{})",
                                   own_rows(engine, table.target), where_sql(kept)));
  return conditions;
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
  FactReader(const db::QueryResult& source, const db::QueryResult& target, bool comparable)
      : source_(source.rows.at(0)), target_(target.rows.at(0)), comparable_(comparable) {}

  Fact next(std::string measure, const FactColumn& column) {
    Fact fact;
    fact.measure = std::move(measure);
    fact.source_column = column.source;
    fact.target_column = column.target;
    fact.source = source_.at(at_);
    fact.target = target_.at(at_++);
    const bool same = fact.source && fact.target ? same_value(*fact.source, *fact.target)
                                                 : fact.source == fact.target;
    fact.result = !comparable_ ? Fact::Result::not_compared
                  : same       ? Fact::Result::equal
                               : Fact::Result::different;
    return fact;
  }

 private:
  const std::vector<std::optional<std::string>>& source_;
  const std::vector<std::optional<std::string>>& target_;
  bool comparable_;
  std::size_t at_ = 0;
};

/// Rows that the statements could not leave out are known by their number.
void settle_rows(Fact& rows, const OneSided& one_sided) {
  const std::uint64_t held = one_sided.held.count() - one_sided.vanished;
  const std::uint64_t expected =
      count_of(rows.source) - held + one_sided.decided.count() + one_sided.existing;
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

std::string why_not_compared(const plan::TablePlan& table, const OneSided& one_sided) {
  const auto because = [](std::string_view what, std::string_view obstacle) {
    return fmt::format("{} cannot be named in a statement: {}", what, obstacle);
  };
  std::string obstacle = one_sided.held.obstacle();
  if (!obstacle.empty()) return because("source rows that went to quarantine", obstacle);
  obstacle = one_sided.decided.obstacle();
  if (!obstacle.empty()) return because("decided rows", obstacle);
  obstacle = one_sided.kept_held.obstacle();
  if (obstacle.empty() && one_sided.existing != 0 && table.target_key.empty()) {
    obstacle = "the table has no key";
  }
  return obstacle.empty() ? "" : because("rows of the live table", obstacle);
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
  sql += fmt::format(" FROM {} s", own_rows(engine, is_source ? table.source : table.side));
  return sql + where_sql(is_source ? source_conditions(table, engine, one_sided)
                                   : target_conditions(table, engine, one_sided));
}

std::vector<Fact> column_facts(const plan::TablePlan& table, db::SqlSession& source,
                               db::SqlSession& target, const OneSided& one_sided) {
  const bool comparable = why_not_compared(table, one_sided).empty();
  // Rows that only one of the statements can leave out stay in both: they are known by number.
  const OneSided left_out = comparable ? one_sided : OneSided();
  const db::QueryResult left = source.query(facts_sql(table, source.engine(), true, left_out));
  const db::QueryResult right = target.query(facts_sql(table, target.engine(), false, left_out));
  FactReader reader(left, right, comparable);
  std::vector<Fact> facts;
  facts.push_back(reader.next("rows", {}));
  if (!comparable) settle_rows(facts.front(), one_sided);
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
