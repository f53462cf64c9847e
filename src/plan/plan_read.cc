#include <string>
#include <string_view>

#include "sluice/codec/json_read.h"
#include "sluice/mapping/rules_json.h"
#include "sluice/plan/plan.h"

#include "plan/plan_words.h"

// Reads leniently and then compares with what to_json would have written: one rule for every
// unknown member, wrong default and other spelling.
namespace sluice::plan {
namespace {

using codec::JsonValue;

[[noreturn]] void fail(const std::string& why) {
  throw model::Error(model::ErrorKind::config, "cannot read the plan: " + why,
                     "make it again with sluice plan");
}

std::string text_of(const JsonValue& json, std::string_view key) {
  const JsonValue* value = json.find(key);
  return value == nullptr ? std::string() : value->as_string();
}

bool flag_of(const JsonValue& json, std::string_view key) {
  const JsonValue* value = json.find(key);
  return value != nullptr && value->as_bool();
}

std::optional<int> number_of(const JsonValue& json, std::string_view key) {
  const JsonValue* value = json.find(key);
  if (value == nullptr) return std::nullopt;
  return static_cast<int>(value->as_integer());
}

std::vector<std::string> texts_of(const JsonValue& json, std::string_view key) {
  std::vector<std::string> texts;
  if (const JsonValue* value = json.find(key)) {
    for (const JsonValue& item : value->items()) texts.push_back(item.as_string());
  }
  return texts;
}

/// Indexes into a list of `size`; others would be read beyond its end.
std::vector<std::size_t> indexes_of(const JsonValue& json, std::string_view key, std::size_t size) {
  std::vector<std::size_t> indexes;
  for (const JsonValue& item : json.at(key).items()) {
    const std::int64_t index = item.as_integer();
    if (index < 0 || static_cast<std::uint64_t>(index) >= size) {
      fail(std::string(key) + " names a field that is not there");
    }
    indexes.push_back(static_cast<std::size_t>(index));
  }
  return indexes;
}

model::QualifiedName read_name(const JsonValue& json) {
  return {json.at("schema").as_string(), json.at("table").as_string()};
}

model::ServerIdentity read_server(const JsonValue& json) {
  model::ServerIdentity server;
  server.engine = value_of<model::Engine>(json.at("engine").as_string());
  server.version = json.at("version").as_string();
  server.version_number = number_of(json, "version_number").value_or(0);
  server.identity = json.at("identity").as_string();
  server.address = json.at("address").as_string();
  server.database = json.at("database").as_string();
  server.user = json.at("user").as_string();
  return server;
}

model::ColumnType read_type(const JsonValue& json) {
  model::ColumnType type;
  type.sql = json.at("sql").as_string();
  type.base = json.at("base").as_string();
  type.schema = text_of(json, "schema");
  type.length = number_of(json, "length");
  type.precision = number_of(json, "precision");
  type.scale = number_of(json, "scale");
  type.fraction_digits = number_of(json, "fraction_digits");
  type.last_field = text_of(json, "last_field");
  type.is_unsigned = flag_of(json, "unsigned");
  type.members = texts_of(json, "members");
  type.charset = text_of(json, "charset");
  type.collation = text_of(json, "collation");
  if (json.find("kind") != nullptr) type.kind = value_of<model::TypeKind>(text_of(json, "kind"));
  type.domain = flag_of(json, "domain");
  return type;
}

codec::Carrier read_carrier(const JsonValue& json) {
  const auto carrier = codec::carrier_from_string(json.as_string());
  if (!carrier) fail("\"" + json.as_string() + "\" is no carrier");
  return *carrier;
}

SourceField read_source_field(const JsonValue& json) {
  SourceField field;
  field.name = json.at("name").as_string();
  field.type = read_type(json.at("type"));
  field.carrier = read_carrier(json.at("carrier"));
  field.natural = read_carrier(json.at("natural"));
  field.nullable = json.at("nullable").as_bool();
  return field;
}

TargetField read_target_field(const JsonValue& json) {
  TargetField field;
  field.name = json.at("name").as_string();
  field.type = read_type(json.at("type"));
  field.carrier = read_carrier(json.at("carrier"));
  field.nullable = json.at("nullable").as_bool();
  field.fit = mapping::fit_of(field.type, field.nullable);
  field.staged = json.at("staged").as_bool();
  return field;
}

DeferredStep read_step(const JsonValue& json) {
  DeferredStep step;
  step.kind = value_of<DeferredStep::Kind>(json.at("kind").as_string());
  step.name = json.at("name").as_string();
  step.of = json.at("of").as_string();
  step.sql = json.at("sql").as_string();
  step.unique = flag_of(json, "unique");
  step.nulls_not_distinct = flag_of(json, "nulls_not_distinct");
  step.key = texts_of(json, "key");
  step.operators = texts_of(json, "operators");
  if (const JsonValue* referenced = json.find("referenced"))
    step.referenced = read_name(*referenced);
  step.referenced_key = texts_of(json, "referenced_key");
  step.condition = text_of(json, "condition");
  return step;
}

Shape read_shape(const JsonValue& json) {
  Shape shape;
  for (const JsonValue& line : json.items()) {
    if (line.items().size() != 2) fail("a line of a shape has not two texts");
    shape.push_back({line.items()[0].as_string(), line.items()[1].as_string()});
  }
  return shape;
}

/// Reads what mapping itself knows how to read, and turns what it reports into one error.
class MappingReader {
 public:
  explicit MappingReader(const codec::JsonDocument& document) : problems_(document, findings_) {}

  mapping::TableRules rules(const JsonValue& json) {
    return checked(mapping::rules_from_json(json, problems_));
  }
  mapping::Condition condition(const JsonValue& json) {
    return checked(mapping::condition_from_json(json, problems_));
  }

 private:
  template <typename T>
  T checked(T value) {
    if (problems_.has_errors()) fail(findings_.front().where + ": " + findings_.front().message);
    return value;
  }

  std::vector<model::Finding> findings_;
  mapping::JsonProblems problems_;
};

TablePlan read_table(const JsonValue& json, MappingReader& mapping) {
  TablePlan table;
  table.number = number_of(json, "number").value_or(0);
  table.source = read_name(json.at("source"));
  table.target = read_name(json.at("target"));
  table.side = read_name(json.at("side"));
  table.is_new = flag_of(json, "is_new");
  for (const JsonValue& field : json.at("read").items())
    table.read.push_back(read_source_field(field));
  table.key = indexes_of(json, "key", table.read.size());
  table.order = value_of<model::RangeKind>(json.at("order").as_string());
  for (const JsonValue& field : json.at("write").items())
    table.write.push_back(read_target_field(field));
  table.target_key = indexes_of(json, "target_key", table.write.size());
  if (const JsonValue* computed = json.find("computed")) {
    for (const JsonValue& column : computed->items()) {
      const std::string name = column.at("name").as_string();
      const JsonValue* const target = column.find("target_name");
      table.computed.push_back({name, target == nullptr ? name : target->as_string(),
                                read_type(column.at("source")), read_type(column.at("target"))});
    }
  }
  table.rules = mapping.rules(json.at("rules"));
  table.existing_rows = value_of<config::ExistingRows>(json.at("existing_rows").as_string());
  table.quarantine_limit = static_cast<std::uint64_t>(json.at("quarantine_limit").as_integer());
  if (const JsonValue* rest = json.find("rest")) table.rest = read_name(*rest);
  table.side_ddl = texts_of(json, "side_ddl");
  for (const JsonValue& step : json.at("deferred").items())
    table.deferred.push_back(read_step(step));
  table.naming = texts_of(json, "naming");
  table.source_shape = read_shape(json.at("source_shape"));
  table.target_shape = read_shape(json.at("target_shape"));
  return table;
}

config::CheckSide read_check_side(const JsonValue& json, MappingReader& mapping) {
  config::CheckSide side;
  side.table = read_name(json.at("table"));
  side.column = text_of(json, "column");
  side.group_by = texts_of(json, "group_by");
  if (const JsonValue* filter = json.find("filter")) side.filter = mapping.condition(*filter);
  return side;
}

config::Check read_check(const JsonValue& json, MappingReader& mapping) {
  config::Check check;
  check.name = json.at("name").as_string();
  check.measure = value_of<config::Measure>(json.at("measure").as_string());
  check.source = read_check_side(json.at("source"), mapping);
  check.target = read_check_side(json.at("target"), mapping);
  check.difference = json.at("difference").as_string();
  return check;
}

std::vector<model::SchemaObject> read_objects(const JsonValue& json) {
  std::vector<model::SchemaObject> objects;
  for (const JsonValue& item : json.items()) {
    model::SchemaObject& object = objects.emplace_back();
    object.kind = value_of<model::SchemaObject::Kind>(item.at("kind").as_string());
    object.name = read_name(item.at("name"));
    object.definition = item.at("definition").as_string();
    object.needs = texts_of(item, "needs");
  }
  return objects;
}

std::vector<model::QualifiedName> names_of(const JsonValue& json, std::string_view key) {
  std::vector<model::QualifiedName> names;
  if (const JsonValue* const list = json.find(key)) {
    for (const JsonValue& name : list->items()) names.push_back(read_name(name));
  }
  return names;
}

FamilyStep read_family_step(const JsonValue& json) {
  FamilyStep step;
  step.kind = value_of<FamilyStep::Kind>(json.at("kind").as_string());
  step.table = read_name(json.at("table"));
  if (const JsonValue* const other = json.find("other")) step.other = read_name(*other);
  step.name = text_of(json, "name");
  step.needs = names_of(json, "needs");
  step.statements = texts_of(json, "statements");
  step.referring = names_of(json, "referring");
  step.referred = names_of(json, "referred");
  step.key = texts_of(json, "key");
  step.operators = texts_of(json, "operators");
  step.referenced_key = texts_of(json, "referenced_key");
  return step;
}

std::vector<TablePlan> read_tables(const std::vector<std::string_view>& texts) {
  std::vector<TablePlan> tables;
  for (const std::string_view text : texts) {
    const codec::JsonDocument json = codec::parse_json_or_throw(text, "plan");
    MappingReader mapping(json);
    tables.push_back(read_table(json.root(), mapping));
    const std::size_t place = tables.size();
    if (tables.back().number != static_cast<int>(place)) {
      fail("table " + std::to_string(place) + " has another \"number\" than its place");
    }
  }
  return tables;
}

Plan read_plan(const codec::JsonApart& parts) {
  const JsonValue& json = parts.document.root();
  const std::string schema = text_of(json, "schema");
  if (schema != kPlanSchema) {
    fail(schema.empty() ? "it does not say what it is"
                        : "it is a \"" + schema + "\", and this program reads \"" +
                              std::string(kPlanSchema) + "\"");
  }
  MappingReader mapping(parts.document);
  Plan plan;
  plan.name = json.at("name").as_string();
  plan.source = read_server(json.at("source"));
  plan.target = read_server(json.at("target"));
  const auto digest = codec::digest_algorithm_from_string(json.at("digest").as_string());
  if (!digest) fail("its digest algorithm is not known");
  plan.digest = *digest;
  plan.config_sha256 = json.at("config_sha256").as_string();
  if (const JsonValue* new_tables = json.find("new_tables")) {
    plan.new_tables = value_of<config::NewTables>(new_tables->as_string());
  }
  if (const JsonValue* objects = json.find("objects")) plan.objects = read_objects(*objects);
  static_cast<void>(json.at("tables").items());
  plan.tables = read_tables(parts.items);
  if (const JsonValue* const steps = json.find("families")) {
    for (const JsonValue& step : steps->items()) plan.families.push_back(read_family_step(step));
  }
  plan.counters = names_of(json, "counters");
  for (const JsonValue& left : json.at("leave").items()) {
    plan.leave.push_back({read_name(left.at("table")), left.at("reason").as_string(), {}});
  }
  for (const JsonValue& check : json.at("checks").items())
    plan.checks.push_back(read_check(check, mapping));
  return plan;
}

}  // namespace

Plan from_json(const std::string& text) {
  try {
    Plan plan = read_plan(codec::parse_json_apart(text, "plan", "tables"));
    if (to_json(plan) != text) fail("it is not as sluice writes it");
    return plan;
  } catch (const model::Error& error) {
    // The JSON reader's own complaints are about data; here they mean one thing.
    if (error.kind() == model::ErrorKind::config && !error.hint().empty()) throw;
    fail(error.what());
  }
}

}  // namespace sluice::plan
