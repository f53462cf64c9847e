#include "sluice/ledger/stops.h"

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/pg_quoted.h"
#include "sluice/os/host.h"

#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

constexpr const char* kStopped = "stop-requested";
constexpr const char* kContinued = "run-continued";

/// A stop must outlive a crash of the server, also where the session commits asynchronously.
constexpr const char* kDurably = "SET LOCAL synchronous_commit = on";

/// A run that nobody works on is stopped by the stop itself. One that ended otherwise keeps what it
/// says of its end.
std::string stop_state_sql(const std::string& run_id, const Stop& stop) {
  return fmt::format(
      "UPDATE sluice.run SET state = 'stopped', reason = {}, ended_at = clock_timestamp() "
      "WHERE run_id = {} AND state IN ('running', 'stopped')",
      model::pg::literal("by " + to_text(stop)), model::pg::literal(run_id));
}

std::string body_of(const Stop& stop) {
  codec::JsonWriter body;
  body.begin_object();
  if (!stop.by_file.empty()) body.member("by_file", stop.by_file);
  body.member("database_role", stop.by.database_role);
  body.member("host", stop.by.host);
  body.member("os_user", stop.by.os_user);
  body.member("reason", stop.reason);
  body.end_object();
  return body.take();
}

std::string body_of(const Stop& stop, const Actor& by, const std::string& approval) {
  codec::JsonWriter body;
  body.begin_object();
  body.member("approval", approval);
  body.member("database_role", by.database_role);
  body.member("host", by.host);
  body.member("os_user", by.os_user);
  body.member("stop_event", stop.event);
  body.member("stop_sha256", stop.sha256);
  body.end_object();
  return body.take();
}

std::string text_at(const codec::JsonValue& body, const char* name) {
  const codec::JsonValue* member = body.find(name);
  return member == nullptr ? "" : member->as_string();
}

Actor actor_in(const codec::JsonValue& body) {
  return {text_at(body, "os_user"), text_at(body, "host"), text_at(body, "database_role")};
}

Stop stop_of(const Event& event) {
  const auto body = codec::parse_json_or_throw(event.body, "an event of the ledger");
  return {event.number,
          event.sha256,
          event.at,
          actor_in(body.root()),
          text_at(body.root(), "by_file"),
          text_at(body.root(), "reason")};
}

/// The newest event of a kind behind another one.
std::optional<Event> newest(db::SqlSession& session, const std::string& run_id, const char* kind,
                            std::int64_t after) {
  const auto result = session.query(
      "SELECT event_no, at, kind, body, previous_sha256, sha256 FROM sluice.event "
      "WHERE run_id = $1 AND kind = $2 AND event_no > $3 ORDER BY event_no DESC LIMIT 1",
      {run_id, kind, std::to_string(after)});
  if (result.rows.empty()) return std::nullopt;
  return read_event(result.rows.front());
}

std::string transaction_sql(const std::string& run_id, const Event& event,
                            const std::string& more) {
  return fmt::format(
      "BEGIN;\n{};\nSELECT FROM sluice.run WHERE run_id = {} FOR UPDATE;\n{};\n{}COMMIT;\n",
      kDurably, model::pg::literal(run_id), event_sql(run_id, event), more);
}

Event tried_event(db::SqlSession& session, const std::string& run_id, const char* kind,
                  const std::string& body) {
  session.begin();
  Event event = next_event(session, run_id, kind, body);
  session.rollback();
  return event;
}

}  // namespace

Actor actor_of(db::SqlSession& session) {
  const os::ProcessIdentity self = os::this_process();
  return {self.user, self.host, session.query("SELECT session_user::text").value()};
}

std::string to_text(const Stop& stop) {
  const std::string how =
      stop.by_file.empty()
          ? fmt::format("{} on {} (role {})", stop.by.os_user, stop.by.host, stop.by.database_role)
          : fmt::format("{} on {}, with the file {}", stop.by.os_user, stop.by.host, stop.by_file);
  const std::string when = stop.at.empty() ? "" : " at " + stop.at;
  return codec::printable_line(fmt::format("{}{}: {}", how, when, stop.reason));
}

void write(codec::JsonWriter& json, const Stop& stop) {
  json.begin_object();
  json.member("event", stop.event).member("sha256", stop.sha256).member("at", stop.at);
  json.member("os_user", stop.by.os_user).member("host", stop.by.host);
  json.member("database_role", stop.by.database_role).member("by_file", stop.by_file);
  json.member("reason", stop.reason);
  json.end_object();
}

Stop record_stop_request(db::SqlSession& session, const std::string& run_id, const Stop& asked) {
  session.begin();
  session.query(kDurably);
  Stop stop = stop_of(append_event_within(session, run_id, kStopped, body_of(asked)));
  if (!is_held(session, run_id)) session.query(stop_state_sql(run_id, stop));
  session.commit();
  return stop;
}

std::string stop_request_sql(db::SqlSession& session, const std::string& run_id,
                             const Stop& asked) {
  const Event event = tried_event(session, run_id, kStopped, body_of(asked));
  if (is_held(session, run_id)) return transaction_sql(run_id, event, "");
  return transaction_sql(run_id, event, stop_state_sql(run_id, stop_of(event)) + ";\n");
}

std::optional<Stop> stop_after(db::SqlSession& session, const std::string& run_id,
                               std::int64_t event) {
  const auto found = newest(session, run_id, kStopped, event);
  if (!found) return std::nullopt;
  return stop_of(*found);
}

std::optional<Stop> stop_in_force(db::SqlSession& session, const std::string& run_id) {
  auto stop = stop_after(session, run_id, 0);
  if (!stop) return std::nullopt;
  const auto continued = newest(session, run_id, kContinued, stop->event);
  if (!continued) return stop;
  const auto body = codec::parse_json_or_throw(continued->body, "an event of the ledger");
  if (text_at(body.root(), "stop_sha256") != stop->sha256) return stop;
  return std::nullopt;
}

bool record_continuation(db::SqlSession& session, const std::string& run_id, const Stop& stop,
                         const Actor& by, const std::string& approval) {
  session.begin();
  session.query(kDurably);
  // Whoever stops or continues waits for this row: what is in force now stays so.
  session.query("SELECT FROM sluice.run WHERE run_id = $1 FOR UPDATE", {run_id});
  const auto in_force = stop_in_force(session, run_id);
  if (!in_force || in_force->sha256 != stop.sha256) {
    session.rollback();
    return false;
  }
  append_event_within(session, run_id, kContinued, body_of(stop, by, approval));
  session.commit();
  return true;
}

std::string continuation_sql(db::SqlSession& session, const std::string& run_id, const Stop& stop,
                             const Actor& by, const std::string& approval) {
  const Event event = tried_event(session, run_id, kContinued, body_of(stop, by, approval));
  return transaction_sql(run_id, event, "");
}

std::optional<Continuation> last_continuation(db::SqlSession& session, const std::string& run_id) {
  const auto found = newest(session, run_id, kContinued, 0);
  if (!found) return std::nullopt;
  const auto body = codec::parse_json_or_throw(found->body, "an event of the ledger");
  return Continuation{found->at, actor_in(body.root()), text_at(body.root(), "approval"),
                      text_at(body.root(), "stop_sha256")};
}

}  // namespace sluice::ledger
