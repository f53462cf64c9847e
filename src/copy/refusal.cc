#include "copy/refusal.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "sluice/codec/convert.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/row_form.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/quote.h"

#include "copy/key_columns.h"

namespace sluice::copy {
namespace {

using model::Engine;
using plan::DeferredStep;

/// Keys that a message names one by one; export by group has all of them.
constexpr std::size_t kNamedKeys = 5;

/// $1: the live table, $2: the name. Index keys stand in their order; what an expression is made
/// of, the server knows as dependencies of the index.
constexpr const char* kConstrainedColumns =
    "SELECT a.attname FROM pg_catalog.pg_attribute a JOIN ("
    "SELECT k.attnum, k.place FROM pg_catalog.pg_constraint c, "
    "unnest(c.conkey) WITH ORDINALITY AS k (attnum, place) "
    "WHERE c.conrelid = to_regclass($1) AND c.conname = $2 "
    "UNION ALL SELECT k.attnum, k.place FROM pg_catalog.pg_index i "
    "JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid, "
    "unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place) "
    "WHERE i.indrelid = to_regclass($1) AND x.relname = $2 AND k.place <= i.indnkeyatts "
    "UNION ALL SELECT d.refobjsubid, 1000 + d.refobjsubid FROM pg_catalog.pg_index i "
    "JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid "
    "JOIN pg_catalog.pg_depend d ON d.objid = i.indexrelid "
    "WHERE i.indrelid = to_regclass($1) AND x.relname = $2 AND i.indexprs IS NOT NULL "
    "AND d.classid = 'pg_catalog.pg_class'::regclass "
    "AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = i.indrelid "
    "UNION ALL SELECT t.attnum, t.attnum FROM pg_catalog.pg_attribute t "
    "JOIN pg_catalog.pg_constraint c ON c.contypid = t.atttypid "
    "WHERE t.attrelid = to_regclass($1) AND c.contypid <> 0 AND c.conname = $2"
    ") AS named ON named.attnum = a.attnum "
    "WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 "
    "GROUP BY a.attname ORDER BY min(named.place)";

codec::Problem problem_of(db::Refusal::Kind kind) noexcept {
  return kind == db::Refusal::Kind::duplicate_key ? codec::Problem::key_collision
                                                  : codec::Problem::refused_by_target;
}

bool explains_rows(const DeferredStep& step) noexcept {
  return step.kind == DeferredStep::Kind::index || step.kind == DeferredStep::Kind::exclusion ||
         step.kind == DeferredStep::Kind::check || step.kind == DeferredStep::Kind::foreign_key;
}

/// The step that made the side table's constraint of that name.
const DeferredStep* step_named(const plan::TablePlan& table, const std::string& name) {
  const auto step = std::ranges::find_if(table.deferred, [&name](const DeferredStep& candidate) {
    return explains_rows(candidate) && candidate.name == name;
  });
  return step == table.deferred.end() ? nullptr : &*step;
}

/// Of CHECK (...), as the plan has it; the server's own brackets stand inside.
std::string_view without_brackets(std::string_view condition) noexcept {
  if (!condition.starts_with('(') || !condition.ends_with(')')) return condition;
  return condition.substr(1, condition.size() - 2);
}

std::optional<std::string> text_of(const plan::TargetField& column, const codec::Field& field) {
  if (field.null) return std::nullopt;
  std::string text;
  if (!codec::to_text(column.carrier, field.bytes, text)) text = field.bytes;
  return text;
}

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

std::string collision_message(db::SqlSession& session, const plan::TablePlan& table,
                              const DeferredStep& index, std::string_view target_row) {
  const auto columns = index_columns(table, index.key);
  if (columns && !holds_null(target_row, *columns)) {
    std::string condition = row_condition(table, *columns, target_row);
    if (!index.condition.empty()) condition += fmt::format(" AND ({})", index.condition);
    if (const auto key = key_of_holder(session, table, condition)) {
      return message_of(index, {*key});
    }
  }
  return fmt::format("{}: another row has the same value", index.of);
}

}  // namespace

std::vector<std::size_t> constrained_columns(db::SqlSession& session, const plan::TablePlan& table,
                                             const std::string& name) {
  std::vector<std::size_t> columns;
  const auto result = session.query(kConstrainedColumns,
                                    {model::quote_name(Engine::postgresql, table.target), name});
  for (const auto& row : result.rows) {
    const auto field = std::ranges::find(table.write, row.at(0).value(), &plan::TargetField::name);
    // The target fills the others itself: a row to write has nothing to show for them.
    if (field == table.write.end()) continue;
    columns.push_back(static_cast<std::size_t>(field - table.write.begin()));
  }
  return columns;
}

std::string names_of(const plan::TablePlan& table, const std::vector<std::size_t>& columns) {
  std::string names;
  for (const std::size_t column : columns) {
    if (!names.empty()) names += ", ";
    names += table.write[column].name;
  }
  return names;
}

std::string value_of(const plan::TablePlan& table, const std::vector<std::size_t>& columns,
                     std::string_view target_row) {
  if (columns.empty()) return "";
  std::vector<codec::Field> fields;
  codec::parse_fields(target_row, fields);
  const auto text = [&](std::size_t column) {
    return text_of(table.write[column], fields.at(column));
  };
  if (columns.size() == 1) return text(columns.front()).value_or("");
  codec::JsonWriter json;
  json.begin_array();
  for (const std::size_t column : columns) {
    const auto value = text(column);
    value ? json.value(*value) : json.null();
  }
  json.end_array();
  return json.take();
}

std::string message_of(const DeferredStep& step) {
  switch (step.kind) {
    case DeferredStep::Kind::check:
      return step.condition.empty() ? fmt::format("check {} does not hold", step.of)
                                    : fmt::format("check {}: {} does not hold", step.of,
                                                  without_brackets(step.condition));
    case DeferredStep::Kind::exclusion:
      return fmt::format("exclusion constraint {}: another row stands against it", step.of);
    case DeferredStep::Kind::foreign_key:
      return fmt::format("foreign key {}: there is no such row in {}", step.of,
                         step.referenced.text());
    default:
      return fmt::format("{}: several rows have the same value", step.of);
  }
}

std::string message_of(const DeferredStep& step, const std::vector<std::string>& keys) {
  if (keys.size() == 1) {
    return fmt::format("{}: the row with key {} has the same value", step.of, keys.front());
  }
  std::string named;
  for (std::size_t i = 0; i < std::min(keys.size(), kNamedKeys); ++i) {
    named += (i == 0 ? "" : ", ") + keys[i];
  }
  if (keys.size() > kNamedKeys) named += fmt::format(" and {} more", keys.size() - kNamedKeys);
  return fmt::format("{}: the rows with keys {} have the same value", step.of, named);
}

RowRefusal explain_refusal(db::SqlSession& session, const plan::TablePlan& table,
                           std::string_view target_row, const db::Refusal& refusal) {
  RowRefusal why{problem_of(refusal.kind), refusal.column, "", refusal.message};
  if (refusal.constraint.empty()) return why;
  const DeferredStep* step = step_named(table, refusal.constraint);
  const auto columns =
      constrained_columns(session, table, step == nullptr ? refusal.constraint : step->of);
  if (!columns.empty()) {
    why.column = names_of(table, columns);
    why.value = value_of(table, columns, target_row);
  }
  if (step == nullptr) return why;
  why.message = step->kind == DeferredStep::Kind::index
                    ? collision_message(session, table, *step, target_row)
                    : message_of(*step);
  return why;
}

std::vector<RefusedRow> explain_refusals(db::SqlSession& session, const plan::TablePlan& table,
                                         const codec::RowBuffer& rows, const RefusedRows& refused) {
  std::vector<RefusedRow> explained;
  for (const auto& [row, refusal] : refused.rows) {
    explained.push_back({row, explain_refusal(session, table, rows.row(row), refusal)});
  }
  return explained;
}

}  // namespace sluice::copy
