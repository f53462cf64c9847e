// Families of runs that were given up: a new run drops what it can prove to be theirs.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

/// Two levels and a list, numbers that partitions share, a key of one to another.
void make_small_families(Migration& migration) {
  migration.source(
      "CREATE TABLE p (id serial, n int, PRIMARY KEY (id)) PARTITION BY RANGE (id);"
      "CREATE TABLE middle PARTITION OF p FOR VALUES FROM (1) TO (101) PARTITION BY RANGE (id);"
      "CREATE TABLE low PARTITION OF middle FOR VALUES FROM (1) TO (101);"
      "CREATE TABLE high PARTITION OF p FOR VALUES FROM (101) TO (201);"
      "CREATE TABLE q (id int REFERENCES p) PARTITION BY LIST (id);"
      "CREATE TABLE q_all PARTITION OF q DEFAULT;"
      "INSERT INTO p (n) SELECT generate_series(1, 200); INSERT INTO q SELECT id FROM p;"
      "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO sluice_reader");
  for (const char* const table : {"low", "high", "q_all"}) {
    migration.move(table, table, R"("create": {})");
  }
}

void check_small_families(const Migration& migration) {
  for (const char* const table : {"p", "q"}) {
    const std::string sql =
        fmt::format("SELECT tableoid::regclass, t.* FROM {} AS t ORDER BY t::text", table);
    CHECK(migration.difference(sql, sql) == "");
  }
  CHECK(migration.target_value("INSERT INTO q VALUES (1) RETURNING id") == "1");
  require_exit(migration.sluice("verify"), 3);  // the row of just now
}

}  // namespace

TEST_CASE("a new run drops the partitioned tables and partitions of one that was given up") {
  const std::string point =
      GENERATE("after_family_commit:1", "after_family_commit:3", "after_name_commit:1",
               "after_name_commit:3", "before_state_commit");
  CAPTURE(point);
  Migration migration;
  make_small_families(migration);
  REQUIRE(migration.copy_killed_at(point).signal == SIGKILL);
  // Why it is given up: what the run has made is not what it would make now.
  migration.source("ALTER TABLE p ADD COLUMN late int DEFAULT 7");
  const RunResult dry = migration.copy({"--new-run", "--dry-run"});
  INFO(dry.out << dry.err);
  require_exit(dry, 0);
  CHECK(dry.out.find("DROP TABLE ") != std::string::npos);
  CHECK(dry.out.find(R"("public"."p")") != std::string::npos);
  CHECK(migration.target_value("SELECT to_regclass('p') IS NOT NULL") == "t");
  const RunResult anew = migration.copy({"--new-run"});
  INFO(anew.err);
  require_exit(anew, 0);
  CHECK(anew.err.find("public.p") != std::string::npos);
  check_small_families(migration);
}

TEST_CASE("a new run that died while it dropped families is followed by another") {
  Migration migration;
  make_small_families(migration);
  REQUIRE(migration.copy_killed_at("before_state_commit").signal == SIGKILL);
  RunOptions options;
  options.env = {{"SLUICE_KILL_AT", "after_drop"}};
  REQUIRE(migration.copy({"--new-run"}, options).signal == SIGKILL);
  require_exit(migration.copy({"--new-run"}), 0);
  check_small_families(migration);
}

TEST_CASE(
    "a new run makes the sequences anew that one which was given up has made, and no others") {
  Migration migration;
  make_small_families(migration);
  REQUIRE(migration.copy_killed_at("after_copied_commit").signal == SIGKILL);
  const std::string before = migration.target_value("SELECT 'p_id_seq'::regclass::oid");
  SECTION("one that nobody else needs") {
    // Its own have been changed in the source.
    migration.source("ALTER SEQUENCE p_id_seq CACHE 5");
    const RunResult dry = migration.copy({"--new-run", "--dry-run"});
    require_exit(dry, 0);
    CHECK(dry.out.find("DROP SEQUENCE \"public\".\"p_id_seq\";") != std::string::npos);
    CHECK(migration.target_value("SELECT 'p_id_seq'::regclass::oid") == before);
    const RunResult anew = migration.copy({"--new-run"});
    INFO(anew.err);
    require_exit(anew, 0);
    CHECK(anew.err.find("public.p_id_seq") != std::string::npos);
    CHECK(migration.target_value("SELECT 'p_id_seq'::regclass::oid") != before);
    CHECK(migration.target_value("SELECT count(*) FROM pg_class WHERE relkind = 'S' AND "
                                 "relnamespace = 'public'::regnamespace") == "1");
    CHECK(migration.target_value(
              "SELECT cache_size FROM pg_sequences WHERE schemaname = 'public'") == "5");
  }
  SECTION("one that somebody takes numbers from") {
    migration.target("CREATE TABLE mine (id int DEFAULT nextval('p_id_seq'))");
    require_exit(migration.copy({"--new-run"}), 0);
    CHECK(migration.target_value("SELECT 'p_id_seq'::regclass::oid") == before);
    CHECK(migration.target_value("INSERT INTO mine DEFAULT VALUES RETURNING id") == "1");
  }
  SECTION("one that somebody has made anew") {
    migration.target("DROP SEQUENCE p_id_seq CASCADE; CREATE SEQUENCE p_id_seq START 77");
    require_exit(migration.copy({"--new-run"}), 0);
    CHECK(migration.target_value("SELECT nextval('p_id_seq')") == "77");
  }
  CHECK(migration.target_value("SELECT count(*) FROM p") == "200");
}

TEST_CASE("a new run does not touch families that somebody is at work on") {
  Migration migration;
  make_small_families(migration);
  const auto process = migration.start_copy_stalled_at("after_name_commit:2");
  REQUIRE(wait_until_stalled(*process));
  require_exit(migration.copy({"--new-run"}), 6);
  require_exit(migration.copy({"--new-run", "--dry-run"}), 6);
  process->send_signal(SIGCONT);
  require_exit(process->wait(), 0);
  check_small_families(migration);
}

TEST_CASE("a new run drops no family that others have a part in, or that was finished") {
  Migration migration;
  make_small_families(migration);
  std::string said;
  std::string kept = "200";
  SECTION("a partition that somebody has attached") {
    REQUIRE(migration.copy_killed_at("before_state_commit").signal == SIGKILL);
    migration.target(
        "CREATE TABLE mine PARTITION OF p FOR VALUES FROM (301) TO (401);"
        "INSERT INTO mine (id) VALUES (333)");
    said = "public.mine needs this table";
    kept = "201";
  }
  SECTION("somebody's table that it has been made a part of") {
    REQUIRE(migration.copy_killed_at("before_state_commit").signal == SIGKILL);
    migration.target(
        "DROP TABLE q; CREATE TABLE mine (id int NOT NULL, n int) PARTITION BY RANGE (id);"
        "ALTER TABLE p DETACH PARTITION high;"
        "ALTER TABLE mine ATTACH PARTITION high FOR VALUES FROM (101) TO (201)");
    said = "public.mine needs this table";
    kept = "100";
  }
  SECTION("a partition that somebody has made anew") {
    REQUIRE(migration.copy_killed_at("before_state_commit").signal == SIGKILL);
    migration.target(
        "DROP TABLE q; CREATE TABLE other AS TABLE high; DROP TABLE high;"
        "CREATE TABLE high PARTITION OF p FOR VALUES FROM (101) TO (201);"
        "INSERT INTO high SELECT * FROM other; DROP TABLE other");
    said = "not-a-table";
  }
  SECTION("numbers that others take") {
    REQUIRE(migration.copy_killed_at("before_state_commit").signal == SIGKILL);
    migration.target("CREATE TABLE mine (id int DEFAULT nextval('p_id_seq'))");
    said = "public.mine needs this table";
  }
  SECTION("a run that was finished") {
    require_exit(migration.copy(), 0);
    said = "not-a-table";
  }
  const RunResult refused = migration.copy({"--new-run"});
  INFO(refused.out << refused.err);
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.find(said) != std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM p") == kept);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.run") == "1");
}

}  // namespace sluice::test
