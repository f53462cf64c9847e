#include <string>
#include <vector>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/pg_quoted.h"

#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

/// What is hashed: every field but the hash itself, as compact JSON in this order, so that no two
/// events give the same bytes.
std::string hash_of(const std::string& run_id, const Event& event) {
  codec::JsonWriter json;
  json.begin_array();
  json.value(run_id).value(event.number).value(event.at).value(event.kind).value(event.body);
  json.value(event.previous_sha256);
  json.end_array();
  return codec::sha256_hex(json.take());
}

}  // namespace

Event read_event(const std::vector<std::optional<std::string>>& row) {
  RowReader reader(row);
  Event event;
  event.number = reader.integer();
  event.at = reader.text();
  event.kind = reader.text();
  event.body = reader.text();
  event.previous_sha256 = reader.text();
  event.sha256 = reader.text();
  return event;
}

void append_event(db::SqlSession& session, const std::string& run_id, const std::string& kind,
                  const std::string& body) {
  session.begin();
  append_event_within(session, run_id, kind, body);
  session.commit();
}

Event next_event(db::SqlSession& session, const std::string& run_id, const std::string& kind,
                 const std::string& body) {
  // The run's row keeps two writers from taking the same place in the chain.
  const auto now =
      session.query(fmt::format("SELECT {} FROM sluice.run WHERE run_id = $1 FOR UPDATE",
                                utc("clock_timestamp()")),
                    {run_id});
  const auto last = session.query(
      "SELECT event_no, sha256 FROM sluice.event WHERE run_id = $1 ORDER BY event_no DESC LIMIT 1",
      {run_id});
  Event event;
  event.number = 1;
  event.at = now.value();
  event.kind = kind;
  event.body = body;
  if (!last.rows.empty()) {
    RowReader reader(last.rows.front());
    event.number = reader.integer() + 1;
    event.previous_sha256 = reader.text();
  }
  event.sha256 = hash_of(run_id, event);
  return event;
}

std::string event_sql(const std::string& run_id, const Event& event) {
  std::string values = model::pg::literal(run_id) + ", " + std::to_string(event.number);
  for (const std::string* text :
       {&event.at, &event.kind, &event.body, &event.previous_sha256, &event.sha256}) {
    values += ", " + model::pg::literal(*text);
  }
  return "INSERT INTO sluice.event (run_id, event_no, at, kind, body, previous_sha256, sha256) "
         "VALUES (" +
         values + ")";
}

Event append_event_within(db::SqlSession& session, const std::string& run_id,
                          const std::string& kind, const std::string& body) {
  Event event = next_event(session, run_id, kind, body);
  session.query(
      "INSERT INTO sluice.event (run_id, event_no, at, kind, body, previous_sha256, sha256) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {run_id, std::to_string(event.number), event.at, event.kind, event.body,
       event.previous_sha256, event.sha256});
  return event;
}

std::vector<Event> events(db::SqlSession& session, const std::string& run_id) {
  std::vector<Event> all;
  const auto result = session.query(
      "SELECT event_no, at, kind, body, previous_sha256, sha256 FROM sluice.event "
      "WHERE run_id = $1 ORDER BY event_no",
      {run_id});
  for (const auto& row : result.rows) all.push_back(read_event(row));
  return all;
}

std::optional<Event> newest_event(db::SqlSession& session, const std::string& run_id,
                                  const std::string& kind) {
  const auto result = session.query(
      "SELECT event_no, at, kind, body, previous_sha256, sha256 FROM sluice.event "
      "WHERE run_id = $1 AND kind = $2 ORDER BY event_no DESC LIMIT 1",
      {run_id, kind});
  if (result.rows.empty()) return std::nullopt;
  return read_event(result.rows.front());
}

std::vector<LeftOutIndex> left_out_indexes(db::SqlSession& session, const std::string& run_id) {
  std::vector<LeftOutIndex> indexes;
  const auto result = session.query(
      "SELECT body FROM sluice.event WHERE run_id = $1 AND kind = 'index-left-out' "
      "ORDER BY event_no",
      {run_id});
  for (const auto& row : result.rows) {
    const auto body = codec::parse_json_or_throw(row.at(0).value(), "an event of the ledger");
    const codec::JsonValue& index = body.root();
    indexes.push_back({static_cast<int>(index.at("table_no").as_integer()),
                       index.at("index").as_string(), index.at("reason").as_string()});
  }
  return indexes;
}

bool has_event(db::SqlSession& session, const std::string& run_id, const std::string& kind) {
  return session
             .query("SELECT EXISTS (SELECT FROM sluice.event WHERE run_id = $1 AND kind = $2)",
                    {run_id, kind})
             .value() == "t";
}

void record_made(db::SqlSession& session, const std::string& run_id, const std::string& kind,
                 const MadeRelation& made) {
  codec::JsonWriter body;
  body.begin_object().member("name", made.name).member("oid", made.oid).end_object();
  append_event_within(session, run_id, kind, body.take());
}

std::vector<MadeRelation> made_relations(db::SqlSession& session, const std::string& run_id,
                                         const std::string& kind) {
  std::vector<MadeRelation> relations;
  const auto result = session.query(
      "SELECT body FROM sluice.event WHERE run_id = $1 AND kind = $2 ORDER BY event_no",
      {run_id, kind});
  for (const auto& row : result.rows) {
    const auto body = codec::parse_json_or_throw(row.at(0).value(), "an event of the ledger");
    relations.push_back({body.root().at("name").as_string(), body.root().at("oid").as_integer()});
  }
  return relations;
}

std::optional<BrokenLink> broken_link(const std::string& run_id, const std::vector<Event>& events) {
  std::string previous;
  std::int64_t number = 1;
  for (const Event& event : events) {
    if (event.number != number) {
      return BrokenLink{event.number,
                        fmt::format("event {} stands where event {} should be: events were removed "
                                    "or changed places",
                                    event.number, number)};
    }
    if (event.sha256 != hash_of(run_id, event)) {
      return BrokenLink{event.number, "what it says is not what its hash is of: it was changed"};
    }
    if (event.previous_sha256 != previous) {
      return BrokenLink{event.number,
                        "it does not follow from the event before it: that one was put in its "
                        "place"};
    }
    previous = event.sha256;
    ++number;
  }
  return std::nullopt;
}

}  // namespace sluice::ledger
