#include "copy/decided_form.h"

#include <utility>

#include <fmt/format.h>

#include "sluice/codec/convert.h"
#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/row_form.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

namespace sluice::copy {
namespace {

using codec::JsonValue;
using model::Engine;

/// Marks a problem that a decision had, not the row by itself.
constexpr std::string_view kOfDecision = "decision";

model::Error not_ours(const char* what) {
  return {model::ErrorKind::data,
          fmt::format("the ledger holds {} that this version cannot read", what)};
}

std::string literal_of(const plan::TargetField& field, const codec::Field& value) {
  if (value.null) return "NULL";
  std::string text;
  if (!codec::to_text(field.carrier, value.bytes, text)) {
    throw model::Error(model::ErrorKind::internal,
                       fmt::format("a value made for {} is none", field.name));
  }
  return model::quote_literal(Engine::postgresql, text);
}

}  // namespace

std::string decision_json(const mapping::Overrides& set) {
  codec::JsonWriter json;
  json.begin_object();
  for (const auto& [column, text] : set) json.member(column, text);
  json.end_object();
  return json.take();
}

mapping::Overrides decision_from_json(const std::string& text) {
  const codec::JsonDocument document = codec::parse_json_or_throw(text, "decision");
  if (!document.root().is_object()) throw not_ours("a decision");
  mapping::Overrides set;
  for (const codec::JsonMember& member : document.root().members()) {
    std::optional<std::string> value;
    if (!member.value.is_null()) value = member.value.as_string();
    set.emplace(member.key, std::move(value));
  }
  return set;
}

std::vector<codec::Irregular> irregular_from_json(const std::string& text, std::size_t row) {
  const codec::JsonDocument document = codec::parse_json_or_throw(text, "irregular fields");
  std::vector<codec::Irregular> fields;
  for (const JsonValue& item : document.root().items()) {
    const auto problem = codec::problem_from_string(item.items().at(1).as_string());
    if (!problem) throw not_ours("an irregular field");
    fields.push_back({row, static_cast<std::uint16_t>(item.items().at(0).as_integer()), *problem});
  }
  return fields;
}

std::string with_refused_decision(const std::string& problems, const std::string& refused) {
  const codec::JsonDocument before = codec::parse_json_or_throw(problems, "problems");
  const codec::JsonDocument now = codec::parse_json_or_throw(refused, "problems");
  codec::JsonWriter json;
  json.begin_array();
  for (const JsonValue& problem : before.root().items()) {
    if (problem.find(kOfDecision) == nullptr) json.value(problem);
  }
  for (const JsonValue& problem : now.root().items()) {
    json.begin_object();
    for (const codec::JsonMember& member : problem.members()) json.member(member.key, member.value);
    json.member(kOfDecision, true);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

void record_refused_decision(db::SqlSession& session, const std::string& run_id,
                             const ledger::QuarantinedSource& row, bool mapped_as_it_is,
                             const ledger::QuarantinedRow& why) {
  if (mapped_as_it_is) {
    ledger::replace_quarantine_reason(session, run_id, row.id,
                                      {why.column, std::string(codec::to_string(why.reason)),
                                       why.raw_value, why.message, why.problems});
  } else {
    ledger::note_refused_decision(session, run_id, row.id,
                                  fmt::format("what was decided is refused: {}", why.message),
                                  with_refused_decision(row.problems, why.problems));
  }
}

std::string insert_sql(const plan::TablePlan& table, std::string_view target_row) {
  std::string columns;
  std::string values;
  codec::FieldReader reader(target_row);
  for (const plan::TargetField& field : table.write) {
    if (!columns.empty()) columns += ", ";
    if (!values.empty()) values += ", ";
    columns += model::quote_identifier(Engine::postgresql, field.name);
    values += literal_of(field, reader.next());
  }
  return fmt::format("INSERT INTO {} ({}) VALUES ({});",
                     model::quote_name(Engine::postgresql, table.side), columns, values);
}

}  // namespace sluice::copy
