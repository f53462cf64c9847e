// What stands in the place of ssh-keygen and is not it.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "office.h"

namespace sluice::approve {
namespace {

/// Why a verifier with this program is not made.
std::string refusal_with(const Office& office, const std::string& program) {
  policy::Policy policy = office.policy;
  policy.ssh_keygen = program;
  return refusal_of([&] { static_cast<void>(Verifier::create(policy, kNow)); });
}

std::string script(const Office& office, const std::string& name, const std::string& text) {
  const std::filesystem::path path = office.team.folder() / name;
  std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
  ::chmod(path.c_str(), 0755);
  return path.string();
}

TEST_CASE("programs that are not ssh-keygen fail the self-test", "[keygen]") {
  if (::geteuid() != 0) SKIP("programs have to be root's to be tried");
  const Office office;
  says(refusal_with(office, "/usr/bin/true"), "it makes no key");
  says(refusal_with(office, script(office, "silent", "exit 0")), "it makes no key");
  says(refusal_with(office, script(office, "good", "echo 'Good \"x\" signature for y with'")),
       "it makes no key");
  // For this one alone: the others may take as long as a busy machine needs.
  ::setenv("SLUICE_KEYGEN_PATIENCE_MS", "300", 1);
  says(refusal_with(office, script(office, "hangs", "exec sleep 60")), "does not answer");
  ::unsetenv("SLUICE_KEYGEN_PATIENCE_MS");
  says(refusal_with(office, script(office, "loud", "exec yes")), "does not stop talking");
  says(refusal_with(office, script(office, "fails", "exit 255")), "it makes no key");

  // The real one in all but the checking.
  const std::string real = "case \"$*\" in *verify*) ";
  const std::string rest = ";; *) exec /usr/bin/ssh-keygen \"$@\";; esac";
  says(refusal_with(office, script(office, "yes", real + "exit 0" + rest)), "a good signature");
  says(refusal_with(office, script(office, "no", real + "exit 255" + rest)), "a good signature");
  // It says what is expected of a good signature, whatever it was asked. In a folder of its own:
  // other processes test themselves at the same time, or were killed while they did.
  const auto folder = office.team.folder() / "liar.temporary";
  std::filesystem::create_directory(folder);
  const std::string says_good =
      real +
      "shift 2; while [ $# -gt 1 ]; do case $1 in -n) n=$2;; -I) i=$2;; esac; shift; done; "
      "k=$(ssh-keygen -lf " +
      folder.string() +
      "/sluice-self-test-*/key.pub | cut -d' ' -f2); "
      "echo \"Good \\\"$n\\\" signature for $i with ED25519 key $k\"" +
      rest;
  const std::string liar = script(office, "liar", says_good);
  REQUIRE(::setenv("TMPDIR", folder.c_str(), 1) == 0);
  says(refusal_with(office, liar), "it takes");
  ::unsetenv("TMPDIR");
  // Each option is one that matters.
  for (const char* blind : {"-r", "-n", "-O"}) {
    const std::string drops = real + "exec /usr/bin/ssh-keygen $(echo \"$@\" | sed 's|" +
                              std::string(blind) + " [^ ]*||')" + rest;
    INFO(blind);
    CHECK_FALSE(refusal_with(office, script(office, std::string("blind") + blind, drops)).empty());
  }
}

TEST_CASE("a program that others could replace is not used", "[keygen]") {
  const Office office;
  says(refusal_with(office, "ssh-keygen"), "not an absolute path");
  says(refusal_with(office, "/usr/bin/no-such-keygen"), "cannot be opened");
  says(refusal_with(office, "/usr"), "not a regular file");
  const std::string link = office.team.folder() / "link";
  std::filesystem::create_symlink("/usr/bin/ssh-keygen", link);
  says(refusal_with(office, link), "symbolic link");
  if (::geteuid() != 0) return;
  const std::string copy = office.team.folder() / "copy";
  std::filesystem::copy_file("/usr/bin/ssh-keygen", copy);
  policy::Policy policy = office.policy;
  policy.ssh_keygen = copy;
  CHECK_NOTHROW(Verifier::create(policy, kNow));
  ::chmod(copy.c_str(), 0775);
  says(refusal_with(office, copy), "can be written by others");
  ::chmod(copy.c_str(), 0755);
  REQUIRE(::chown(copy.c_str(), 12345, 0) == 0);
  says(refusal_with(office, copy), "belongs to user 12345");
}

TEST_CASE("the self-test leaves nothing behind", "[keygen]") {
  const Office office;
  // A folder of its own: other processes test themselves at the same time.
  const auto folder = office.team.folder() / "temporary";
  std::filesystem::create_directory(folder);
  REQUIRE(setenv("TMPDIR", folder.c_str(), 1) == 0);
  static_cast<void>(Verifier::create(office.policy, kNow));
  unsetenv("TMPDIR");
  CHECK(std::filesystem::is_empty(folder));
}

}  // namespace
}  // namespace sluice::approve
