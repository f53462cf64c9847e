#include "cutover/record.h"

#include <cstdint>
#include <map>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/stops.h"
#include "sluice/os/host.h"

namespace sluice::cutover {
namespace {

using codec::JsonValue;
using codec::JsonWriter;

/// Bodies are canonical: members in alphabetical order.
void write(JsonWriter& json, const model::QualifiedName& name) {
  json.begin_array().value(name.schema).value(name.table).end_array();
}

model::QualifiedName name_of(const JsonValue& json) {
  return {json.items().at(0).as_string(), json.items().at(1).as_string()};
}

std::vector<std::string> texts_of(const JsonValue& json) {
  std::vector<std::string> texts;
  for (const JsonValue& item : json.items()) texts.push_back(item.as_string());
  return texts;
}

void write(JsonWriter& json, const std::vector<Rename>& renames) {
  json.begin_array();
  for (const Rename& rename : renames) {
    json.begin_object().key("from");
    write(json, rename.from);
    json.member("kind", rename.kind).key("to");
    write(json, rename.to);
    json.end_object();
  }
  json.end_array();
}

void write(JsonWriter& json, const CutTable& table, const std::map<int, std::uint64_t>& source) {
  json.begin_object().member("is_new", table.names.is_new).key("kept");
  write(json, table.names.kept);
  json.member("kept_oid", table.kept_oid).key("live");
  write(json, table.names.live);
  json.member("live_oid", table.live_oid).member("rows", table.rows).key("side");
  write(json, table.names.side);
  const auto rows = source.find(table.names.number);
  json.member("source_rows", rows == source.end() ? 0 : rows->second);
  json.member("table_no", table.names.number).end_object();
}

Rename rename_of(const JsonValue& json) {
  return {json.at("kind").as_string(), name_of(json.at("from")), name_of(json.at("to"))};
}

CutTable table_of(const JsonValue& json) {
  CutTable table;
  table.names.number = static_cast<int>(json.at("table_no").as_integer());
  table.names.live = name_of(json.at("live"));
  table.names.side = name_of(json.at("side"));
  table.names.kept = name_of(json.at("kept"));
  table.names.is_new = json.at("is_new").as_bool();
  table.live_oid = json.at("live_oid").as_integer();
  table.kept_oid = json.at("kept_oid").as_integer();
  table.rows = static_cast<std::uint64_t>(json.at("rows").as_integer());
  return table;
}

Cut cut_of(const ledger::Event& event) {
  const auto body = codec::parse_json_or_throw(event.body, "an event of the ledger");
  const JsonValue& json = body.root();
  Cut cut;
  cut.event = event.number;
  cut.at = event.at;
  cut.snapshot = json.at("snapshot").as_string();
  cut.source.position = json.at("source_position").as_string();
  for (const JsonValue& table : json.at("tables").items()) {
    cut.tables.push_back(table_of(table));
    cut.source.rows[cut.tables.back().names.number] =
        static_cast<std::uint64_t>(table.at("source_rows").as_integer());
  }
  for (const JsonValue& rename : json.at("renames").items()) {
    cut.renames.push_back(rename_of(rename));
  }
  cut.restore = texts_of(json.at("restore"));
  cut.restore_later = texts_of(json.at("restore_later"));
  return cut;
}

}  // namespace

void write_signed(JsonWriter& json, const std::string& evidence) {
  json.key("signed");
  if (evidence.empty()) {
    json.null();
    return;
  }
  const auto read = codec::parse_json_or_throw(evidence, "what was signed");
  json.value(read.root());
}

std::string cutover_body(const Act& act, const Cut& cut, const Swap& swap,
                         const Readiness& readiness, const CutoverOptions& options) {
  JsonWriter json;
  json.begin_object().member("approval", act.approval).member("attempt", act.attempt);
  json.member("host", os::this_process().host);
  json.member("locked_ms", static_cast<std::int64_t>(act.locked.count()));
  json.member("losing", options.losing).member("operator", act.operator_name);
  json.member("os_user", os::this_process().user);
  json.key("renames");
  write(json, swap.renames);
  json.member("restore", swap.restore).member("restore_later", swap.restore_later);
  write_signed(json, act.evidence);
  json.member("snapshot", cut.snapshot).member("source_moved_accepted", options.source_moved);
  json.member("source_position", readiness.source.position).key("tables").begin_array();
  for (const CutTable& table : cut.tables) write(json, table, readiness.source.rows);
  json.end_array().member("verification", readiness.verification).end_object();
  return json.take();
}

std::string rollback_body(const Act& act, const Cut& cut, const std::vector<Written>& lost) {
  JsonWriter json;
  json.begin_object().member("approval", act.approval).member("attempt", act.attempt);
  json.member("cutover_event", cut.event).member("host", os::this_process().host);
  json.member("locked_ms", static_cast<std::int64_t>(act.locked.count()));
  json.key("lost").begin_array();
  for (const Written& table : lost) {
    json.begin_object().member("gone", table.gone).key("kept_in");
    write(json, table.kept_in);
    json.member("kept_oid", table.kept_oid)
        .member("table", table.table)
        .member("written", table.written)
        .end_object();
  }
  json.end_array().member("operator", act.operator_name).member("os_user", os::this_process().user);
  write_signed(json, act.evidence);
  json.end_object();
  return json.take();
}

std::optional<model::Finding> stop_finding(db::SqlSession& session, const std::string& run_id) {
  // Whoever asks for a stop waits for this row.
  session.query("SELECT FROM sluice.run WHERE run_id = $1 FOR UPDATE", {run_id});
  const auto stop = ledger::stop_in_force(session, run_id);
  if (!stop) return std::nullopt;
  return model::Finding{model::Severity::error, "stopped", "run " + run_id,
                        "was stopped by " + ledger::to_text(*stop),
                        "when it is settled, somebody who may continues it: sluice continue"};
}

Result held_by_others(db::SqlSession& session, const std::string& run_id) {
  Result held;
  held.kind = Result::Kind::held;
  held.blockers = ledger::holders(session, run_id);
  return held;
}

bool is_recorded(db::SqlSession& session, const std::string& run_id, const std::string& attempt) {
  session.begin();
  session.query("SELECT FROM sluice.run WHERE run_id = $1 FOR UPDATE", {run_id});
  const bool found = session
                         .query(
                             "SELECT EXISTS (SELECT FROM sluice.event WHERE run_id = $1 "
                             "AND kind IN ('cutover', 'rollback', 'discarded') "
                             "AND strpos(body, '\"attempt\":\"' || $2 || '\"') > 0)",
                             {run_id, attempt})
                         .value() == "t";
  session.rollback();
  return found;
}

std::vector<Written> rows_put_aside(const std::vector<ledger::Event>& events) {
  std::vector<Written> all;
  for (const ledger::Event& event : events) {
    if (event.kind != kRollback) continue;
    const auto body = codec::parse_json_or_throw(event.body, "an event of the ledger");
    for (const JsonValue& json : body.root().at("lost").items()) {
      Written lost;
      lost.table = json.at("table").as_string();
      lost.written = static_cast<std::uint64_t>(json.at("written").as_integer());
      lost.gone = static_cast<std::uint64_t>(json.at("gone").as_integer());
      lost.kept_in = name_of(json.at("kept_in"));
      lost.kept_oid = json.at("kept_oid").as_integer();
      all.push_back(std::move(lost));
    }
  }
  return all;
}

std::optional<Cut> standing_cut(const std::vector<ledger::Event>& events) {
  const ledger::Event* last = nullptr;
  for (const ledger::Event& event : events) {
    if (event.kind == kCutover) last = &event;
    if (event.kind == kRollback) last = nullptr;
  }
  if (last == nullptr) return std::nullopt;
  return cut_of(*last);
}

}  // namespace sluice::cutover
