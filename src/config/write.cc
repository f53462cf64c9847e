#include "sluice/config/write.h"

#include "sluice/codec/json_write.h"
#include "sluice/mapping/rules.h"

#include "config/table_name.h"

namespace sluice::config {
namespace {

using codec::JsonWriter;

std::string json_string(std::string_view text) {
  std::string json;
  codec::append_json_string(text, json);
  return json;
}

void write_columns(const std::vector<mapping::Rule>& rules, JsonWriter& json) {
  if (rules.empty()) return;
  json.key("columns").begin_object();
  for (const mapping::Rule& rule : rules) {
    json.member(rule.target, std::get<mapping::FromColumn>(rule.cases.front().value).column);
  }
  json.end_object();
}

void write_types(const NewTable& made, JsonWriter& json) {
  json.key("create").begin_object();
  if (!made.types.empty()) {
    json.key("types").begin_object();
    for (const auto& [column, type] : made.types) json.member(column, type);
    json.end_object();
  }
  json.end_object();
}

/// One line, so that hundreds of tables can still be looked over.
std::string table_line(const Table& table) {
  JsonWriter json;
  json.begin_object();
  json.member("source", table_text(table.source)).member("target", table_text(table.target));
  if (table.create) write_types(*table.create, json);
  json.key("mapping").begin_object().member("same_names", table.rules.same_names);
  write_columns(table.rules.rules, json);
  json.end_object().end_object();
  return json.take();
}

template <typename T, typename Line>
void add_list(std::string& text, const std::vector<T>& items, const Line& line) {
  for (const T& item : items) {
    text += (&item == &items.front() ? "\n    " : ",\n    ") + line(item);
  }
  if (!items.empty()) text += "\n  ";
}

}  // namespace

std::string config_text(const Config& config, const std::string& source_url,
                        const std::string& target_url) {
  std::string text = "{\n  \"name\": " + json_string(config.name) +
                     ",\n  \"source\": " + json_string(source_url) +
                     ",\n  \"target\": " + json_string(target_url) + ",\n  \"new_tables\": \"" +
                     std::string(to_string(config.new_tables)) + "\",\n  \"tables\": [";
  add_list(text, config.tables, table_line);
  text += "],\n  \"leave\": {";
  add_list(text, config.leave, [](const LeftTable& left) {
    return json_string(table_text(left.table)) + ": " + json_string(left.reason);
  });
  return text + "}\n}\n";
}

}  // namespace sluice::config
