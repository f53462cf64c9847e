#include "sluice/doctor/doctor.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include "doctor/archive.h"
#include "doctor/server.h"
#include "support/team.h"
#include "support/temp_dir.h"

namespace sluice::doctor {
namespace {

Verdict verdict_of(const std::vector<Check>& checks, const std::string& name) {
  for (const Check& check : checks) {
    if (check.name == name) return check.verdict;
  }
  FAIL("there is no check " << name);
  return Verdict::unknown;
}

std::string program(const test::TempDir& dir, const std::string& script) {
  const std::filesystem::path path = dir.write("ssh-keygen", "#!/bin/sh\n" + script + "\n");
  std::filesystem::permissions(path, std::filesystem::perms(0755));
  return path.string();
}

/// Is ssh-keygen in every step until a signature is checked; what it does then stands behind it.
constexpr const char* kPretends =
    "case \"$*\" in *verify*) ;; *) exec /usr/bin/ssh-keygen \"$@\" ;; esac\n";
constexpr const char* kSaysGood =
    "echo 'Good \"sluice-self-test-v1@sluice.dev\" signature for self-test@sluice.dev with ED25519 "
    "key SHA256:x'\n";

}  // namespace

TEST_CASE("the machine's own ssh-keygen is fit to check signatures") {
  const auto checks = examine_signing("/usr/bin/ssh-keygen");
  INFO(to_text(checks));
  CHECK(worst(checks) == Verdict::ok);
}

TEST_CASE("what stands in the place of ssh-keygen is found out") {
  const test::TempDir dir;
  const std::string pretends = kPretends;
  for (const std::string& script :
       {std::string("exit 0"), std::string(kSaysGood), pretends + "exit 0", pretends + "exit 255",
        pretends + kSaysGood + "exit 0", pretends + kSaysGood + "exit 1"}) {
    CAPTURE(script);
    const auto checks = examine_signing(program(dir, script));
    INFO(to_text(checks));
    CHECK(verdict_of(checks, "ssh-keygen-file") == Verdict::ok);
    CHECK(worst(checks) != Verdict::ok);
  }
}

TEST_CASE("a program that others can replace is not asked") {
  const test::TempDir dir;
  const std::string path = program(dir, "touch " + (dir.path() / "asked").string());
  const auto refused = [](const std::string& place) {
    return worst(examine_signing(place)) == Verdict::error;
  };
  CHECK(refused("ssh-keygen"));
  CHECK(refused((dir.path() / "nothing").string()));
  std::filesystem::create_symlink(path, dir.path() / "link");
  CHECK(refused((dir.path() / "link").string()));
  std::filesystem::permissions(path, std::filesystem::perms(0777));
  CHECK(refused(path));
  std::filesystem::permissions(path, std::filesystem::perms(0755));
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0777));
  CHECK(refused(path));
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0700));
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  CHECK(refused(path));
  std::filesystem::permissions(path, std::filesystem::perms(0755));
  if (::geteuid() == 0) {
    REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
    CHECK(refused(path));
  }
  CHECK_FALSE(std::filesystem::exists(dir.path() / "asked"));
}

TEST_CASE("clocks may be a minute apart, whoever is ahead") {
  constexpr std::int64_t kNow = 1'800'000'000;
  CHECK(check_clock(kNow, kNow, kNow + 1).verdict == Verdict::ok);
  CHECK(check_clock(kNow + 61, kNow, kNow + 1).verdict == Verdict::ok);
  CHECK(check_clock(kNow + 62, kNow, kNow + 1).verdict == Verdict::error);
  CHECK(check_clock(kNow - 60, kNow, kNow + 1).verdict == Verdict::ok);
  CHECK(check_clock(kNow - 61, kNow, kNow + 1).verdict == Verdict::error);
  // A slow answer is no difference.
  CHECK(check_clock(kNow + 200, kNow, kNow + 300).verdict == Verdict::ok);
}

TEST_CASE("the worst of all checks decides, and an error more than what is not known") {
  const Check fine{"a", Verdict::ok, "", ""};
  const Check warned{"b", Verdict::warning, "", ""};
  const Check unknown{"c", Verdict::unknown, "", ""};
  const Check wrong{"d", Verdict::error, "", ""};
  CHECK(worst({}) == Verdict::ok);
  CHECK(worst({fine, warned}) == Verdict::warning);
  CHECK(worst({unknown, warned, fine}) == Verdict::unknown);
  CHECK(worst({unknown, wrong, warned}) == Verdict::error);
}

TEST_CASE("a policy by which nobody could decide is found out") {
  const test::Team team;
  const std::string path = team.write_policy().string();
  config::Config config;
  config.operator_name = "olga@corp";
  const auto examined = [&] {
    auto checks = examine_policy(config, path);
    UNSCOPED_INFO(to_text(checks));
    return checks;
  };
  CHECK(worst(examined()) == Verdict::ok);
  CHECK(verdict_of(examined(), "policy-keys") == Verdict::ok);
  CHECK(worst(examine_policy(config, "")) == Verdict::ok);
  config.operator_name = "alice@corp";
  CHECK(verdict_of(examined(), "policy-operator") == Verdict::error);
  config.operator_name = "olga@corp";
  std::filesystem::remove(team.revoked_keys());
  CHECK(verdict_of(examined(), "policy-signatures") == Verdict::error);
  std::ofstream(path, std::ios::app) << "more";
  CHECK(verdict_of(examined(), "policy") == Verdict::error);
  std::filesystem::permissions(path, std::filesystem::perms(0666));
  CHECK(verdict_of(examined(), "policy-file") == Verdict::error);
}

TEST_CASE("a folder that could not keep an archive is found out") {
  const test::TempDir dir;
  config::Config config;
  config.source = {};
  CHECK(examine_archive(config, "").empty());
  const std::string gone = (dir.path() / "gone").string();
  CHECK(verdict_of(examine_archive(config, gone), "archive-folder") == Verdict::ok);
  CHECK(verdict_of(examine_archive(config, gone), "archive-flush") == Verdict::ok);
  CHECK(std::filesystem::is_empty(dir.path()));
  CHECK(worst(examine_archive(config, gone + "/below/it")) == Verdict::error);
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0777));
  CHECK(worst(examine_archive(config, gone)) == Verdict::error);
  CHECK(check_room(100, 100).verdict == Verdict::ok);
  CHECK(check_room(99, 100).verdict == Verdict::error);
}

TEST_CASE("a config that others may write to is a warning") {
  const test::TempDir dir;
  config::Config config;
  config.file = dir.write("crm.json", "{}").string();
  std::filesystem::permissions(config.file, std::filesystem::perms(0644));
  CHECK(worst(examine_files(config)) == Verdict::ok);
  std::filesystem::permissions(config.file, std::filesystem::perms(0666));
  CHECK(worst(examine_files(config)) == Verdict::warning);
}

}  // namespace sluice::doctor
