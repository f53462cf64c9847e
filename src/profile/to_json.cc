#include "sluice/codec/json_write.h"
#include "sluice/profile/profile.h"

#include "profile/words.h"

// Members that a table does not have are left out, so that what is there stands out.
namespace sluice::profile {
namespace {

using codec::JsonWriter;

void write_text(JsonWriter& json, std::string_view key, std::string_view text) {
  if (!text.empty()) json.member(key, text);
}

void write_flag(JsonWriter& json, std::string_view key, bool flag) {
  if (flag) json.member(key, true);
}

template <typename T>
void write_optional(JsonWriter& json, std::string_view key, const std::optional<T>& value) {
  if (value) json.member(key, *value);
}

/// An array of objects, left out where it is empty.
template <typename T, typename Write>
void write_list(JsonWriter& json, std::string_view key, const std::vector<T>& items, Write write) {
  if (items.empty()) return;
  json.key(key).begin_array();
  for (const T& item : items) {
    json.begin_object();
    write(json, item);
    json.end_object();
  }
  json.end_array();
}

void write_server(JsonWriter& json, const model::ServerIdentity& server) {
  json.key("server").begin_object().member("engine", model::to_string(server.engine));
  json.member("version", server.version).member("version_number", server.version_number);
  json.member("identity", server.identity).member("address", server.address);
  json.member("database", server.database).member("user", server.user).end_object();
}

void write_column(JsonWriter& json, const model::Column& column) {
  json.member("name", column.name).member("type", column.type.sql);
  write_text(json, "type_schema", column.type.schema);
  write_text(json, "charset", column.type.charset);
  write_text(json, "collation", column.type.collation);
  json.member("nullable", column.nullable);
  write_optional(json, "default", column.default_sql);
  write_text(json, "identity", word(column.identity));
  write_text(json, "sequence", column.sequence);
  if (column.generated != model::Generated::no) {
    json.member("generated", word(column.generated));
    json.member("expression", column.generation_sql);
  }
  write_text(json, "comment", column.comment);
}

void write_index(JsonWriter& json, const model::Index& index) {
  json.member("name", index.name).member("kind", index_word(index));
  write_list(json, "parts", index.parts, [](JsonWriter& part_json, const model::IndexPart& part) {
    write_text(part_json, "column", part.column);
    write_text(part_json, "expression", part.expression);
    write_optional(part_json, "prefix_length", part.prefix_length);
    write_flag(part_json, "descending", part.descending);
  });
  write_text(json, "method", index.method);
  write_flag(json, "partial", index.partial);
  write_flag(json, "invalid", !index.valid);
  write_text(json, "definition", index.definition);
  write_text(json, "constraint", index.constraint_definition);
  write_text(json, "comment", index.comment);
}

void write_foreign_key(JsonWriter& json, const model::ForeignKey& key) {
  json.member("name", key.name);
  json.member("columns", key.columns);
  json.member("referenced_schema", key.referenced.schema);
  json.member("referenced_table", key.referenced.table);
  json.member("referenced_columns", key.referenced_columns);
  write_text(json, "on_delete", key.on_delete);
  write_text(json, "on_update", key.on_update);
  write_flag(json, "not_validated", !key.validated);
}

void write_table(JsonWriter& json, const model::Table& table) {
  json.member("schema", table.name.schema).member("table", table.name.table);
  json.member("kind", table.kind);
  write_text(json, "engine", table.storage_engine);
  write_text(json, "owner", table.owner);
  write_text(json, "comment", table.comment);
  json.member("estimated_rows", table.estimated_rows);
  json.member("estimated_bytes", table.estimated_bytes);
  write_optional(json, "key_correlation", table.key_correlation);
  write_flag(json, "row_security", table.row_security);
  write_flag(json, "unlogged", table.unlogged);
  write_flag(json, "inherited", table.has_children);
  write_list(json, "columns", table.columns, write_column);
  write_list(json, "indexes", table.indexes, write_index);
  write_list(json, "foreign_keys", table.foreign_keys, write_foreign_key);
  write_list(json, "checks", table.checks, [](JsonWriter& check_json, const model::Check& check) {
    check_json.member("name", check.name).member("definition", check.definition);
    write_flag(check_json, "not_validated", !check.validated);
  });
  write_list(json, "triggers", table.triggers,
             [](JsonWriter& trigger_json, const model::Trigger& trigger) {
               trigger_json.member("name", trigger.name).member("definition", trigger.definition);
             });
}

void write_profile(JsonWriter& json, const Profile& profile) {
  json.member("side", profile.side);
  write_server(json, profile.catalog.server);
  json.member("database_bytes", profile.storage.database_bytes);
  write_optional(json, "free_bytes", profile.storage.free_bytes);
  json.member("write_privileges", profile.write_privileges);
  write_list(json, "wide_publications", profile.catalog.wide_publications,
             [](JsonWriter& publication_json, const model::Publication& publication) {
               publication_json.member("name", publication.name);
               publication_json.member("schemas", publication.schemas);
             });
  json.key("tables").begin_array();
  for (const model::Table& table : profile.catalog.tables) {
    json.begin_object();
    write_table(json, table);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string to_json(const std::vector<Profile>& profiles) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().member("schema", kProfileSchema);
  json.key("servers").begin_array();
  for (const Profile& profile : profiles) {
    json.begin_object();
    write_profile(json, profile);
    json.end_object();
  }
  json.end_array().end_object();
  return json.take();
}

}  // namespace sluice::profile
