// The bodies of the documents that people sign: strict, because what is signed is what is done.

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/cutover/discard.h"
#include "sluice/cutover/loss.h"
#include "sluice/model/error.h"

namespace sluice::cutover {
namespace {

using codec::JsonValue;
using codec::JsonWriter;

std::uint64_t number_of(const JsonValue& json) {
  return static_cast<std::uint64_t>(json.as_integer());
}

/// Members in alphabetical order: the body is canonical.
void write(JsonWriter& json, const LostRows& table) {
  json.begin_object().member("gone", table.gone).member("table", table.table);
  json.member("versions_sha256", table.versions_sha256).member("written", table.written);
  json.end_object();
}

void write(JsonWriter& json, const Leftover& table) {
  json.begin_object().member("bytes", table.bytes).key("name").begin_array();
  json.value(table.name.schema).value(table.name.table).end_array();
  json.member("oid", table.oid).member("rows", table.rows);
  json.member("what", to_string(table.what)).end_object();
}

Leftover leftover_of(const JsonValue& json) {
  Leftover table;
  const std::string what = json.at("what").as_string();
  for (const auto one : {Leftover::What::kept, Leftover::What::side, Leftover::What::lost}) {
    if (what == to_string(one)) table.what = one;
  }
  table.name = {json.at("name").items().at(0).as_string(),
                json.at("name").items().at(1).as_string()};
  table.oid = json.at("oid").as_integer();
  table.rows = number_of(json.at("rows"));
  table.bytes = number_of(json.at("bytes"));
  return table;
}

/// What it was read as has to be all that it says.
void require_same(const std::string& body, const std::string& read) {
  if (body == read) return;
  throw model::Error(model::ErrorKind::approval, "the document's body says more than is known",
                     "let the sluice that does it write it: --propose");
}

}  // namespace

std::string to_json(const Loss& loss) {
  JsonWriter json;
  json.begin_object().member("changes", loss.changes).member("cutover_event", loss.cutover_event);
  json.key("retired").begin_object().member("begun", loss.retired.begun).key("tables");
  json.begin_array();
  for (const auto& [table, rows] : loss.retired.rows) {
    json.begin_object().member("rows", rows).member("table", table).end_object();
  }
  json.end_array().end_object().member("run", loss.run_id).key("tables").begin_array();
  for (const LostRows& table : loss.tables.value_or(std::vector<LostRows>())) write(json, table);
  json.end_array().end_object();
  return json.take();
}

Loss loss_from_json(const std::string& body) {
  const auto read = codec::parse_json_or_throw(body, "the document's body");
  const JsonValue& json = read.root();
  Loss loss;
  loss.run_id = json.at("run").as_string();
  loss.cutover_event = json.at("cutover_event").as_integer();
  loss.changes = number_of(json.at("changes"));
  loss.tables.emplace();
  for (const JsonValue& table : json.at("tables").items()) {
    loss.tables->push_back({table.at("table").as_string(), number_of(table.at("written")),
                            number_of(table.at("gone")), table.at("versions_sha256").as_string()});
  }
  loss.retired.begun = number_of(json.at("retired").at("begun"));
  for (const JsonValue& table : json.at("retired").at("tables").items()) {
    loss.retired.rows[table.at("table").as_string()] = number_of(table.at("rows"));
  }
  require_same(body, to_json(loss));
  return loss;
}

std::string to_json(const Drop& drop) {
  JsonWriter json;
  json.begin_object().member("give_up_way_back", drop.give_up_way_back).member("run", drop.run.id);
  json.key("tables").begin_array();
  for (const Leftover& table : drop.tables.value_or(std::vector<Leftover>())) write(json, table);
  json.end_array().end_object();
  return json.take();
}

Drop drop_from_json(const std::string& body, const Request& request) {
  const auto read = codec::parse_json_or_throw(body, "the document's body");
  const JsonValue& json = read.root();
  if (json.at("run").as_string() != request.run.id) {
    throw model::Error(
        model::ErrorKind::drift,
        "the document is of run " + json.at("run").as_string() + ", not of run " + request.run.id,
        "name the document of this run");
  }
  Drop drop{request.run, request.plan, request.operator_name, json.at("give_up_way_back").as_bool(),
            std::vector<Leftover>()};
  for (const JsonValue& table : json.at("tables").items()) {
    drop.tables->push_back(leftover_of(table));
  }
  require_same(body, to_json(drop));
  return drop;
}

}  // namespace sluice::cutover
