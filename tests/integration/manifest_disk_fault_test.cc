// What a disk refuses to hold of a manifest, or of its proof, is nobody's proof.

#include <cerrno>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/manifest_fixture.h"
#include "support/failing_disk.h"

namespace sluice::test {
namespace {

/// A verification in a folder of its own, whose disk fails from the nth such call on.
class OnBadDisk {
 public:
  OnBadDisk(const Migration& migration, const std::string& call, int error, int from) {
    result = migration.sluice("verify", {"--manifest", dir.file()},
                              failing_disk(dir.file(), call, error, from));
  }
  /// Names that were never given away are not left.
  [[nodiscard]] bool has_nothing() const { return dir.files() == 0; }
  [[nodiscard]] bool has_proof_alone() const { return dir.has("m.proof") && dir.files() == 1; }

  ManifestDir dir;
  RunResult result;
};

void check_refused(const OnBadDisk& disk) {
  INFO(disk.result.out << disk.result.err);
  CHECK(disk.result.exit_code == 9);
  CHECK_THAT(disk.result.err, Catch::Matchers::ContainsSubstring(disk.dir.file()));
  CHECK_FALSE(disk.dir.has("m"));
}

class Copied {
 public:
  Copied() {
    make_mixed_table(migration);
    copy_all(migration);
  }
  /// The same run can be verified where there is room.
  void check_goes_on() const {
    const ManifestDir dir;
    static_cast<void>(written_manifest(migration, dir));
    require_exit(migration.sluice("manifest", {"check", dir.file()}), 0);
  }
  Migration migration{From::postgresql};
};

}  // namespace

TEST_CASE("a disk that is full while a manifest or its proof is written leaves no manifest") {
  const Copied copied;
  int from = 1;
  for (;; ++from) {
    CAPTURE(from);
    const OnBadDisk disk(copied.migration, "write", ENOSPC, from);
    if (disk.result.exit_code == 0) break;
    check_refused(disk);
    CHECK((disk.has_nothing() || disk.has_proof_alone()));
    REQUIRE(from < 20);
  }
  // The proof's beginning, entries and end, and the manifest.
  CHECK(from == 5);
  copied.check_goes_on();
}

TEST_CASE("a disk that does not keep a manifest's name, or its proof's, is told of") {
  const Copied copied;
  {
    const OnBadDisk disk(copied.migration, "rename", EIO, 1);
    check_refused(disk);
    CHECK(disk.has_nothing());
    CHECK(copied.migration.events("manifest-written").empty());
  }
  {
    const OnBadDisk disk(copied.migration, "rename", EIO, 2);
    check_refused(disk);
    CHECK(disk.has_proof_alone());
  }
  {
    const OnBadDisk disk(copied.migration, "flush", EIO, 1);
    check_refused(disk);
    CHECK(disk.has_nothing());
  }
  copied.check_goes_on();
}

TEST_CASE("a folder that cannot be flushed may lose a manifest: it is not said to be written") {
  const Copied copied;
  // What fails is the folder itself: the first time for the proof, the second for the manifest.
  for (const int from : {1, 2}) {
    CAPTURE(from);
    const ManifestDir dir;
    const std::string folder = dir.file().substr(0, dir.file().rfind('/'));
    const RunResult result = copied.migration.sluice(
        "verify", {"--manifest", dir.file()}, failing_disk(folder, "flush-folder", EIO, from));
    INFO(result.out << result.err);
    CHECK(result.exit_code == 9);
    CHECK_THAT(result.err, Catch::Matchers::ContainsSubstring(folder));
    // A file that is there is whole all the same.
    CHECK(dir.has("m") == (from == 2));
    if (dir.has("m")) require_exit(copied.migration.sluice("manifest", {"check", dir.file()}), 0);
  }
  copied.check_goes_on();
}

}  // namespace sluice::test
