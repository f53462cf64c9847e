#include <string>
#include <string_view>

#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/mapping/rules_json.h"
#include "sluice/plan/plan.h"

#include "plan/plan_words.h"

// Members that hold nothing are left out, so that a new kind of member changes no plan that does
// not need it.
namespace sluice::plan {
namespace {

using codec::JsonWriter;

template <typename T>
void write_optional(JsonWriter& json, std::string_view key, const std::optional<T>& value) {
  if (value) json.member(key, *value);
}

void write_text(JsonWriter& json, std::string_view key, const std::string& text) {
  if (!text.empty()) json.member(key, text);
}

void write_flag(JsonWriter& json, std::string_view key, bool flag) {
  if (flag) json.member(key, true);
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  if (!texts.empty()) json.member(key, texts);
}

void write_indexes(JsonWriter& json, std::string_view key, const std::vector<std::size_t>& all) {
  json.key(key).begin_array();
  for (const std::size_t index : all) json.value(static_cast<std::uint64_t>(index));
  json.end_array();
}

void write_name(JsonWriter& json, std::string_view key, const model::QualifiedName& name) {
  json.key(key).begin_object();
  json.member("schema", name.schema).member("table", name.table).end_object();
}

void write_server(JsonWriter& json, std::string_view key, const model::ServerIdentity& server) {
  json.key(key).begin_object();
  json.member("engine", word_of(server.engine)).member("version", server.version);
  json.member("version_number", server.version_number).member("identity", server.identity);
  json.member("address", server.address).member("database", server.database);
  json.member("user", server.user).end_object();
}

void write_type(JsonWriter& json, std::string_view key, const model::ColumnType& type) {
  json.key(key).begin_object().member("sql", type.sql).member("base", type.base);
  write_text(json, "schema", type.schema);
  write_optional(json, "length", type.length);
  write_optional(json, "precision", type.precision);
  write_optional(json, "scale", type.scale);
  write_optional(json, "fraction_digits", type.fraction_digits);
  write_text(json, "last_field", type.last_field);
  write_flag(json, "unsigned", type.is_unsigned);
  write_texts(json, "members", type.members);
  write_text(json, "charset", type.charset);
  write_text(json, "collation", type.collation);
  if (type.kind != model::TypeKind::plain) json.member("kind", word_of(type.kind));
  write_flag(json, "domain", type.domain);
  json.end_object();
}

void write_read(JsonWriter& json, const std::vector<SourceField>& fields) {
  json.key("read").begin_array();
  for (const SourceField& field : fields) {
    json.begin_object().member("name", field.name);
    write_type(json, "type", field.type);
    json.member("carrier", codec::to_string(field.carrier));
    json.member("natural", codec::to_string(field.natural));
    json.member("nullable", field.nullable).end_object();
  }
  json.end_array();
}

void write_write(JsonWriter& json, const std::vector<TargetField>& fields) {
  json.key("write").begin_array();
  for (const TargetField& field : fields) {
    json.begin_object().member("name", field.name);
    write_type(json, "type", field.type);
    json.member("carrier", codec::to_string(field.carrier));
    json.member("nullable", field.nullable).member("staged", field.staged).end_object();
  }
  json.end_array();
}

void write_computed(JsonWriter& json, const std::vector<ComputedColumn>& columns) {
  if (columns.empty()) return;
  json.key("computed").begin_array();
  for (const ComputedColumn& column : columns) {
    json.begin_object().member("name", column.name);
    if (column.target_name != column.name) json.member("target_name", column.target_name);
    write_type(json, "source", column.source);
    write_type(json, "target", column.target);
    json.end_object();
  }
  json.end_array();
}

void write_deferred(JsonWriter& json, const std::vector<DeferredStep>& steps) {
  json.key("deferred").begin_array();
  for (const DeferredStep& step : steps) {
    json.begin_object().member("kind", word_of(step.kind)).member("name", step.name);
    json.member("of", step.of).member("sql", step.sql);
    write_flag(json, "unique", step.unique);
    write_flag(json, "nulls_not_distinct", step.nulls_not_distinct);
    write_texts(json, "key", step.key);
    write_texts(json, "operators", step.operators);
    if (!step.referenced.table.empty()) write_name(json, "referenced", step.referenced);
    write_texts(json, "referenced_key", step.referenced_key);
    write_text(json, "condition", step.condition);
    json.end_object();
  }
  json.end_array();
}

void write_shape(JsonWriter& json, std::string_view key, const Shape& shape) {
  json.key(key).begin_array();
  for (const ShapeLine& line : shape) {
    json.begin_array().value(line.object).value(line.text).end_array();
  }
  json.end_array();
}

void write_table(JsonWriter& json, const TablePlan& table) {
  json.begin_object().member("number", table.number);
  write_name(json, "source", table.source);
  write_name(json, "target", table.target);
  write_name(json, "side", table.side);
  write_flag(json, "is_new", table.is_new);
  write_read(json, table.read);
  write_indexes(json, "key", table.key);
  json.member("order", word_of(table.order));
  write_write(json, table.write);
  write_indexes(json, "target_key", table.target_key);
  write_computed(json, table.computed);
  json.key("rules");
  mapping::rules_to_json(table.rules, json);
  json.member("existing_rows", word_of(table.existing_rows));
  json.member("quarantine_limit", table.quarantine_limit);
  if (table.rest) write_name(json, "rest", *table.rest);
  write_texts(json, "side_ddl", table.side_ddl);
  write_deferred(json, table.deferred);
  write_texts(json, "naming", table.naming);
  write_shape(json, "source_shape", table.source_shape);
  write_shape(json, "target_shape", table.target_shape);
  json.end_object();
}

void write_check_side(JsonWriter& json, std::string_view key, const config::CheckSide& side) {
  json.key(key).begin_object();
  write_name(json, "table", side.table);
  write_text(json, "column", side.column);
  write_texts(json, "group_by", side.group_by);
  if (side.filter) {
    json.key("filter");
    mapping::condition_to_json(*side.filter, json);
  }
  json.end_object();
}

void write_checks(JsonWriter& json, const std::vector<config::Check>& checks) {
  json.key("checks").begin_array();
  for (const config::Check& check : checks) {
    json.begin_object().member("name", check.name).member("measure", word_of(check.measure));
    write_check_side(json, "source", check.source);
    write_check_side(json, "target", check.target);
    json.member("difference", check.difference).end_object();
  }
  json.end_array();
}

void write_objects(JsonWriter& json, const std::vector<model::SchemaObject>& objects) {
  if (objects.empty()) return;
  json.key("objects").begin_array();
  for (const model::SchemaObject& object : objects) {
    json.begin_object().member("kind", word_of(object.kind));
    write_name(json, "name", object.name);
    json.member("definition", object.definition);
    write_texts(json, "needs", object.needs);
    json.end_object();
  }
  json.end_array();
}

void write_names(JsonWriter& json, std::string_view key,
                 const std::vector<model::QualifiedName>& names) {
  if (names.empty()) return;
  json.key(key).begin_array();
  for (const model::QualifiedName& name : names) {
    json.begin_object().member("schema", name.schema).member("table", name.table).end_object();
  }
  json.end_array();
}

void write_families(JsonWriter& json, const std::vector<FamilyStep>& steps) {
  if (steps.empty()) return;
  json.key("families").begin_array();
  for (const FamilyStep& step : steps) {
    json.begin_object().member("kind", word_of(step.kind));
    write_name(json, "table", step.table);
    if (!step.other.table.empty()) write_name(json, "other", step.other);
    write_text(json, "name", step.name);
    write_names(json, "needs", step.needs);
    write_texts(json, "statements", step.statements);
    write_names(json, "referring", step.referring);
    write_names(json, "referred", step.referred);
    write_texts(json, "key", step.key);
    write_texts(json, "operators", step.operators);
    write_texts(json, "referenced_key", step.referenced_key);
    json.end_object();
  }
  json.end_array();
}

void write_leave(JsonWriter& json, const std::vector<config::LeftTable>& leave) {
  json.key("leave").begin_array();
  for (const config::LeftTable& left : leave) {
    json.begin_object();
    write_name(json, "table", left.table);
    json.member("reason", left.reason).end_object();
  }
  json.end_array();
}

/// Puts the tables where the plan's canonical text has none yet. Each is brought into order by
/// itself: as values thousands of them would take ten times the room of their text.
std::string with_tables(std::string text, const std::vector<TablePlan>& tables) {
  // A quotation mark within a text has a backslash before it: this is the member.
  constexpr std::string_view kNone = R"("tables":[])";
  const std::size_t at = text.rfind(kNone) + kNone.size() - 1;
  const std::string rest = text.substr(at);
  text.resize(at);
  for (const TablePlan& table : tables) {
    JsonWriter json;
    write_table(json, table);
    if (text.back() != '[') text.push_back(',');
    text += codec::canonical_json(json.take());
  }
  return text + rest;
}

}  // namespace

std::string to_json(const Plan& plan) {
  JsonWriter json;
  json.begin_object().member("schema", kPlanSchema).member("name", plan.name);
  write_server(json, "source", plan.source);
  write_server(json, "target", plan.target);
  json.member("digest", codec::to_string(plan.digest));
  json.member("config_sha256", plan.config_sha256);
  if (plan.new_tables != config::NewTables{}) json.member("new_tables", word_of(plan.new_tables));
  write_objects(json, plan.objects);
  json.key("tables").begin_array().end_array();
  write_families(json, plan.families);
  write_names(json, "counters", plan.counters);
  write_leave(json, plan.leave);
  write_checks(json, plan.checks);
  json.end_object();
  return with_tables(codec::canonical_json(json.take()), plan.tables);
}

std::string sha256_of(const Plan& plan) { return codec::sha256_hex(to_json(plan)); }

model::Endpoint held_to(const model::ServerIdentity& planned, model::Endpoint endpoint) {
  endpoint.planned_identity = planned.identity;
  endpoint.planned_database = planned.database;
  return endpoint;
}

config::Config held_to(const Plan& plan, config::Config config) {
  config.source = held_to(plan.source, std::move(config.source));
  config.target = held_to(plan.target, std::move(config.target));
  return config;
}

}  // namespace sluice::plan
