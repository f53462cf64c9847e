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
