#include "archive/head_json.h"

#include <string>

#include "sluice/codec/hex.h"
#include "sluice/codec/row_form.h"
#include "sluice/model/error.h"

namespace sluice::archive {
namespace {

using codec::JsonValue;
using codec::JsonWriter;

[[noreturn]] void fail(const std::string& why) {
  throw model::Error(model::ErrorKind::data, "an archive's JSON is not as it should be: " + why);
}

/// As hex: JSON's integers end at 63 bits for many readers.
std::string seed_text(std::uint64_t seed) {
  std::string bytes(sizeof seed, '\0');
  codec::store_big_endian(bytes.data(), seed);
  return codec::to_hex(bytes);
}

std::uint64_t read_seed(const std::string& text) {
  const auto bytes = codec::from_hex(text);
  if (!bytes || bytes->size() != sizeof(std::uint64_t)) fail("the seed is not 16 hex digits");
  return codec::load_big_endian<std::uint64_t>(bytes->data());
}

model::Engine read_engine(const std::string& name) {
  for (const auto engine :
       {model::Engine::postgresql, model::Engine::mysql, model::Engine::mariadb}) {
    if (name == model::to_string(engine)) return engine;
  }
  fail("an unknown engine");
}

Column read_column(const JsonValue& json) {
  const auto carrier = codec::carrier_from_string(json.at("carrier").as_string());
  if (!carrier) fail("an unknown carrier");
  return {json.at("name").as_string(), *carrier, json.at("source_type").as_string()};
}

}  // namespace

void write_head(JsonWriter& json, const Head& head) {
  json.member("id", head.id);
  json.member("manifest_sha256", head.manifest_sha256);
  json.member("run_id", head.run_id);
  json.member("engine", std::string(model::to_string(head.engine)));
  json.member("source_identity", head.source_identity);
  json.member("source_database", head.source_database);
  json.member("created_at", head.created_at);
  json.member("digest_algorithm", codec::to_string(head.algorithm));
  json.member("seed", seed_text(head.seed));
}

Head read_head(const JsonValue& json) {
  Head head;
  head.id = json.at("id").as_string();
  head.manifest_sha256 = json.at("manifest_sha256").as_string();
  head.run_id = json.at("run_id").as_string();
  head.engine = read_engine(json.at("engine").as_string());
  head.source_identity = json.at("source_identity").as_string();
  head.source_database = json.at("source_database").as_string();
  head.created_at = json.at("created_at").as_string();
  const auto algorithm =
      codec::digest_algorithm_from_string(json.at("digest_algorithm").as_string());
  if (!algorithm) fail("an unknown digest algorithm");
  head.algorithm = *algorithm;
  head.seed = read_seed(json.at("seed").as_string());
  return head;
}

void write_table(JsonWriter& json, const TableHead& table) {
  json.member("number", table.number);
  json.key("source").begin_object();
  json.member("schema", table.source.schema).member("table", table.source.table);
  json.end_object();
  json.key("columns").begin_array();
  for (const Column& column : table.columns) {
    json.begin_object();
    json.member("name", column.name);
    json.member("carrier", codec::to_string(column.carrier));
    json.member("source_type", column.source_type);
    json.end_object();
  }
  json.end_array();
  json.key("key").begin_array();
  for (const std::size_t column : table.key) json.value(static_cast<std::uint64_t>(column));
  json.end_array();
}

TableHead read_table(const JsonValue& json) {
  TableHead table;
  const std::uint64_t number = read_number(json, "number");
  if (number > 999'999) fail("a table's number is too large");
  table.number = static_cast<int>(number);
  const JsonValue& source = json.at("source");
  table.source = {source.at("schema").as_string(), source.at("table").as_string()};
  for (const JsonValue& column : json.at("columns").items()) {
    table.columns.push_back(read_column(column));
  }
  for (const JsonValue& item : json.at("key").items()) {
    const std::int64_t column = item.as_integer();
    if (column < 0 || static_cast<std::uint64_t>(column) >= table.columns.size()) {
      fail("a key names a column that is not there");
    }
    table.key.push_back(static_cast<std::size_t>(column));
  }
  return table;
}

std::uint64_t read_number(const JsonValue& json, std::string_view name) {
  const std::int64_t number = json.at(name).as_integer();
  if (number < 0) fail("a negative " + std::string(name));
  return static_cast<std::uint64_t>(number);
}

codec::RowSetDigest read_digest(const JsonValue& json, std::string_view name) {
  const auto digest = codec::RowSetDigest::from_text(json.at(name).as_string());
  if (!digest) fail(std::string(name) + " is no digest");
  return *digest;
}

}  // namespace sluice::archive
