#include "verify/column_facts.h"

#include <algorithm>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "sluice/model/error.h"
#include "sluice/model/quote.h"
#include "sluice/plan/alike.h"

#include "verify/alike_sql.h"
#include "verify/decimal.h"
#include "verify/sql_expressions.h"

namespace sluice::verify {
namespace {

using model::Engine;

/// Both sides must print a value alike: integers, decimals and dates do.
bool has_range(ValueClass source, ValueClass target) {
  if (is_exact_number(source) && is_exact_number(target)) return true;
  return source == ValueClass::date && target == ValueClass::date;
}

bool has_bytes(plan::Alike alike) {
  return alike != plan::Alike::figures && alike != plan::Alike::nothing;
}

struct FactColumn {
  std::string source;
  std::string target;
  model::ColumnType source_type;
  model::ColumnType target_type;
  bool range = false;  // min and max
  bool sum = false;
  plan::Alike alike = plan::Alike::figures;
  bool computed = false;

  [[nodiscard]] bool hash() const { return computed && has_bytes(alike); }
};

FactColumn fact_column(const std::string& source, const model::ColumnType& source_type,
                       const std::string& target, const model::ColumnType& target_type) {
  const ValueClass from = value_class(source_type);
  const ValueClass to = value_class(target_type);
  return {source,
          target,
          source_type,
          target_type,
          has_range(from, to),
          is_exact_number(from) && is_exact_number(to)};
}

std::vector<FactColumn> fact_columns(const plan::TablePlan& table, Engine source_engine) {
  std::vector<FactColumn> columns;
  for (const DirectColumn& direct : direct_columns(table)) {
    const plan::SourceField& source = table.read[direct.source];
    const plan::TargetField& target = table.write[direct.target];
    columns.push_back(fact_column(source.name, source.type, target.name, target.type));
  }
  // Rows are compared without these, so the figures have to tell.
  for (const plan::ComputedColumn& computed : table.computed) {
    FactColumn column =
        fact_column(computed.name, computed.source, computed.target_name, computed.target);
    column.computed = true;
    column.alike = plan::alike(source_engine, computed);
    columns.push_back(std::move(column));
  }
  return columns;
}

/// The key's columns, where each is one source column as it is, and written alike; else none.
std::vector<FactColumn> key_columns(const plan::TablePlan& table, Engine source_engine) {
  const std::vector<DirectColumn> direct = direct_columns(table);
  std::vector<FactColumn> key;
  for (const std::size_t target : table.target_key) {
    const auto found = std::ranges::find(direct, target, &DirectColumn::target);
    if (found == direct.end()) return {};
    const plan::SourceField& from = table.read[found->source];
    const plan::TargetField& to = table.write[target];
    // Whether the stored bytes are meant is the mapping's business.
    if (table.rules.latin1_holds.contains(from.name)) return {};
    FactColumn& column = key.emplace_back(fact_column(from.name, from.type, to.name, to.type));
    column.alike = plan::alike(source_engine, {from.name, to.name, from.type, to.type});
    if (!has_bytes(column.alike)) return {};
  }
  return key;
}

std::string bytes_of(const FactColumn& column, Engine engine, bool is_source) {
  return is_source ? alike_sql(engine, column.alike, column.source, column.source_type)
                   : alike_sql(engine, column.alike, column.target, column.target_type);
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

/// Of a column whose values the servers cannot write alike.
Fact no_hash(const FactColumn& column) {
  Fact fact;
  fact.measure = "hash";
  fact.source_column = column.source;
  fact.target_column = column.target;
  fact.result = Fact::Result::not_compared;
  return fact;
}

/// Rows that the statements could not leave out are known by their number, unless the server's
/// filter has left some of them out itself.
void settle_rows(const plan::TablePlan& table, const OneSided& one_sided, Fact& rows) {
  if (table.rules.filter && one_sided.held.count() != 0) return;
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

std::string facts_sql(const plan::TablePlan& table, Engine source_engine, bool is_source,
                      const OneSided& one_sided) {
  const Engine engine = is_source ? source_engine : Engine::postgresql;
  std::vector<std::string> key;
  for (const FactColumn& column : key_columns(table, source_engine)) {
    key.push_back(bytes_of(column, engine, is_source));
  }
  std::string sql =
      model::is_mysql_family(engine) ? "SELECT CAST(count(*) AS CHAR)" : "SELECT count(*)::text";
  for (const FactColumn& column : fact_columns(table, source_engine)) {
    const std::string& name = is_source ? column.source : column.target;
    sql += ", " + figure(engine, "count", name);
    if (column.range)
      sql += ", " + figure(engine, "min", name) + ", " + figure(engine, "max", name);
    if (column.sum) sql += ", " + figure(engine, "sum", name);
    if (column.hash()) {
      sql += ", " + hash_sum_sql(engine, key, bytes_of(column, engine, is_source));
    }
  }
  sql += fmt::format(" FROM {} s", own_rows(engine, is_source ? table.source : table.side));
  return sql + where_sql(is_source ? filtered_conditions(table, engine, one_sided)
                                   : target_conditions(table, engine, one_sided));
}

std::vector<Fact> column_facts(const plan::TablePlan& table, db::SqlSession& source,
                               db::SqlSession& target, const OneSided& one_sided) {
  const bool comparable = why_not_compared(table, one_sided).empty();
  // Rows that only one of the statements can leave out stay in both: they are known by number.
  const OneSided left_out = comparable ? one_sided : OneSided();
  const db::QueryResult left = source.query(facts_sql(table, source.engine(), true, left_out));
  const db::QueryResult right = target.query(facts_sql(table, source.engine(), false, left_out));
  FactReader reader(left, right, comparable);
  std::vector<Fact> facts;
  facts.push_back(reader.next("rows", {}));
  if (!comparable) settle_rows(table, one_sided, facts.front());
  for (const FactColumn& column : fact_columns(table, source.engine())) {
    facts.push_back(reader.next("values", column));
    if (column.range) {
      facts.push_back(reader.next("min", column));
      facts.push_back(reader.next("max", column));
    }
    if (column.sum) facts.push_back(reader.next("sum", column));
    if (column.hash()) facts.push_back(reader.next("hash", column));
    if (column.computed && column.alike == plan::Alike::nothing) facts.push_back(no_hash(column));
  }
  return facts;
}

std::vector<ColumnNotCompared> columns_not_compared(const plan::TablePlan& table,
                                                    Engine source_engine,
                                                    const std::string& obstacle) {
  std::vector<ColumnNotCompared> columns;
  for (const plan::ComputedColumn& computed : table.computed) {
    std::string reason = obstacle.empty() ? plan::why_not_alike(source_engine, computed) : obstacle;
    if (!reason.empty()) columns.push_back({computed.name, std::move(reason)});
  }
  return columns;
}

}  // namespace sluice::verify
