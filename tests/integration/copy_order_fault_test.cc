// What a resumed copy rests on: rows stay where they are while they are read, and a cut of a key
// means the same to the reader as to the server.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"

namespace sluice::test {
namespace {

/// Dies after some batches, again and again, and goes on each time.
void copy_with_deaths(Migration& migration) {
  migration.limit("readers", 1);
  migration.limit("writers", 1);
  for (int death = 0; death < 3; ++death) {
    const RunResult killed = migration.copy_killed_at("after_commit:2");
    INFO(killed.out << killed.err);
    REQUIRE(killed.signal == SIGKILL);
  }
  const RunResult done = migration.copy();
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
}

}  // namespace

TEST_CASE("tables cannot be rewritten while they are read, by a process that joined either") {
  Migration migration;
  migration.on_both(
      "CREATE TABLE heap (v int, payload text); CREATE TABLE keyed (id int PRIMARY KEY, payload "
      "text)");
  migration.source(
      "INSERT INTO heap SELECT n, repeat('x', 90) FROM generate_series(1, 20000) n;"
      "INSERT INTO keyed SELECT n, repeat('x', 90) FROM generate_series(1, 20000) n; ANALYZE");
  migration.move("heap");
  migration.move("keyed");
  const auto first = migration.start_copy_stalled_at("after_commit:2");
  REQUIRE(wait_until_stalled(*first));
  const auto second = migration.start_copy_stalled_at("after_commit:2", {"--join"});
  REQUIRE(wait_until_stalled(*second));
  PgSql session(migration.source_conninfo());
  session.query("SET lock_timeout = '100ms'");
  const auto check_refused = [&session] {
    for (const char* sql :
         {"VACUUM FULL heap", "TRUNCATE keyed", "ALTER TABLE keyed SET UNLOGGED",
          "ALTER TABLE keyed ALTER COLUMN payload TYPE text USING payload || ''"}) {
      INFO(sql);
      CHECK_THROWS(session.query(sql));
    }
  };
  check_refused();
  first->send_signal(SIGKILL);
  (void)first->wait();
  check_refused();
  second->send_signal(SIGKILL);
  (void)second->wait();
  session.query("SET lock_timeout = 0");
  session.query("VACUUM FULL heap");
  session.query("ALTER TABLE keyed SET UNLOGGED");
  migration.age_leases();
  const RunResult done = migration.copy();
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  CHECK(migration.table_difference("heap", "v, payload") == "");
  CHECK(migration.table_difference("keyed", "id, payload") == "");
}

TEST_CASE("keys that are read by a cast are cut in the order of their own type") {
  Migration migration;
  const std::string type = GENERATE("pg_lsn", "money", "int[]");
  CAPTURE(type);
  migration.on_both(fmt::format("CREATE TABLE t (k {} PRIMARY KEY, payload text)", type));
  migration.source(fmt::format(
      "INSERT INTO t SELECT {}, repeat('x', 90) FROM generate_series(1, 6000) n; ANALYZE t",
      type == "int[]"   ? "ARRAY[n % 5, NULL, n]"
      : type == "money" ? "(n - 3000)::money"
                        : "('0/' || to_hex(n))::pg_lsn"));
  migration.move("t", "t", R"("read": "key")");
  copy_with_deaths(migration);
  CHECK(migration.difference("SELECT k::text, payload FROM t ORDER BY t.k",
                             "SELECT k::text, payload FROM t__side t ORDER BY t.k") == "");
  const RunResult verified = migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
}

TEST_CASE("MariaDB's keys that begin alike are cut where they differ, with an index or by a sort") {
  const std::string index = GENERATE("UNIQUE (k DESC)", "UNIQUE (k DESC, n)");
  CAPTURE(index);
  Migration migration(From::mariadb);
  // Only what differs after the first 1,024 bytes tells them apart, which is where a sort of the
  // server's own would stop.
  migration.source(
      "CREATE TABLE t (k varchar(1500) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL, n int NOT "
      "NULL, f float PRIMARY KEY, " +
      index +
      "); INSERT INTO t SELECT concat(repeat('x', 1100), seq), seq, seq FROM seq_1_to_1500");
  migration.target("CREATE TABLE t (k text, n int, f real)");
  migration.move("t");
  copy_with_deaths(migration);
  CHECK(migration.difference("SELECT k, n FROM t ORDER BY n",
                             "SELECT k, n FROM t__side ORDER BY n") == "");
}

}  // namespace sluice::test
