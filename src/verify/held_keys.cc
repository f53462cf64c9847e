#include "verify/held_keys.h"

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/ledger/verification.h"
#include "sluice/model/quote.h"

#include "verify/sql_expressions.h"

namespace sluice::verify {
namespace {

std::string key_columns(const plan::TablePlan& table, model::Engine engine) {
  std::string columns;
  for (const std::size_t key : table.key) {
    const plan::SourceField& field = table.read[key];
    if (!columns.empty()) columns += ", ";
    columns += value_class(field.type) == ValueClass::text
                   ? text_expression(engine, field.name, field.type)
                   : model::quote_identifier(engine, field.name);
  }
  return columns;
}

/// PostgreSQL hashes a list of VALUES, whatever the number of key columns, and takes their types
/// from the first row.
std::string key_row(const plan::TablePlan& table, model::Engine engine,
                    const std::vector<std::string>& key, bool is_first) {
  std::string row;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const model::ColumnType& type = table.read[table.key.at(i)].type;
    const ValueClass value = value_class(type);
    if (i != 0) row += ", ";
    row += literal_sql(engine, value, key[i]);
    if (is_first && !model::is_mysql_family(engine)) {
      row += "::" + (value == ValueClass::text ? std::string("text") : type.sql);
    }
  }
  return "(" + row + ")";
}

}  // namespace

std::string without_keys_sql(const plan::TablePlan& table, model::Engine engine,
                             const HeldKeys& keys) {
  std::string list = model::is_mysql_family(engine) ? "" : "VALUES ";
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i != 0) list += ", ";
    list += key_row(table, engine, keys[i], i == 0);
  }
  return fmt::format("({}) NOT IN ({})", key_columns(table, engine), list);
}

std::optional<HeldKeys> keys_left_out(db::SqlSession& ledger, const std::string& run_id,
                                      const plan::TablePlan& table) {
  constexpr int kPageRows = 50;  // whole rows come along
  HeldKeys keys;
  std::int64_t last = 0;
  for (;;) {
    const auto page = ledger::held_rows(ledger, run_id, table.number, last, kPageRows);
    for (const ledger::HeldRow& row : page) {
      last = row.id;
      if (row.kept || row.state == ledger::QuarantineState::decided) continue;
      if (row.source_key.empty() || keys.size() == kMaxNamedKeys) return std::nullopt;
      keys.push_back(ledger::key_from_json(row.source_key).values);
    }
    if (page.size() < static_cast<std::size_t>(kPageRows)) return keys;
  }
}

}  // namespace sluice::verify
