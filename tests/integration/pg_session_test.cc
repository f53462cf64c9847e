// PostgreSQL sessions: settings, errors and what may be done about them, transactions, COMMIT
// without an answer.
#include <chrono>
#include <functional>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "sluice/db/sql_session.h"
#include "sluice/model/error.h"

#include "pg_fixture.h"
#include "support/proxy.h"

namespace sluice::test {
namespace {

using db::Purpose;
using model::Error;
using model::ErrorKind;
using model::Retry;

/// What a failure says, for comparing: kind, retry.
struct Outcome {
  ErrorKind kind;
  Retry retry;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::optional<Outcome> outcome_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return Outcome{error.kind(), error.retry()};
  }
  return std::nullopt;
}

model::Endpoint tcp_endpoint_of(const PostgresDatabase& db, int port) {
  model::Endpoint endpoint = endpoint_of(db);
  endpoint.socket.clear();
  endpoint.host = "127.0.0.1";
  endpoint.port = static_cast<std::uint16_t>(port);
  endpoint.options["passfile"] = db.server().pass_file();
  return endpoint;
}

std::string setting(db::SqlSession& session, const std::string& name) {
  return session.query("SELECT current_setting($1)", {name}).value();
}

std::string backend_pid(db::SqlSession& session) {
  return session.query("SELECT pg_backend_pid()").value();
}

/// Waits until the server shows a session in that state of waiting; throws after ten seconds.
void wait_for(const PostgresDatabase& db, const std::string& condition) {
  for (int i = 0; i < 500; ++i) {
    if (db.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND " +
                 condition) != "0") {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  throw std::runtime_error("no session came to: " + condition);
}

}  // namespace

TEST_CASE("a PostgreSQL session gives values, NULLs and counts of a statement") {
  const PostgresDatabase db;
  const auto session = db::open_session(endpoint_of(db), Purpose::target);
  CHECK(session->engine() == model::Engine::postgresql);
  session->query("CREATE TABLE public.t (a int, b text)");
  const auto inserted =
      session->query("INSERT INTO public.t VALUES ($1, $2), (2, $3)", {"1", "it's", std::nullopt});
  CHECK(inserted.affected == 2);
  const auto rows = session->query("SELECT a, b AS \"B b\" FROM public.t ORDER BY a");
  CHECK(rows.columns == std::vector<std::string>{"a", "B b"});
  CHECK(rows.rows == std::vector<std::vector<db::Parameter>>{{"1", "it's"}, {"2", std::nullopt}});
  CHECK(session->query("SELECT 1; SELECT 42").value() == "42");
  CHECK(outcome_of([&] { static_cast<void>(session->query("SELECT NULL").value()); })->kind ==
        ErrorKind::internal);
}

TEST_CASE("a NUL byte in a statement parameter is refused, not cut off") {
  const PostgresDatabase db;
  const auto session = db::open_session(endpoint_of(db), Purpose::catalog);
  const std::string text("a\0b", 3);
  CHECK(outcome_of([&] { session->query("SELECT $1::text", {text}); })->kind == ErrorKind::data);
}

TEST_CASE("a PostgreSQL source session is pinned to its own forms and cannot write") {
  const PostgresDatabase db;
  db.run("ALTER DATABASE " + db.name() + " SET DateStyle = 'German'; ALTER DATABASE " + db.name() +
         " SET TimeZone = 'Asia/Tokyo'; ALTER DATABASE " + db.name() +
         " SET default_transaction_read_only = off; ALTER DATABASE " + db.name() +
         " SET statement_timeout = '5s'");
  const auto session = db::open_session(endpoint_of(db), Purpose::source);
  CHECK(session->query("SELECT timestamptz '2024-02-29 12:00+09'").value() ==
        "2024-02-29 03:00:00+00");
  CHECK(setting(*session, "row_security") == "off");
  CHECK(setting(*session, "statement_timeout") == "0");
  CHECK(setting(*session, "lock_timeout") == "10s");
  CHECK(setting(*session, "application_name") == "sluice");
  CHECK(setting(*session, "transaction_isolation") == "repeatable read");
  CHECK(outcome_of([&] { session->query("CREATE TABLE public.t (a int)"); }) ==
        Outcome{ErrorKind::config, Retry::never});
}

TEST_CASE(
    "a PostgreSQL target session commits asynchronously and notices a client that was killed") {
  const PostgresDatabase db;
  const auto session = db::open_session(endpoint_of(db), Purpose::target);
  CHECK(setting(*session, "synchronous_commit") == "off");
  CHECK(setting(*session, "client_connection_check_interval") == "1s");
  CHECK(setting(*session, "idle_in_transaction_session_timeout") == "1min");
}

TEST_CASE("what a PostgreSQL failure lets one do follows from its SQLSTATE") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1)");
  const auto session = db::open_session(endpoint_of(db), Purpose::target);
  const auto failing = [&](const std::string& sql) {
    return outcome_of([&] { session->query(sql); });
  };
  CHECK(failing("INSERT INTO public.t VALUES (1)") == Outcome{ErrorKind::data, Retry::never});
  CHECK(failing("SELECT 1/0") == Outcome{ErrorKind::data, Retry::never});
  CHECK(failing("SELECT * FROM public.missing") == Outcome{ErrorKind::drift, Retry::never});
  CHECK(failing("SELECT missing FROM public.t") == Outcome{ErrorKind::drift, Retry::never});
  CHECK(failing("SELEC 1") == Outcome{ErrorKind::data, Retry::never});
  CHECK(failing("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$") ==
        Outcome{ErrorKind::storage, Retry::never});
  CHECK(failing("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$") ==
        Outcome{ErrorKind::connection, Retry::same_session});
  CHECK(failing("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$") ==
        Outcome{ErrorKind::connection, Retry::same_session});
  CHECK(failing("DO $$ BEGIN RAISE SQLSTATE '42501'; END $$") ==
        Outcome{ErrorKind::config, Retry::never});
}

TEST_CASE("a lock that somebody holds may be tried again in the same session") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int)");
  PgSql holder(db.conninfo());
  holder.query("BEGIN; LOCK TABLE t");
  const auto session = db::open_session(endpoint_of(db), Purpose::target);
  session->query("SET lock_timeout = '50ms'");
  CHECK(outcome_of([&] { session->query("INSERT INTO public.t VALUES (1)"); }) ==
        Outcome{ErrorKind::connection, Retry::same_session});
  holder.query("ROLLBACK");
  CHECK(session->query("INSERT INTO public.t VALUES (1)").affected == 1);
}

TEST_CASE("a terminated PostgreSQL session needs a new one and never comes back by itself") {
  const PostgresDatabase db;
  const auto session = db::open_session(endpoint_of(db), Purpose::target);
  db.run("SELECT pg_terminate_backend(" + backend_pid(*session) + ", 10000)");
  const Outcome lost{ErrorKind::connection, Retry::new_session};
  CHECK(outcome_of([&] { session->query("SELECT 1"); }) == lost);
  CHECK(outcome_of([&] { session->query("SELECT 1"); }) == lost);
  CHECK(outcome_of([&] { session->begin(); }) == lost);
}

TEST_CASE("a connection that cannot be made says why and whether to try again") {
  const PostgresDatabase db;
  model::Endpoint nobody_there = endpoint_of(db);
  nobody_there.socket = "/nonexistent";
  CHECK(outcome_of([&] { static_cast<void>(db::open_session(nobody_there, Purpose::source)); }) ==
        Outcome{ErrorKind::connection, Retry::new_session});

  model::Endpoint without_password = tcp_endpoint_of(db, db.server().port());
  without_password.options["passfile"] = "/nonexistent";
  CHECK(outcome_of([&] {
          static_cast<void>(db::open_session(without_password, Purpose::source));
        }) == Outcome{ErrorKind::config, Retry::never});

  model::Endpoint unknown_service;
  unknown_service.service = "no such service";
  CHECK(outcome_of([&] {
          static_cast<void>(db::open_session(unknown_service, Purpose::source));
        }) == Outcome{ErrorKind::config, Retry::never});

  model::Endpoint with_password = endpoint_of(db);
  with_password.options["password"] = "x";
  CHECK(outcome_of([&] { static_cast<void>(db::open_session(with_password, Purpose::source)); }) ==
        Outcome{ErrorKind::config, Retry::never});
}

TEST_CASE(
    "what a PostgreSQL transaction did is there after commit and gone after rollback or "
    "destruction") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int)");
  {
    const auto session = db::open_session(endpoint_of(db), Purpose::target);
    session->begin();
    session->query("INSERT INTO public.t VALUES (1)");
    session->commit();
    session->begin();
    session->query("INSERT INTO public.t VALUES (2)");
    session->rollback();
    session->begin();
    session->query("INSERT INTO public.t VALUES (3)");
  }
  CHECK(db.value("SELECT string_agg(a::text, ',') FROM t") == "1");
}

TEST_CASE("a transaction that has failed cannot be committed by mistake") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int)");
  const auto session = db::open_session(endpoint_of(db), Purpose::target);
  session->begin();
  session->query("INSERT INTO public.t VALUES (1)");
  CHECK(outcome_of([&] { session->query("SELECT 1/0"); }).has_value());
  CHECK(outcome_of([&] { session->commit(); })->kind == ErrorKind::internal);
  CHECK(db.value("SELECT count(*) FROM t") == "0");
  session->begin();
  session->query("INSERT INTO public.t VALUES (2)");
  session->commit();
  CHECK(db.value("SELECT a FROM t") == "2");
}

TEST_CASE("a savepoint takes a failed statement back and the transaction goes on") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int PRIMARY KEY)");
  const auto session = db::open_session(endpoint_of(db), Purpose::target);
  session->begin();
  session->query("INSERT INTO public.t VALUES (1)");
  session->query("SAVEPOINT s");
  CHECK(outcome_of([&] { session->query("INSERT INTO public.t VALUES (1)"); }).has_value());
  session->query("ROLLBACK TO SAVEPOINT s");
  session->query("INSERT INTO public.t VALUES (2)");
  session->commit();
  CHECK(db.value("SELECT count(*) FROM t") == "2");
}

TEST_CASE("a COMMIT that fails for a deferred constraint is no COMMIT in doubt") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
  const auto session = db::open_session(endpoint_of(db), Purpose::target);
  session->begin();
  session->query("INSERT INTO public.t VALUES (1), (1)");
  try {
    session->commit();
    FAIL("the commit went through");
  } catch (const model::CommitInDoubt&) {
    FAIL("the server has answered");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
  }
  CHECK(db.value("SELECT count(*) FROM t") == "0");
}

TEST_CASE("a COMMIT whose answer is lost is in doubt, and was done") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int)");
  Proxy proxy(db.server().port());
  const auto session = db::open_session(tcp_endpoint_of(db, proxy.port()), Purpose::target);
  session->begin();
  session->query("INSERT INTO public.t VALUES (1)");
  proxy.lose_answer_to("COMMIT");
  CHECK_THROWS_AS(session->commit(), model::CommitInDoubt);
  CHECK(proxy.lost());
  CHECK(db.value("SELECT count(*) FROM t") == "1");
  CHECK(outcome_of([&] { session->query("SELECT 1"); }) ==
        Outcome{ErrorKind::connection, Retry::new_session});
}

TEST_CASE("a COMMIT that was never sent is not in doubt") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int)");
  Proxy proxy(db.server().port());
  const auto session = db::open_session(tcp_endpoint_of(db, proxy.port()), Purpose::target);
  session->begin();
  session->query("INSERT INTO public.t VALUES (1)");
  proxy.cut_all();
  CHECK(outcome_of([&] { session->query("SELECT 1"); }).has_value());
  try {
    session->commit();
    FAIL("the commit went through");
  } catch (const model::CommitInDoubt&) {
    FAIL("COMMIT was not sent");
  } catch (const Error& error) {
    CHECK(error.retry() == Retry::new_session);
  }
  CHECK(db.value("SELECT count(*) FROM t") == "0");
}

TEST_CASE("a running statement ends when another thread cancels it") {
  const PostgresDatabase db;
  const auto session = db::open_session(endpoint_of(db), Purpose::target);
  std::jthread canceller([&] {
    wait_for(db, "query LIKE 'SELECT pg_sleep%' AND state = 'active'");
    session->cancel();
  });
  CHECK(outcome_of([&] { session->query("SELECT pg_sleep(30)"); }) ==
        Outcome{ErrorKind::interrupted, Retry::never});
  CHECK(session->query("SELECT 1").value() == "1");
}

TEST_CASE("asynchronous commits are on disk once they are flushed") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int)");
  const auto session = db::open_target(endpoint_of(db));
  session->begin();
  session->query("INSERT INTO public.t SELECT generate_series(1, 1000)");
  session->commit();
  const std::string position = session->query("SELECT pg_current_wal_insert_lsn()").value();
  db::flush_commits(*session);
  CHECK(session->query("SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn", {position}).value() ==
        "t");
}

}  // namespace sluice::test
