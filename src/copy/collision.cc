#include "copy/collision.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sluice/codec/row_form.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/quote.h"

#include "copy/key_columns.h"

namespace sluice::copy {
namespace {

using model::Engine;
using plan::DeferredStep;

bool holds_null(std::string_view target_row, const std::vector<std::size_t>& columns) {
  std::vector<codec::Field> fields;
  codec::parse_fields(target_row, fields);
  return std::ranges::any_of(columns,
                             [&fields](std::size_t column) { return fields.at(column).null; });
}

/// The key of the row that holds the same values.
std::optional<std::string> key_of_holder(db::SqlSession& session, const plan::TablePlan& table,
                                         const std::string& condition) {
  std::string keys;
  for (const std::size_t column : table.target_key) {
    keys += fmt::format("{}{}::text", keys.empty() ? "" : ", ",
                        model::quote_identifier(Engine::postgresql, table.write[column].name));
  }
  if (keys.empty()) return std::nullopt;
  const auto found =
      session.query(fmt::format("SELECT {} FROM {} WHERE {} LIMIT 1", keys,
                                model::quote_name(Engine::postgresql, table.side), condition));
  if (found.rows.empty()) return std::nullopt;
  model::Key key;
  for (const auto& value : found.rows.front()) key.values.push_back(value.value_or(""));
  return ledger::to_json(key);
}

}  // namespace

void explain_collision(db::SqlSession& session, const plan::TablePlan& table,
                       std::string_view target_row, db::Refusal& refusal) {
  const auto index = std::ranges::find_if(table.deferred, [&refusal](const DeferredStep& step) {
    return step.kind == DeferredStep::Kind::index && step.name == refusal.constraint;
  });
  if (refusal.kind != db::Refusal::Kind::duplicate_key || index == table.deferred.end()) return;
  refusal.constraint = index->of;
  const auto columns = index_columns(table, index->key);
  if (!columns || holds_null(target_row, *columns)) return;
  if (const auto key = key_of_holder(session, table, row_condition(table, *columns, target_row))) {
    refusal.message = fmt::format("{}: the row with key {} has the same value", index->of, *key);
  }
}

}  // namespace sluice::copy
