// A PostgreSQL server that dies, or that ends a session, at the worst moment.
#include <chrono>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "pg_fixture.h"

namespace sluice::test {
namespace {

using model::Error;
using model::ErrorKind;
using model::RangeKind;
using model::Retry;

constexpr model::KeyRange kByKey{RangeKind::key, std::nullopt, std::nullopt};

template <typename Action>
void check_needs_new_session(Action action) {
  try {
    action();
    FAIL("it went through");
  } catch (const model::CommitInDoubt&) {
    FAIL("no COMMIT was sent");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::connection);
    CHECK(error.retry() == Retry::new_session);
  }
}

codec::RowBuffer many_rows() {
  codec::RowBuffer rows;
  for (int i = 0; i < 20000; ++i)
    put_row(rows, {codec::Carrier::int4, codec::Carrier::text},
            {std::to_string(i), std::string(1000, 'x')});
  return rows;
}

const db::TableWrite kTable{
    {"public", "t"},
    {{"a", "integer", codec::Carrier::int4, false}, {"b", "text", codec::Carrier::text, false}}};

}  // namespace

TEST_CASE("a server that dies under a stream and under a write leaves nothing half done") {
  PostgresServer server;
  const PostgresDatabase db(server);
  db.run(
      "CREATE TABLE s (a int PRIMARY KEY, b text); CREATE TABLE t (a int, b text);"
      "INSERT INTO s SELECT g, repeat('x', 1000) FROM generate_series(1, 50000) g");
  const db::TableRead table = table_read(db, {"public", "s"}, {"a"});
  const codec::RowBuffer rows = many_rows();
  const db::SnapshotSessions snapshot = db::open_snapshot(endpoint_of(db), 1);
  const auto target = db::open_target(endpoint_of(db));
  target->begin();
  REQUIRE_FALSE(target->write(kTable, rows).has_value());
  {
    const auto stream = snapshot.sessions[0]->read(table, kByKey);
    db::SourceBatch batch;
    REQUIRE(stream->read(batch, 100000));
    server.stop_immediately();
    check_needs_new_session([&] {
      while (stream->read(batch, 100000)) {
      }
    });
  }
  check_needs_new_session([&] { static_cast<void>(target->write(kTable, rows)); });
  check_needs_new_session([&] { target->commit(); });
  check_needs_new_session([&] { static_cast<void>(db::open_target(endpoint_of(db))); });
  server.start();
  CHECK(db.value("SELECT count(*) FROM t") == "0");
  try {
    static_cast<void>(db::open_snapshot(endpoint_of(db), 1, {}, snapshot.info.id));
    FAIL("a snapshot survived its server");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::drift);
  }
  const db::SnapshotSessions again = db::open_snapshot(endpoint_of(db), 1);
  CHECK(read_in_one(*again.sessions[0], table, kByKey, std::size_t{1} << 20).size() == 50000);
}

TEST_CASE("a session that is ended while it waits in COMMIT leaves the COMMIT in doubt") {
  // The standby that nobody runs makes every synchronous COMMIT wait after it has been done.
  PostgresServer server({"synchronous_standby_names=nobody", "synchronous_commit=local"});
  const PostgresDatabase db(server);
  db.run("CREATE TABLE t (a int, b text)");
  const auto target = db::open_target(endpoint_of(db));
  target->begin();
  target->query("SET LOCAL synchronous_commit = on");
  target->query("INSERT INTO public.t VALUES (1, 'x')");
  const std::string pid = target->query("SELECT pg_backend_pid()").value();
  std::jthread ender([&] {
    for (int i = 0; i < 500; ++i) {
      if (db.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND pid = " +
                   pid) != "0")
        break;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    db.run("SELECT pg_terminate_backend(" + pid + ")");
  });
  CHECK_THROWS_AS(target->commit(), model::CommitInDoubt);
  ender.join();
  CHECK(db.value("SELECT count(*) FROM t") == "1");
}

TEST_CASE("a process that sleeps inside a transaction is put out of it by the server") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int, b text)");
  const auto target = db::open_target(endpoint_of(db));
  target->query("SET idle_in_transaction_session_timeout = '100ms'");
  target->begin();
  target->query("INSERT INTO public.t VALUES (1, 'x')");
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  check_needs_new_session([&] { target->query("SELECT 1"); });
  CHECK(db.value("SELECT count(*) FROM t") == "0");
}

}  // namespace sluice::test
