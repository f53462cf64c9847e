// The target's disk is full in the middle of a copy: what is committed stays, and the same command
// goes on when there is room.
#include <csignal>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "integration/verify_fixture.h"

namespace sluice::test {
namespace {

/// What the files of this server's new sessions may grow to: bytes, or "unlimited". A file that
/// reaches it is written in part, which is what PostgreSQL takes for a full disk.
void let_files_grow_to(const PostgresServer& server, const std::string& bytes) {
  const std::string pid = std::to_string(server.pid());
  struct stat owner {};
  REQUIRE(stat(("/proc/" + pid).c_str(), &owner) == 0);
  std::vector<std::string> words{"prlimit", "--pid", pid, "--fsize=" + bytes + ":"};
  if (owner.st_uid != geteuid()) {
    // A limit is for the process's own user to change; not even root may, in a container.
    words.insert(words.begin(), {"setpriv", fmt::format("--reuid={}", owner.st_uid),
                                 fmt::format("--regid={}", owner.st_gid), "--clear-groups"});
  }
  const RunResult result = run_process(words);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
}

/// Not a whole number of blocks, and more than a file of the write-ahead log, which is made whole.
const std::string kFull = std::to_string((18 << 20) + 100);

void check_full(const RunResult& result) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == 9);
  // What happened, where, and what to do.
  CHECK(result.err.find("target: postgresql: could not extend file") != std::string::npos);
  CHECK(result.err.find("SQLSTATE 53100") != std::string::npos);
  CHECK(result.err.find("free space on the server's disk") != std::string::npos);
  CHECK(result.err.find("what was committed stays; 'sluice copy --config") != std::string::npos);
}

}  // namespace

TEST_CASE("a copy that fills the target's disk ends with 9, and goes on when there is room") {
  const bool building = GENERATE(false, true);
  CAPTURE(building);
  // Sorting in memory: files for it are not written block by block.
  PostgresServer target({"max_parallel_maintenance_workers=0", "maintenance_work_mem=256MB"});
  Migration migration(PostgresServer::shared(), target);
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload text)");
  // Some 30 MB that no compression makes less, and as much again in an index.
  migration.source(
      "INSERT INTO t SELECT n, (SELECT string_agg(md5((20 * n + k)::text), '') FROM "
      "generate_series(1, 15) k) FROM generate_series(1, 60000) n; ANALYZE");
  migration.target("CREATE INDEX ON t (payload)");
  migration.move("t");
  migration.limit("batch_bytes", 1 << 20);
  if (building) {
    const auto process = migration.start_copy_stalled_at("after_copied_commit");
    REQUIRE(wait_until_stalled(*process));
    let_files_grow_to(target, kFull);
    process->send_signal(SIGCONT);
    check_full(process->wait());
  } else {
    let_files_grow_to(target, kFull);
    check_full(migration.copy());
  }
  const auto batches = [&migration] {
    return std::stoi(migration.target_value("SELECT count(*) FROM sluice.batch"));
  };
  const int committed = batches();
  CHECK(committed > 5);
  // Every batch of the ledger is there, and none besides.
  CHECK(migration.target_value("SELECT sum(split_part(target_digest, ':', 2)::int) FROM "
                               "sluice.batch") ==
        migration.target_value("SELECT count(*) FROM t__side"));
  const RunResult status = migration.sluice("status");
  INFO(status.out << status.err);
  CHECK(status.exit_code == 0);
  CHECK(status.out.find("could not extend file") != std::string::npos);
  // Still no room: the same answer, and nothing is lost.
  check_full(migration.copy());
  CHECK(batches() >= committed);
  let_files_grow_to(target, "unlimited");
  copy_all(migration);
  CHECK(migration.table_difference("t", "id, payload") == "");
  CHECK(verify(migration).exit_code() == 0);
}

}  // namespace sluice::test
