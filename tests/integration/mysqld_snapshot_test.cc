// Several sessions of MySQL's own server at one point in time, and whether it has moved since.

#include <atomic>
#include <set>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "integration/mysql_fixture.h"
#include "support/migration.h"

namespace sluice::test::mysql {
namespace {

const std::vector<std::string> kGtids{"gtid_mode=ON", "enforce_gtid_consistency=ON"};

db::SnapshotInfo info_of(const MysqlDatabase& db) {
  return db::open_snapshot(endpoint_of(db), 2).info;
}

db::Moved moved(const db::SnapshotInfo& before, const db::SnapshotInfo& after) {
  return db::moved(model::Engine::mysql, before, after);
}

void check_moves_with_commits(const MysqlDatabase& db) {
  db.run("CREATE TABLE t (id int primary key); CREATE TABLE u (id int primary key)");
  const db::SnapshotInfo before = info_of(db);
  CHECK(before.label == "one point in time");
  CHECK(before.id == before.position);
  db.run("SELECT * FROM u; ANALYZE NO_WRITE_TO_BINLOG TABLE u");
  CHECK(moved(before, info_of(db)) == db::Moved::no);
  db.run("INSERT INTO t VALUES (1)");
  CHECK(moved(before, info_of(db)) == db::Moved::yes);
}

}  // namespace

TEST_CASE("a MySQL source has moved exactly when something was committed, by GTID or by place") {
  NEEDS_MYSQL();
  MysqlServer with_gtids({true, kGtids});
  const MysqlDatabase tracked(with_gtids);
  check_moves_with_commits(tracked);
  CHECK(info_of(tracked).position.starts_with("gtid:"));
  // Later versions have GTIDs unless they are told otherwise.
  MysqlServer without_gtids({true, {"gtid_mode=OFF", "enforce_gtid_consistency=OFF"}});
  const MysqlDatabase db(without_gtids);
  check_moves_with_commits(db);
  CHECK(info_of(db).position.starts_with("binlog.0"));
}

TEST_CASE("a log of MySQL that was reset is another log, also where its GTIDs come again") {
  NEEDS_MYSQL();
  MysqlServer server({true, kGtids});
  const MysqlDatabase db(server);
  db.run("CREATE TABLE t (id int primary key)");
  const auto info_after_reset = [&](const std::string& sql) {
    // Before 8.4 the statement had another name.
    try {
      db.run("RESET BINARY LOGS AND GTIDS");
    } catch (const std::exception&) {
      db.run("RESET MASTER");
    }
    db.run(sql);
    return info_of(db);
  };
  const db::SnapshotInfo before = info_after_reset("INSERT INTO t VALUES (1)");
  const db::SnapshotInfo after = info_after_reset("INSERT INTO t VALUES (2)");
  const auto place = [](const db::SnapshotInfo& info) {
    return info.position.substr(0, info.position.find(' '));
  };
  CHECK(place(before) == place(after));
  CHECK(moved(before, after) == db::Moved::yes);
}

TEST_CASE("without a log, with filters or without rights nobody knows whether MySQL has moved") {
  NEEDS_MYSQL();
  MysqlServer silent({false, {}});
  const MysqlDatabase db(silent);
  CHECK(db.value("SELECT @@log_bin") == "0");
  CHECK(info_of(db).consistent);  // by the lock
  CHECK(moved(info_of(db), info_of(db)) == db::Moved::unknown);
  MysqlServer filtered({true, {"binlog_ignore_db=elsewhere"}});
  const MysqlDatabase other(filtered);
  CHECK(info_of(other).consistent);
  CHECK(moved(info_of(other), info_of(other)) == db::Moved::unknown);

  const MysqlDatabase shared;
  shared.run(
      "CREATE USER IF NOT EXISTS locker@localhost, plain@localhost;"
      "GRANT SELECT ON " +
      shared.name() +
      ".* TO locker@localhost, plain@localhost;"
      "GRANT FLUSH_TABLES ON *.* TO locker@localhost");
  const auto info = [&](const char* user) {
    return db::open_snapshot(endpoint_as(shared, user), 2).info;
  };
  CHECK(info("locker").consistent);
  CHECK(info("locker").position.empty());
  CHECK_FALSE(info("plain").consistent);
  CHECK(info("plain").label.find("FLUSH_TABLES") != std::string::npos);
  CHECK(db::open_snapshot(endpoint_as(shared, "plain"), 1).info.consistent);
}

TEST_CASE("sessions of MySQL stand at one point in time while somebody writes") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  db.run("CREATE TABLE t (id int primary key, n int); INSERT INTO t VALUES (1, 0), (2, 0)");
  std::atomic<bool> stop{false};
  std::atomic<int> commits{0};
  std::thread writer([&] {
    MysqlSql sql(db.server().option_file(), db.name());
    while (!stop) {
      sql.query("START TRANSACTION; UPDATE t SET n = n + 1; COMMIT");
      ++commits;
    }
  });
  for (int i = 0; i < 10; ++i) {
    const int before = commits;
    const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 3);
    CHECK(sessions.info.consistent);
    std::set<std::string> seen;
    for (const auto& session : sessions.sessions) {
      seen.insert(session->sql().query("SELECT GROUP_CONCAT(n) FROM t").value());
    }
    CHECK(seen.size() == 1);
    // The lock is gone: the writer goes on.
    CHECK(wait_until([&] { return commits > before; }));
  }
  stop = true;
  writer.join();
}

TEST_CASE(
    "a replica of MySQL that does not log what it applies does not say whether it has moved") {
  NEEDS_MYSQL();
  MysqlServer primary({true, kGtids});
  std::vector<std::string> settings = kGtids;
  settings.insert(settings.end(), {"server_id=2", "log_replica_updates=OFF"});
  MysqlServer replica({true, settings});
  MysqlSql there(primary.option_file(), "mysql");
  MysqlSql here(replica.option_file(), "mysql");
  there.query(
      "CREATE USER replica@'127.0.0.1' IDENTIFIED BY 'r'; GRANT REPLICATION SLAVE ON *.* TO "
      "replica@'127.0.0.1'");
  here.query("SET GLOBAL gtid_purged = '+" + single_value(there.query("SELECT @@gtid_executed")) +
             "'; CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = " +
             std::to_string(primary.port()) +
             ", SOURCE_USER = 'replica', SOURCE_PASSWORD = 'r', SOURCE_AUTO_POSITION = 1, "
             "GET_SOURCE_PUBLIC_KEY = 1; START REPLICA");
  const MysqlDatabase db(primary);
  db.run("CREATE TABLE t (id int primary key)");
  REQUIRE(wait_until([&] {
    return single_value(here.query("SELECT COUNT(*) FROM information_schema.TABLES WHERE "
                                   "TABLE_SCHEMA = '" +
                                   db.name() + "'")) == "1";
  }));
  model::Endpoint endpoint;
  endpoint.engine = model::Engine::mysql;
  endpoint.database = "mysql";
  endpoint.defaults_file = replica.option_file();
  const db::SnapshotInfo info = db::open_snapshot(endpoint, 2).info;
  CHECK(info.consistent);
  CHECK(info.position.empty());
}

}  // namespace sluice::test::mysql
