#include <map>
#include <set>

#include <fmt/format.h>

#include "sluice/mapping/rules_json.h"

#include "config/reader.h"
#include "config/shapes.h"
#include "config/table_name.h"

namespace sluice::config {
namespace {

using codec::JsonMember;
using codec::JsonValue;
using mapping::JsonProblems;
using mapping::ObjectReader;

constexpr std::string_view kExisting[] = {"refuse", "replace", "keep"};
constexpr std::string_view kReadBy[] = {"auto", "key", "ctid"};
constexpr std::int64_t kMaxQuarantine = 1'000'000'000;

NewTable read_create(const JsonValue& value, JsonProblems& problems) {
  NewTable made;
  ObjectReader object(value, shapes::kCreate, problems);
  const JsonValue* types = object.find("types");
  if (types == nullptr) return made;
  if (!types->is_object()) {
    problems.error(*types, "wrong-type", "\"types\" is an object of target column: type");
    return made;
  }
  for (const JsonMember& member : types->members()) {
    made.types[std::string(member.key)] = mapping::read_text(member.value, problems);
  }
  return made;
}

Table read_table(const JsonValue& value, const Reader& reader) {
  JsonProblems& problems = reader.problems;
  ObjectReader object(value, shapes::kTable, problems);
  Table table;
  table.where = problems.where(value);
  if (!object.is_object()) return table;
  if (const JsonValue* source = object.required("source")) {
    table.source = reader.table_name(*source, reader.source_schema);
  }
  if (const JsonValue* target = object.required("target")) {
    table.target = reader.table_name(*target, reader.target_schema);
  }
  table.existing_rows =
      static_cast<ExistingRows>(object.choice("existing_rows", kExisting).value_or(0));
  table.read = static_cast<ReadBy>(object.choice("read", kReadBy).value_or(0));
  if (const auto limit = object.integer("quarantine_limit", 0, kMaxQuarantine)) {
    table.quarantine_limit = static_cast<std::uint64_t>(*limit);
  }
  if (const JsonValue* create = object.find("create")) {
    table.create = read_create(*create, problems);
  }
  if (const JsonValue* rules = object.required("mapping")) {
    table.rules = mapping::rules_from_json(*rules, problems);
  }
  return table;
}

}  // namespace

model::QualifiedName Reader::table_name(const JsonValue& value,
                                        const std::string& default_schema) const {
  const std::size_t length = value.is_string() ? value.as_string().size() : 1;
  if (!value.is_string() || length == 0) {
    if (length == 0) problems.error(value, "empty-text", "a table is wanted here");
    if (length != 0) (void)mapping::read_text(value, problems);
    return {};
  }
  return table_name(value.as_string(), value, default_schema);
}

model::QualifiedName Reader::table_name(const std::string& text, const JsonValue& at,
                                        const std::string& default_schema) const {
  const std::optional<model::QualifiedName> name = parse_table_name(text, default_schema);
  if (name) return *name;
  const bool lacks_schema = parse_table_name(text, "x").has_value();
  if (lacks_schema) {
    // The endpoint itself is at fault, which has been said.
    if (!problems.has_errors()) {
      problems.error(
          at, "schema-missing",
          fmt::format("\"{}\" names no schema, and the endpoint names no database", text),
          "write schema.table");
    }
    return {};
  }
  problems.error(
      at, "bad-table-name", fmt::format("\"{}\" is no table name", text),
      "write schema.table; a part with a dot or a double quote goes into double quotes, and "
      "each double quote in it is doubled");
  return {};
}

std::vector<Table> read_tables(ObjectReader& config, const Reader& reader) {
  std::vector<Table> tables;
  std::map<model::QualifiedName, std::string> targets;
  (void)config.required("tables");
  for (const JsonValue& item : config.items("tables")) {
    Table table = read_table(item, reader);
    if (!table.target.table.empty()) {
      const auto [at, is_new] = targets.emplace(table.target, table.where);
      if (!is_new) {
        reader.problems.error(item, "target-twice",
                              fmt::format("table {} is filled twice, here and at {}",
                                          table.target.text(), at->second),
                              "one entry fills a table, and reads a table: join the sources "
                              "before, in a table of its own (a view cannot be read)");
      }
    }
    tables.push_back(std::move(table));
  }
  const JsonValue* list = config.find("tables");
  if (tables.empty() && list != nullptr && list->is_array()) {
    reader.problems.error(*list, "empty-list", "\"tables\" needs at least one table");
  }
  return tables;
}

std::vector<LeftTable> read_leave(ObjectReader& config, const Reader& reader) {
  std::vector<LeftTable> leave;
  const JsonValue* object = config.find("leave");
  if (object == nullptr) return leave;
  if (!object->is_object()) {
    reader.problems.error(*object, "wrong-type", "\"leave\" is an object of source table: reason");
    return leave;
  }
  std::set<model::QualifiedName> seen;
  for (const JsonMember& member : object->members()) {
    LeftTable left;
    left.table = reader.table_name(member.key, member.value, reader.source_schema);
    left.reason = mapping::read_text(member.value, reader.problems);
    left.where = reader.problems.where(member.value);
    if (left.reason.empty() && member.value.is_string()) {
      reader.problems.error(member.value, "empty-text", "a table is left behind for a reason");
    }
    if (!seen.insert(left.table).second) {
      reader.problems.error(member.value, "left-twice",
                            fmt::format("table {} is listed twice", left.table.text()));
    }
    leave.push_back(std::move(left));
  }
  return leave;
}

}  // namespace sluice::config
