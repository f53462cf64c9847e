#include "sluice/os/sealed_file.h"

#include <cerrno>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sluice/model/error.h"

#include "support/temp_dir.h"

namespace sluice::os {
namespace {

std::string refusal(const std::string& path, FileOrigin origin, std::size_t max = 1000) {
  try {
    return "accepted: " + std::string(SealedFile::open(path, origin, max).bytes());
  } catch (const model::Error& error) {
    CHECK(error.kind() == model::ErrorKind::approval);
    return error.what();
  }
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

TEST_CASE("a sealed file is a copy that nobody can change", "[sealed]") {
  const test::TempDir folder;
  const std::string path = folder.write("list", "first").string();
  const SealedFile file = SealedFile::open(path, FileOrigin::trusted, 1000);
  folder.write("list", "other");
  CHECK(file.bytes() == "first");
  CHECK(::write(file.fd(), "x", 1) == -1);
  CHECK(errno == EPERM);
  CHECK(::ftruncate(file.fd(), 0) == -1);
  CHECK(::ftruncate(file.fd(), 100) == -1);
  CHECK(::fcntl(file.fd(), F_ADD_SEALS, F_SEAL_WRITE) == -1);
  const int again = ::open(("/proc/self/fd/" + std::to_string(file.fd())).c_str(), O_RDWR);
  CHECK((again < 0 || ::write(again, "x", 1) == -1));
  if (again >= 0) ::close(again);
  CHECK(SealedFile::of("", "empty").bytes().empty());
}

TEST_CASE("files that are none, or too large, are refused", "[sealed]") {
  const test::TempDir folder;
  const std::string path = folder.write("list", "first").string();
  for (const FileOrigin origin : {FileOrigin::anyone, FileOrigin::trusted}) {
    CHECK(refusal(path, origin) == "accepted: first");
    CHECK(says(refusal(path, origin, 4), "larger than 4 bytes"));
    CHECK(says(refusal(folder.path() / "none", origin), "cannot be opened"));
    CHECK(says(refusal(folder.path(), origin), "not a regular file"));
    const std::string link = folder.path() / "link";
    std::filesystem::remove(link);
    std::filesystem::create_symlink(path, link);
    CHECK(says(refusal(link, origin), "is a symbolic link"));
    const std::string fifo = folder.path() / "fifo";
    std::filesystem::remove(fifo);
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(says(refusal(fifo, origin), "not a regular file"));
  }
  CHECK(says(refusal("/dev/null", FileOrigin::anyone), "not a regular file"));
}

TEST_CASE("trusted files and their folders are written by their owner only", "[sealed]") {
  const test::TempDir folder;
  const std::filesystem::path inner = folder.path() / "inner";
  std::filesystem::create_directory(inner);
  const std::string path = folder.write("inner/list", "text").string();
  CHECK(refusal(path, FileOrigin::trusted) == "accepted: text");

  ::chmod(path.c_str(), 0664);
  CHECK(says(refusal(path, FileOrigin::trusted), "list can be written by others"));
  CHECK(refusal(path, FileOrigin::anyone) == "accepted: text");
  ::chmod(path.c_str(), 0646);
  CHECK(says(refusal(path, FileOrigin::trusted), "list can be written by others"));
  ::chmod(path.c_str(), 0644);

  ::chmod(inner.c_str(), 0777);
  CHECK(says(refusal(path, FileOrigin::trusted), "inner can be written by others"));
  ::chmod(inner.c_str(), 01777);  // as /tmp
  CHECK(refusal(path, FileOrigin::trusted) == "accepted: text");
  ::chmod(inner.c_str(), 0755);

  std::filesystem::create_directory_symlink(inner, folder.path() / "other");
  CHECK(says(refusal(folder.path() / "other/list", FileOrigin::trusted), "other is a symbolic"));
}

TEST_CASE("trusted files are root's or of the user who runs", "[sealed]") {
  if (::geteuid() != 0) SKIP("needs root to give files away");
  const test::TempDir folder;
  const std::string path = folder.write("list", "text").string();
  CHECK(refusal(path, FileOrigin::root) == "accepted: text");
  REQUIRE(::chown(path.c_str(), 12345, 12345) == 0);
  CHECK(says(refusal(path, FileOrigin::trusted), "belongs to user 12345"));
  CHECK(says(refusal(path, FileOrigin::root), "belongs to user 12345"));
  CHECK(refusal(path, FileOrigin::anyone) == "accepted: text");
  REQUIRE(::chown(path.c_str(), 0, 0) == 0);
  REQUIRE(::chown(folder.path().c_str(), 12345, 12345) == 0);
  CHECK(says(refusal(path, FileOrigin::trusted), "belongs to user 12345"));
}

TEST_CASE("programs are named absolutely", "[sealed]") {
  CHECK_NOTHROW(require_root_program("/usr/bin/ssh-keygen"));
  CHECK_THROWS_AS(require_root_program("ssh-keygen"), model::Error);
  CHECK_THROWS_AS(require_root_program(""), model::Error);
  CHECK_THROWS_AS(require_root_program("/usr/bin/none-such"), model::Error);
}

}  // namespace
}  // namespace sluice::os
