// The fixtures themselves: a comparison is worth what the servers behind it do.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <signal.h>
#include <sys/shm.h>

#include "support/mariadb_server.h"
#include "support/postgres_server.h"
#include "support/proxy.h"
#include "support/run_process.h"
#include "support/source_tree.h"

namespace sluice::test {

TEST_CASE("a committed row is there after PostgreSQL was killed and started again") {
  PostgresServer server;
  const PostgresDatabase db(server);
  db.run("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (2, NULL)");
  server.stop_immediately();
  CHECK_THROWS(db.query("SELECT 1"));
  server.start();
  CHECK(to_text(db.query("SELECT * FROM t ORDER BY a")) == "1 | x\n2 | NULL\n");
}

TEST_CASE("a committed row is there after MariaDB was killed and started again") {
  MariadbServer server;
  const MariadbDatabase db(server);
  db.run("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (2, NULL)");
  server.stop_immediately();
  CHECK_THROWS(db.query("SELECT 1"));
  server.restart();
  CHECK(to_text(db.query("SELECT * FROM t ORDER BY a")) == "1 | x\n2 | NULL\n");
}

TEST_CASE("the binary log is on or off as asked for") {
  CHECK(MariadbDatabase(MariadbServer::shared()).value("SELECT @@log_bin") == "1");
  CHECK(MariadbDatabase(MariadbServer::shared_without_binlog()).value("SELECT @@log_bin") == "0");
}

TEST_CASE("no two MariaDB servers share a folder for temporary tables") {
  // A server that starts removes all that lie there, and the other one dies of it.
  const std::string one = MariadbDatabase(MariadbServer::shared()).value("SELECT @@tmpdir");
  const std::string other =
      MariadbDatabase(MariadbServer::shared_without_binlog()).value("SELECT @@tmpdir");
  CHECK(one != other);
  CHECK(std::filesystem::is_directory(one));
}

TEST_CASE("each database of a test is empty and gone afterwards") {
  std::string name;
  {
    const PostgresDatabase db;
    name = db.name();
    CHECK(db.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0");
  }
  const PostgresDatabase other;
  CHECK(other.value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'") == "0");
}

TEST_CASE("the loopback port asks for the password") {
  const PostgresServer& server = PostgresServer::shared();
  CHECK(single_value(PgSql(server.tcp_conninfo()).query("SELECT 1")) == "1");
  CHECK_THROWS(PgSql("host=127.0.0.1 port=" + std::to_string(server.port()) +
                     " user=postgres dbname=postgres passfile=/nonexistent"));
}

TEST_CASE("the proxy loses the answer to a commit that took place") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int)");
  Proxy proxy(db.server().port());
  PgSql session("host=127.0.0.1 port=" + std::to_string(proxy.port()) +
                " user=postgres dbname=" + db.name() + " passfile=" + db.server().pass_file());
  session.query("BEGIN; INSERT INTO t VALUES (1)");
  proxy.lose_answer_to("COMMIT");
  CHECK_THROWS(session.query("COMMIT"));
  CHECK(proxy.lost());
  CHECK(db.value("SELECT count(*) FROM t") == "1");
}

TEST_CASE("a process gives back what it wrote, its exit code and its signal") {
  RunOptions options;
  options.input = "hello";
  options.env = {{"SLUICE_X", "y"}};
  const RunResult done = run_process({"sh", "-c", "cat; echo \"$SLUICE_X\" >&2; exit 3"}, options);
  CHECK(done.out == "hello");
  CHECK(done.err == "y\n");
  CHECK(done.exit_code == 3);

  Process sleeper({"sh", "-c", "echo up; exec sleep 60"});
  REQUIRE(sleeper.wait_for_output("up"));
  sleeper.send_signal(SIGTERM);
  CHECK(sleeper.wait().signal == SIGTERM);

  options.timeout = std::chrono::milliseconds(50);
  CHECK(run_process({"sleep", "60"}, options).timed_out);
}

/// The seventh line of a postmaster's lock file: the key and the id of its segment.
static int shared_memory_of(const std::filesystem::path& lock_file) {
  std::ifstream file(lock_file);
  std::string line;
  for (int i = 0; i < 7; ++i) std::getline(file, line);
  return std::stoi(line.substr(line.rfind(' ')));
}

TEST_CASE("servers end and their files go when their owner is killed") {
  const TempDir dir;
  Process owner({"sleep", "60"});
  const RunResult started =
      run_process({in_source_tree("scripts/servers"), "start", dir.path().string(), "--postgres",
                   "1", "--owner", std::to_string(owner.pid())});
  REQUIRE(started.exit_code == 0);
  const int segment = shared_memory_of(dir.path() / "pg1/data/postmaster.pid");
  shmid_ds state{};
  REQUIRE(::shmctl(segment, IPC_STAT, &state) == 0);
  owner.send_signal(SIGKILL);
  owner.wait();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::filesystem::exists(dir.path()) && std::chrono::steady_clock::now() < end) {
    run_process({"sleep", "0.1"});
  }
  CHECK_FALSE(std::filesystem::exists(dir.path()));
  CHECK(::shmctl(segment, IPC_STAT, &state) == -1);
}

}  // namespace sluice::test
