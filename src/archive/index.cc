#include "archive/index.h"

#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"

#include "archive/head_json.h"

namespace sluice::archive {
namespace {

using codec::JsonValue;
using codec::JsonWriter;

constexpr std::string_view kSchema = "sluice.archive/1";
// Stands where the text's own hash will be, while it is hashed.
constexpr std::string_view kNoHash =
    "0000000000000000000000000000000000000000000000000000000000000000";

[[noreturn]] void fail(const std::string& why) {
  throw model::Error(model::ErrorKind::data, "archive.json is damaged: " + why,
                     "take it from a backup of the archive");
}

void write_file(JsonWriter& json, const IndexedFile& file) {
  json.begin_object().member("name", file.name).member("bytes", file.bytes);
  json.member("sha256", file.sha256).member("batches", file.batches).member("rows", file.rows);
  json.member("row_bytes", file.row_bytes).member("digest", file.digest.to_text()).end_object();
}

IndexedFile read_file(const JsonValue& json) {
  return {json.at("name").as_string(),  read_number(json, "bytes"), json.at("sha256").as_string(),
          read_number(json, "batches"), read_number(json, "rows"),  read_number(json, "row_bytes"),
          read_digest(json, "digest")};
}

void write_table_entry(JsonWriter& json, const IndexedTable& table) {
  json.begin_object();
  write_table(json, table.head);
  json.member("ddl_file", table.ddl_file).member("ddl_sha256", table.ddl_sha256);
  json.member("rows", table.rows).member("digest", table.digest.to_text());
  json.key("files").begin_array();
  for (const IndexedFile& file : table.files) write_file(json, file);
  json.end_array().end_object();
}

IndexedTable read_table_entry(const JsonValue& json) {
  IndexedTable table;
  table.head = read_table(json);
  table.ddl_file = json.at("ddl_file").as_string();
  table.ddl_sha256 = json.at("ddl_sha256").as_string();
  table.rows = read_number(json, "rows");
  table.digest = read_digest(json, "digest");
  for (const JsonValue& file : json.at("files").items()) table.files.push_back(read_file(file));
  return table;
}

void write_kept_aside(JsonWriter& json, const std::vector<KeptAside>& all) {
  json.key("kept_aside").begin_array();
  for (const KeptAside& kept : all) {
    json.begin_object().member("name", kept.name).member("bytes", kept.bytes);
    json.member("sha256", kept.sha256).end_object();
  }
  json.end_array();
}

std::string text_of(const Index& index, std::string_view sha256) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().member("schema", kSchema);
  json.member("state", index.finished ? "finished" : "open");
  write_head(json, index.head);
  json.key("tables").begin_array();
  for (const IndexedTable& table : index.tables) write_table_entry(json, table);
  json.end_array();
  write_kept_aside(json, index.kept_aside);
  json.member("sha256", sha256).end_object();
  return json.take();
}

Index read_index(const JsonValue& json) {
  if (json.at("schema").as_string() != kSchema) fail("it is of another version");
  Index index;
  index.head = read_head(json);
  index.finished = json.at("state").as_string() == "finished";
  for (const JsonValue& table : json.at("tables").items()) {
    index.tables.push_back(read_table_entry(table));
  }
  for (const JsonValue& kept : json.at("kept_aside").items()) {
    index.kept_aside.push_back(
        {kept.at("name").as_string(), read_number(kept, "bytes"), kept.at("sha256").as_string()});
  }
  return index;
}

}  // namespace

std::string to_json(const Index& index) {
  return text_of(index, codec::sha256_hex(text_of(index, kNoHash)));
}

Index index_from_json(std::string_view text) {
  const codec::JsonDocument document = codec::parse_json_or_throw(text, "archive.json");
  Index index = read_index(document.root());
  if (to_json(index) != text) fail("it does not hold its own SHA-256");
  return index;
}

}  // namespace sluice::archive
