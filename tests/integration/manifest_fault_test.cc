// A verification that dies while it writes a manifest leaves none.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/manifest_fixture.h"

namespace sluice::test {

TEST_CASE("whatever kills a verification, there is a whole manifest or none") {
  Migration migration(From::mariadb);
  make_mixed_table(migration);
  copy_all(migration);
  const std::string point = GENERATE("manifest_begun", "manifest_proof_written",
                                     "manifest_recorded", "manifest_file_made");
  INFO(point);
  const ManifestDir dir;
  RunOptions armed;
  armed.env = {{"SLUICE_KILL_AT", point}};
  const RunResult killed = migration.sluice("verify", {"--manifest", dir.file()}, armed);
  REQUIRE(killed.signal == SIGKILL);
  CHECK_FALSE(dir.has("m"));
  // A record without its file is no harm; a file without its record would be.
  const bool is_recorded = point == "manifest_recorded" || point == "manifest_file_made";
  CHECK(migration.events("manifest-written").size() == (is_recorded ? 1 : 0));
  CHECK(migration.target_value("SELECT count(*) FROM sluice.verification") ==
        (is_recorded ? "1" : "0"));
  // Where a proof is left, it is somebody's until a person says otherwise.
  const RunResult again = migration.sluice("verify", {"--manifest", dir.file()});
  INFO(again.err);
  CHECK(again.exit_code == (dir.has("m.proof") && !dir.has("m") ? 2 : 0));
  (void)written_manifest(migration, dir, "n");
  require_exit(migration.sluice("manifest", {"check", dir.file("n")}), 0);
}

}  // namespace sluice::test
