// Several sessions of a MariaDB source at one point in time, while somebody writes.

#include <atomic>
#include <set>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "integration/mysql_fixture.h"
#include "support/migration.h"

namespace sluice::test::mysql {
namespace {

/// Commits small transactions from a thread of its own until it goes. What each session sees of
/// table t tells which commit it stands at.
class Writer {
 public:
  explicit Writer(const MariadbDatabase& db) {
    db.run("CREATE TABLE t (id int primary key, n int); INSERT INTO t VALUES (1, 0), (2, 0)");
    thread_ = std::thread([this, option_file = db.server().option_file(), name = db.name()] {
      MysqlSql sql(option_file, name);
      while (!stop_) {
        try {
          sql.query(
              "START TRANSACTION; UPDATE t SET n = n + 1 WHERE id = 1; "
              "UPDATE t SET n = n + 1 WHERE id = 2; COMMIT");
          ++commits_;
        } catch (const std::exception&) {
          failed_ = true;
        }
      }
    });
    wait_for(1);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    stop_ = true;
    thread_.join();
  }
  /// Waits for so many commits more.
  void wait_for(int more) const {
    const int wanted = commits_ + more;
    while (commits_ < wanted && !failed_) std::this_thread::yield();
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<bool> failed_{false};
  std::atomic<int> commits_{0};
  std::thread thread_;
};

/// What each session sees: all the same if they stand at one point in time.
std::set<std::string> sights(const db::SnapshotSessions& sessions, const Writer& writer) {
  std::set<std::string> seen;
  for (const auto& session : sessions.sessions) {
    seen.insert(session->sql().query("SELECT GROUP_CONCAT(n ORDER BY id) FROM t").value());
    writer.wait_for(1);
  }
  return seen;
}

void create_reader(const MariadbDatabase& db, const std::string& name, const std::string& more) {
  db.run("CREATE USER IF NOT EXISTS " + name + "@localhost; GRANT SELECT ON " + db.name() +
         ".* TO " + name + "@localhost;" + more);
}

/// A user for replicas; over the loopback port, which is how replicas come.
void primary_user(const MariadbServer& primary) {
  MysqlSql(primary.option_file(), "mysql")
      .query(
          "CREATE USER replica@'127.0.0.1' IDENTIFIED BY 'r';"
          "GRANT REPLICATION SLAVE ON *.* TO replica@'127.0.0.1'");
}

/// Statements that make a server the replica of another, from now on.
std::string replicate_from(const MariadbServer& primary) {
  MysqlSql sql(primary.option_file(), "mysql");
  return "SET GLOBAL gtid_slave_pos = '" +
         single_value(sql.query("SELECT @@GLOBAL.gtid_binlog_pos")) +
         "'; CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = " +
         single_value(sql.query("SELECT @@port")) +
         ", MASTER_USER = 'replica', MASTER_PASSWORD = 'r', MASTER_USE_GTID = slave_pos; "
         "START SLAVE";
}

model::Endpoint endpoint_on(const MariadbServer& server) {
  model::Endpoint endpoint;
  endpoint.engine = model::Engine::mysql;
  endpoint.database = "mysql";
  endpoint.defaults_file = server.option_file();
  return endpoint;
}

/// Whether a table `t` of that database has come by replication.
bool has_table(MysqlSql& replica, const std::string& database) {
  return single_value(replica.query("SELECT COUNT(*) FROM information_schema.TABLES WHERE "
                                    "TABLE_SCHEMA = '" +
                                    database + "' AND TABLE_NAME = 't'")) == "1";
}

}  // namespace

TEST_CASE("with a binary log, sessions stand at one point in time without a lock or privilege") {
  const MariadbDatabase db;
  create_reader(db, "reader", "");
  const Writer writer(db);
  for (int i = 0; i < 20; ++i) {
    const db::SnapshotSessions sessions = db::open_snapshot(endpoint_as(db, "reader"), 4);
    REQUIRE(sessions.sessions.size() == 4);
    if (sessions.info.consistent) {  // 50 tries may fail, and the user has no RELOAD
      CHECK(sights(sessions, writer).size() == 1);
      CHECK(sessions.info.label.starts_with("one point in time, as far as the binary log shows"));
      // Nobody has told the reader that the log is not filtered; where it stands is known.
      CHECK(sessions.info.position.empty());
      CHECK(sessions.info.id.find(" at binlog.0") != std::string::npos);
    }
  }
  CHECK_FALSE(writer.failed());
}

TEST_CASE("without a binary log, sessions stand at one point in time by a short read lock") {
  const MariadbDatabase db(MariadbServer::shared_without_binlog());
  const Writer writer(db);
  for (int i = 0; i < 5; ++i) {
    const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 3);
    CHECK(sessions.info.consistent);
    CHECK(sessions.info.position.empty());
    CHECK(sessions.info.id.find("unknown:") == 0);
    CHECK(sights(sessions, writer).size() == 1);  // the writer goes on: the lock is gone
  }
  CHECK_FALSE(writer.failed());
}

TEST_CASE("without a binary log and without RELOAD, the label says what is not promised") {
  const MariadbDatabase db(MariadbServer::shared_without_binlog());
  create_reader(db, "reader", "");
  const db::SnapshotSessions two = db::open_snapshot(endpoint_as(db, "reader"), 2);
  CHECK_FALSE(two.info.consistent);
  CHECK(two.info.label.find("RELOAD") != std::string::npos);
  const db::SnapshotSessions one = db::open_snapshot(endpoint_as(db, "reader"), 1);
  CHECK(one.info.consistent);
  CHECK(one.info.label == "one point in time");
}

TEST_CASE("a read lock that somebody's lock keeps away is given up after two seconds") {
  const MariadbDatabase db(MariadbServer::shared_without_binlog());
  db.run("CREATE TABLE t (id int primary key)");
  MysqlSql other(db.server().option_file(), db.name());
  other.query("LOCK TABLES t WRITE");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 2);
  CHECK_FALSE(sessions.info.consistent);
  CHECK(sessions.info.label.find("2 s") != std::string::npos);
  other.query("INSERT INTO t VALUES (1)");
}

TEST_CASE("a source has moved exactly when something was committed; without a log nobody knows") {
  MariadbServer server;
  const MariadbDatabase db(server);
  db.run("CREATE TABLE t (id int primary key); CREATE TABLE u (id int primary key) AS SELECT 1 id");
  const auto info = [&] { return db::open_snapshot(endpoint_of(db), 2).info; };
  const db::SnapshotInfo before = info();
  db.run("SELECT * FROM u; ANALYZE NO_WRITE_TO_BINLOG TABLE u");
  CHECK(db::moved(model::Engine::mariadb, before, info()) == db::Moved::no);
  db.run("INSERT INTO t VALUES (1)");
  CHECK(db::moved(model::Engine::mariadb, before, info()) == db::Moved::yes);

  const MariadbDatabase without(MariadbServer::shared_without_binlog());
  const db::SnapshotInfo first = db::open_snapshot(endpoint_of(without), 1).info;
  const db::SnapshotInfo second = db::open_snapshot(endpoint_of(without), 1).info;
  CHECK(db::moved(model::Engine::mariadb, first, second) == db::Moved::unknown);
  CHECK(first.id != second.id);
}

TEST_CASE("a user who may look at log and replication learns where the source stands") {
  const MariadbDatabase db;
  create_reader(db, "monitor", "GRANT BINLOG MONITOR, SLAVE MONITOR ON *.* TO monitor@localhost");
  const db::SnapshotInfo info = db::open_snapshot(endpoint_as(db, "monitor"), 2).info;
  CHECK(info.label == "one point in time");
  CHECK(info.position.starts_with("binlog.0"));
  CHECK(info.id == info.position);
}

TEST_CASE("a log that was reset is another log, also where its places come again") {
  MariadbServer server;
  const MariadbDatabase db(server);
  db.run("CREATE TABLE t (id int primary key)");
  const auto info_after_reset = [&](const std::string& sql) {
    db.run("RESET MASTER");
    db.run(sql);
    return db::open_snapshot(endpoint_of(db), 2).info;
  };
  const db::SnapshotInfo before = info_after_reset("INSERT INTO t VALUES (1)");
  const db::SnapshotInfo after = info_after_reset("INSERT INTO t VALUES (2)");
  const auto place = [](const db::SnapshotInfo& info) {
    return info.position.substr(0, info.position.find(' '));
  };
  REQUIRE(place(before).starts_with("binlog.000001:"));
  CHECK(place(before) == place(after));
  CHECK(db::moved(model::Engine::mariadb, before, after) == db::Moved::yes);
}

TEST_CASE("a log that leaves databases out does not say whether the source has moved") {
  for (const char* filter : {"binlog_do_db=elsewhere", "binlog_ignore_db=elsewhere"}) {
    INFO(filter);
    MariadbServer server({true, {filter}});
    const MariadbDatabase db(server);
    db.run("CREATE TABLE t (id int primary key)");
    const auto info = [&] { return db::open_snapshot(endpoint_of(db), 2).info; };
    const db::SnapshotInfo before = info();
    db.run("INSERT INTO t VALUES (1)");
    CHECK(db::moved(model::Engine::mariadb, before, info()) == db::Moved::unknown);
    CHECK(before.consistent);  // by the lock, not by the log
  }
}

TEST_CASE("a replica that does not log what it applies does not say whether it has moved") {
  MariadbServer primary;
  MariadbServer replica({true, {"server_id=2"}});
  primary_user(primary);
  MysqlSql here(replica.option_file(), "mysql");
  here.query(replicate_from(primary));
  const MariadbDatabase there(primary);
  const model::Endpoint endpoint = endpoint_on(replica);
  const db::SnapshotInfo before = db::open_snapshot(endpoint, 2).info;
  there.run("CREATE TABLE t (id int primary key)");
  REQUIRE(wait_until([&] { return has_table(here, there.name()); }));
  const db::SnapshotInfo after = db::open_snapshot(endpoint, 2).info;
  CHECK(db::moved(model::Engine::mariadb, before, after) == db::Moved::unknown);
  CHECK(after.consistent);
  // Nor does one that stands still for now.
  here.query("STOP SLAVE");
  CHECK(db::open_snapshot(endpoint, 2).info.position.empty());
}

TEST_CASE("a replica that logs what it applies moves with every change") {
  MariadbServer primary;
  MariadbServer replica({true, {"server_id=2", "log_slave_updates=ON"}});
  primary_user(primary);
  MysqlSql here(replica.option_file(), "mysql");
  here.query(replicate_from(primary));
  const MariadbDatabase there(primary);
  const db::SnapshotInfo before = db::open_snapshot(endpoint_on(replica), 2).info;
  there.run("CREATE TABLE t (id int primary key)");
  REQUIRE(wait_until([&] { return has_table(here, there.name()); }));
  const db::SnapshotInfo after = db::open_snapshot(endpoint_on(replica), 2).info;
  CHECK(db::moved(model::Engine::mariadb, before, after) == db::Moved::yes);
}

TEST_CASE("a snapshot's session cannot write, and cannot end its snapshot") {
  const MariadbDatabase db;
  db.run("CREATE TABLE t (id int primary key)");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  db::SqlSession& sql = sessions.sessions.at(0)->sql();
  CHECK_THROWS_AS(sql.query("INSERT INTO t VALUES (1)"), model::Error);
  CHECK_THROWS_AS(sql.begin(), model::Error);
  CHECK_THROWS_AS(sql.commit(), model::Error);
  db.run("INSERT INTO t VALUES (2)");
  CHECK(sql.query("SELECT COUNT(*) FROM t").value() == "0");
  CHECK(sql.query("SELECT ?, ?", {{"it's \xc3\xbc \\ ?"}, std::nullopt}).rows.at(0).at(0) ==
        "it's \xc3\xbc \\ ?");
}

TEST_CASE("a table that was altered after the snapshot is drift") {
  const MariadbDatabase db;
  db.run("CREATE TABLE t (id int primary key, v int); INSERT INTO t VALUES (1, 1)");
  const db::TableRead table = table_read(db, "t");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  db.run("ALTER TABLE t ADD COLUMN w int, ALGORITHM=COPY");
  try {
    static_cast<void>(read_all(*sessions.sessions.at(0), table, {}));
    FAIL("the table was read as if it were the old one");
  } catch (const model::Error& error) {
    CHECK(error.kind() == model::ErrorKind::drift);
  }
}

}  // namespace sluice::test::mysql
