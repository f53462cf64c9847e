// A verification that fails half-way or is tried again: nothing but two sides that are equal makes
// it say so.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "keys_fixture.h"

namespace sluice::test {
namespace {

void make_copied(Migration& migration) {
  for (const char* const table : {"a", "b"}) {
    migration.on_both(fmt::format("CREATE TABLE {} (id int PRIMARY KEY, v varchar(100))", table));
    migration.source(fmt::format("INSERT INTO {} SELECT n, {} FROM {}", table, kPayload,
                                 numbers(migration.from(), 1500)));
    migration.move(table);
  }
  require_exit(migration.copy(), 0);
}

/// As an administrator, or a server that is short of something, does.
void end_source_sessions(const Migration& migration) {
  if (migration.from() == From::postgresql) {
    migration.source(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = "
        "current_database() AND pid <> pg_backend_pid()");
    return;
  }
  for (const Row& row : migration.source(
           "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> "
           "connection_id()")) {
    migration.source("KILL " + row.at(0).value());
  }
}

std::string verifications(const Migration& migration) {
  return migration.target_value("SELECT count(*) FROM sluice.verification");
}

bool status_says_verified(const Migration& migration) {
  return migration.sluice("status").out.find("copied and verified") != std::string::npos;
}

}  // namespace

TEST_CASE("sessions that end in mid-verify are no answer about the rows") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  const bool source_ends = GENERATE(true, false);
  CAPTURE(to_string(from), source_ends);
  Migration migration(from);
  make_copied(migration);
  RunOptions stalled;
  stalled.env = {{"SLUICE_STALL_AT", "after_verify_snapshots"}};
  const auto process = migration.start("verify", {}, stalled);
  REQUIRE(wait_until_stalled(*process));
  source_ends ? end_source_sessions(migration) : migration.cut_target_sessions();
  process->send_signal(SIGCONT);
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK((result.exit_code == 8 || result.exit_code == 10));
  CHECK(verifications(migration) == "0");
  CHECK_FALSE(status_says_verified(migration));
  CHECK(migration.sluice("verify").exit_code == 0);
  CHECK(status_says_verified(migration));
}

TEST_CASE("a difference is found however often it is looked for, and no other look hides it") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_copied(migration);
  migration.target("UPDATE b__side SET v = 'changed' WHERE id = 700");
  for (int i = 0; i < 3; ++i) CHECK(migration.sluice("verify").exit_code == 3);
  CHECK(migration.sluice("verify", {"--target"}).exit_code == 3);
  // Looks at less, and a copy that has nothing to do.
  CHECK(migration.sluice("verify", {"--table", "public.a"}).exit_code == 0);
  CHECK(migration.copy().exit_code == 0);
  CHECK_FALSE(status_says_verified(migration));
  CHECK(migration.sluice("verify").exit_code == 3);
  migration.target("UPDATE b__side SET v = repeat(md5('x700'), 3) WHERE id = 700");
  CHECK(migration.sluice("verify").exit_code == 0);
  CHECK(status_says_verified(migration));
}

}  // namespace sluice::test
