#include "sluice/ledger/event_log.h"

#include <algorithm>
#include <initializer_list>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/model/error.h"

namespace sluice::ledger {
namespace {

using codec::JsonValue;

/// Throws where the object has other members than these: what is not known is not checked either.
void require_members(const JsonValue& object, std::initializer_list<std::string_view> names,
                     const std::string& file) {
  const auto& members = object.members();
  const bool is_known = std::ranges::all_of(members, [&names](const codec::JsonMember& member) {
    return std::ranges::find(names, member.key) != names.end();
  });
  if (is_known && members.size() == names.size()) return;
  throw model::Error(model::ErrorKind::data,
                     fmt::format("{} is not a log: an object has other members than {}", file,
                                 fmt::join(names, ", ")),
                     "sluice log --export writes such a file");
}

Event event_of(const JsonValue& value, const std::string& file) {
  require_members(value, {"event", "at", "kind", "body", "previous_sha256", "sha256"}, file);
  Event event;
  event.number = value.at("event").as_integer();
  event.at = value.at("at").as_string();
  event.kind = value.at("kind").as_string();
  event.body = value.at("body").as_string();
  event.previous_sha256 = value.at("previous_sha256").as_string();
  event.sha256 = value.at("sha256").as_string();
  return event;
}

RunLog log_of(const JsonValue& value, const std::string& file) {
  require_members(value, {"run", "name", "head", "events"}, file);
  RunLog log;
  log.run_id = value.at("run").as_string();
  log.name = value.at("name").as_string();
  for (const JsonValue& event : value.at("events").items()) {
    log.events.push_back(event_of(event, file));
  }
  if (log.head() != value.at("head").as_string()) {
    throw model::Error(model::ErrorKind::data,
                       fmt::format("{}: the chain of run {} does not end with the head that the "
                                   "file names",
                                   file, log.run_id));
  }
  return log;
}

void write(codec::JsonWriter& json, const RunLog& log) {
  json.begin_object();
  json.member("run", log.run_id).member("name", log.name).member("head", log.head());
  json.key("events").begin_array();
  for (const Event& event : log.events) {
    json.begin_object();
    json.member("event", event.number).member("at", event.at).member("kind", event.kind);
    json.member("body", event.body).member("previous_sha256", event.previous_sha256);
    json.member("sha256", event.sha256);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

bool is_same(const Event& one, const Event& other) {
  const auto all = [](const Event& event) {
    return std::tie(event.number, event.at, event.kind, event.body, event.previous_sha256,
                    event.sha256);
  };
  return all(one) == all(other);
}

}  // namespace

RunLog read_log(db::SqlSession& session, const Run& run) {
  return {run.id, run.name, events(session, run.id)};
}

std::optional<BrokenLink> broken_link(const RunLog& log) {
  if (log.events.empty()) return BrokenLink{1, "there are no events: somebody has removed them"};
  return broken_link(log.run_id, log.events);
}

std::string to_json(const std::vector<RunLog>& logs) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kLogSchema).key("runs").begin_array();
  for (const RunLog& log : logs) write(json, log);
  json.end_array().end_object();
  return json.take();
}

std::vector<RunLog> logs_from_json(std::string_view text, const std::string& file) {
  const codec::JsonDocument document = codec::parse_json_or_throw(text, file);
  const JsonValue* const schema = document.root().find("schema");
  if (schema == nullptr || !schema->is_string() || schema->as_string() != kLogSchema) {
    throw model::Error(model::ErrorKind::data, fmt::format("{} is not a {}", file, kLogSchema),
                       "sluice log --export writes such a file");
  }
  require_members(document.root(), {"schema", "runs"}, file);
  std::vector<RunLog> logs;
  for (const JsonValue& log : document.root().at("runs").items()) {
    logs.push_back(log_of(log, file));
  }
  return logs;
}

const char* to_string(Comparison::Kind kind) noexcept {
  switch (kind) {
    case Comparison::Kind::same:
      return "same";
    case Comparison::Kind::ledger_goes_on:
      return "ledger_goes_on";
    case Comparison::Kind::ledger_is_cut:
      return "ledger_is_cut";
    case Comparison::Kind::parted:
      return "parted";
    case Comparison::Kind::not_in_ledger:
      return "not_in_ledger";
  }
  return "unknown";
}

Comparison compare(const std::vector<Event>& kept, const std::vector<Event>& ledger) {
  using Kind = Comparison::Kind;
  if (ledger.empty()) return {Kind::not_in_ledger, 1};
  const std::size_t both = std::min(kept.size(), ledger.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (!is_same(kept[i], ledger[i])) return {Kind::parted, kept[i].number};
  }
  if (kept.size() > both) return {Kind::ledger_is_cut, kept[both].number};
  if (ledger.size() > both) return {Kind::ledger_goes_on, ledger[both].number};
  return {Kind::same, 0};
}

}  // namespace sluice::ledger
