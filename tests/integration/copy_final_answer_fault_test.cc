// What a server answers while a copy waits for it: some answers are final, after others it waits.
#include <chrono>
#include <csignal>
#include <fstream>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

using Clock = std::chrono::steady_clock;

void make_table(Migration& migration) {
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload varchar(100))");
  migration.source(migration.from() == From::postgresql
                       ? "INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 9000) "
                         "n; ANALYZE"
                       : "INSERT INTO t SELECT seq, repeat('x', 90) FROM seq_1_to_9000; "
                         "ANALYZE TABLE t");
  migration.move("t");
}

void cut_sessions_of(const PostgresServer& server, const std::string& database) {
  PgSql(server.conninfo())
      .query(fmt::format("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE "
                         "datname = '{}'",
                         database));
}

/// The process goes on after its server was changed: it must end at once, and say why.
void check_final(Process& process, const std::string& said) {
  const auto begin = Clock::now();
  process.send_signal(SIGCONT);
  const RunResult result = process.wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 2);
  CHECK(result.err.find(said) != std::string::npos);
  CHECK(result.err.find("what was committed stays; 'sluice copy ") != std::string::npos);
  // The first try comes after a second, and no other follows; reconnect_seconds is 300.
  CHECK(result.err.find("tries again in 2 s") == std::string::npos);
  CHECK(Clock::now() - begin < std::chrono::seconds(30));
}

void check_finishes(const Migration& migration) {
  finish(migration);
  CHECK(migration.table_difference("t", "id, payload") == "");
}

/// The last field of the one line of a .pgpass file.
std::string password_in(const std::string& pass_file) {
  std::ifstream file(pass_file);
  std::string line;
  std::getline(file, line);
  return line.substr(line.rfind(':') + 1);
}

}  // namespace

TEST_CASE("a password that was changed in mid-copy ends the copy at once") {
  PostgresServer target;
  Migration migration(PostgresServer::shared(), target);
  make_table(migration);
  migration.target_url(migration.target_url_by_port(target.port()));
  const auto process = copy_stalled_at(migration, "after_load:3");
  const auto set_password = [&](const std::string& password) {
    migration.target(fmt::format("ALTER ROLE \"{}\" PASSWORD '{}'", target.user(), password));
  };
  set_password("another");
  cut_sessions_of(target, migration.target_database().name());
  check_final(*process, "(SQLSTATE 28P01)");
  CHECK(process->err().find("sluice: target: cannot connect") != std::string::npos);
  CHECK(process->err().find("password authentication failed") != std::string::npos);
  CHECK(process->err().find("LOCATION") == std::string::npos);
  set_password(password_in(target.pass_file()));
  check_finishes(migration);
}

TEST_CASE("a database that was renamed in mid-copy ends the copy at once") {
  Migration migration;
  make_table(migration);
  const auto process = copy_stalled_at(migration, "after_load:3");
  const PostgresServer& server = migration.target_database().server();
  const std::string& name = migration.target_database().name();
  PgSql admin(server.conninfo());
  cut_sessions_of(server, name);
  admin.query(fmt::format("ALTER DATABASE {0} RENAME TO {0}_away", name));
  check_final(*process, "(SQLSTATE 3D000)");
  admin.query(fmt::format("ALTER DATABASE {0}_away RENAME TO {0}", name));
  check_finishes(migration);
}

TEST_CASE("a right to connect that was taken away in mid-copy ends the copy at once") {
  Migration migration;
  make_table(migration);
  const auto process = copy_stalled_at(migration, "after_read:3");
  const std::string database = migration.source_value("SELECT current_database()");
  migration.source(fmt::format("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", database));
  cut_sessions_of(PostgresServer::shared(), database);
  check_final(*process, "(SQLSTATE 42501)");
  CHECK(process->err().find("sluice: source: cannot connect") != std::string::npos);
  migration.source(fmt::format("GRANT CONNECT ON DATABASE {} TO PUBLIC", database));
  check_finishes(migration);
}

TEST_CASE("a login that is refused while indexes are built is not the table's fault") {
  Migration migration;
  make_table(migration);
  migration.source("UPDATE t SET payload = 'same' WHERE id < 40; ANALYZE");
  migration.target("CREATE UNIQUE INDEX by_payload ON t (payload)");
  migration.source("UPDATE t SET payload = id::text WHERE id >= 40; ANALYZE");
  migration.limit("quarantine_rows", 100);
  const auto process = copy_stalled_at(migration, "before_step_commit");
  const std::string database = migration.source_value("SELECT current_database()");
  migration.source(fmt::format("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", database));
  cut_sessions_of(PostgresServer::shared(), database);
  check_final(*process, "(SQLSTATE 42501)");
  CHECK(migration.events("table-failed").empty());
  migration.source(fmt::format("GRANT CONNECT ON DATABASE {} TO PUBLIC", database));
  require_exit(migration.copy(), 0);
  CHECK(migration.events("table-failed").empty());
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "8961");
}

TEST_CASE("a MariaDB user who may not log in any more ends the copy at once") {
  MariadbServer source;
  Migration migration(source, PostgresServer::shared());
  make_table(migration);
  const auto process = copy_stalled_at(migration, "after_read:3");
  const std::string database = migration.source_value("SELECT database()");
  SECTION("another password") {
    migration.source("ALTER USER sluice_reader@localhost IDENTIFIED BY 'another'");
    source.restart();
    check_final(*process, "(1045)");
    migration.source("ALTER USER sluice_reader@localhost IDENTIFIED BY ''");
  }
  SECTION("no right to the database") {
    migration.source(fmt::format("REVOKE ALL ON {}.* FROM sluice_reader@localhost", database));
    source.restart();
    check_final(*process, "(1044)");
    migration.source(
        fmt::format("GRANT SELECT, SHOW VIEW ON {}.* TO sluice_reader@localhost", database));
  }
  check_finishes(migration);
}

TEST_CASE("a server that has no free connection for a while is waited for") {
  Migration migration;
  make_table(migration);
  const auto process = copy_stalled_at(migration, "after_read:3");
  const std::string database = migration.source_value("SELECT current_database()");
  // Superusers do not count.
  migration.source(fmt::format("ALTER DATABASE {} CONNECTION LIMIT 0", database));
  cut_sessions_of(PostgresServer::shared(), database);
  process->send_signal(SIGCONT);
  REQUIRE(process->wait_for_output("(SQLSTATE 53300); tries again in 2 s"));
  migration.source(fmt::format("ALTER DATABASE {} CONNECTION LIMIT -1", database));
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(migration.table_difference("t", "id, payload") == "");
}

}  // namespace sluice::test
