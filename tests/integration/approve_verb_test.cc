// sluice approve, as people run it: what it shows, what it takes in, and what it refuses.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

#include "support/desk.h"
#include "support/governed.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("approve shows a document whole, and says who has signed and who could") {
  Paper paper;
  paper.note = std::string(300, 'n') + "\\u001b[2J\\nkind: plan";
  const Desk desk(paper);
  const RunResult before = desk.approve();
  require_exit(before, 4);
  // Where lines are broken is not asked here.
  std::string unbroken = before.out;
  std::erase_if(unbroken, [](char c) { return c == ' ' || c == '\n'; });
  has(unbroken, "note:\"" + std::string(300, 'n') + "\\u001b[2J\\nkind:plan\"");
  has(before.out, "act: cutover\n");
  has(before.out, "rows: 18432117\n");
  CHECK(before.out.find('\033') == std::string::npos);
  CHECK(before.out.find("\nkind: plan") == std::string::npos);
  has(before.out, "cutover: 0 of 2, waiting for ");
  has(before.out, "Bob Hill signs for cutover by:\n");
  CHECK(before.out.find("Olga Petrov signs") == std::string::npos);  // she runs it
  CHECK(before.out.find("Mallory") == std::string::npos);

  static_cast<void>(desk.team.sign(desk.document, "bob", "cutover"));
  const RunResult half = desk.approve();
  require_exit(half, 4);
  has(half.out, "cutover: 1 of 2, waiting for 1 of group technical: Alice Stone, Dan Reed");
  has(half.out, "signed by Bob Hill <bob@corp>, key");
  CHECK(half.out.find("Carol Wu signs") == std::string::npos);

  static_cast<void>(desk.team.sign(desk.document, "alice", "cutover"));
  const RunResult done = desk.approve();
  require_exit(done, 0);
  has(done.out, "cutover: 2 of 2, complete");
  // The zone of whoever runs it is not that of the keys' times.
  RunOptions elsewhere;
  elsewhere.env = {{"TZ", "Etc/GMT+12"}};
  require_exit(desk.approve({}, elsewhere), 0);
}

TEST_CASE("a key counts in its time, in whatever zone sluice runs") {
  const Desk desk;
  const std::string key = desk.team.member("alice").key_blob + "\"";
  const std::string policy = desk.team.policy_json();
  const auto counts = [&](const std::string& limit, std::chrono::minutes from_now) {
    std::ofstream(desk.policy) << replaced(
        policy, key, fmt::format("{}, \"{}\": \"{}\"", key, limit, time_text(from_now)));
    desk.write({});
    for (const char* person : {"alice", "bob"}) {
      static_cast<void>(desk.team.sign(desk.document, person, "cutover"));
    }
    std::string answers;
    // Half a day behind UTC, and more than half a day before it.
    for (const char* zone : {"Etc/GMT+12", "Etc/GMT-14"}) {
      RunOptions options;
      options.env = {{"TZ", zone}};
      answers += fmt::format("{} ", desk.approve({}, options).exit_code);
    }
    return answers;
  };
  constexpr std::chrono::minutes kHour{60};
  CHECK(counts("valid_before", kHour) == "0 0 ");
  CHECK(counts("valid_before", -kHour) == "4 4 ");
  CHECK(counts("valid_after", kHour) == "4 4 ");
  CHECK(counts("valid_after", -kHour) == "0 0 ");
}

TEST_CASE("the command that approve prints signs, and stock ssh-keygen agrees") {
  const Desk desk;
  const RunResult shown = desk.approve();
  const std::size_t begin = shown.out.find("ssh-keygen", shown.out.find("Alice Stone signs"));
  const std::size_t end = shown.out.find(".sig\n", begin) + 4;
  std::string command = shown.out.substr(begin, end - begin);
  command.replace(command.find("KEY"), 3, desk.team.member("alice").key.string());
  INFO(command);
  REQUIRE(run_process({"sh", "-c", command}).exit_code == 0);
  has(desk.approve().out, "cutover: 1 of 2");

  const auto signature = desk.document.string() + ".alice@corp.cutover.sig";
  const auto signers = desk.team.folder() / "allowed_signers";
  std::ofstream(signers) << "alice@corp " << desk.team.member("alice").key_type << " "
                         << desk.team.member("alice").key_blob << "\n";
  RunOptions options;
  options.input = read_all(desk.document);
  require_exit(run_process({"ssh-keygen", "-Y", "verify", "-f", signers.string(), "-I",
                            "alice@corp", "-n", Team::name_space("cutover"), "-s", signature, "-r",
                            desk.team.revoked_keys().string()},
                           options),
               0);
}

TEST_CASE("approve signs with a key, and keeps what is good under its proper name") {
  const Desk desk;
  const std::string key = desk.team.member("alice").key.string();
  const std::string kept = desk.document.string() + ".alice@corp.cutover.sig";
  const std::vector<std::string> sign = {"--key", key, "--act", "cutover", "--as", "alice@corp"};
  std::vector<std::string> dry = sign;
  dry.emplace_back("--dry-run");
  has(desk.approve(dry).out, "would run:\n  ssh-keygen -Y sign -f " + key);
  CHECK_FALSE(std::filesystem::exists(kept));
  const RunResult signed_now = desk.approve(sign);
  require_exit(signed_now, 4);
  has(signed_now.out, "cutover: 1 of 2");
  CHECK(read_all(kept) == desk.team.signature(read_all(desk.document), "alice", "cutover"));

  // Somebody else's key, and a key that is nobody's.
  const RunResult other = desk.approve(
      {"--key", desk.team.member("dan").key.string(), "--act", "cutover", "--as", "bob@corp"});
  require_exit(other, 4);
  has(other.err, "is by dan@corp for cutover, not by bob@corp");
  require_exit(desk.approve({"--key", key + ".none", "--act", "cutover", "--as", "alice@corp"}), 4);
  require_exit(desk.approve({"--key", key}), 2);
  require_exit(desk.approve({"--key", key, "--act", "cutover", "--as", "alice@corp", "--json"}), 2);
  require_exit(desk.approve({"--act", "cutovr"}), 2);
  CHECK_FALSE(std::filesystem::exists(desk.document.string() + ".dan@corp.cutover.sig"));

  const auto incoming = desk.team.folder() / "mail.sig";
  std::ofstream(incoming, std::ios::binary)
      << desk.team.signature(read_all(desk.document), "bob", "cutover");
  const std::string bobs = desk.document.string() + ".bob@corp.cutover.sig";
  require_exit(desk.approve({"--sig", incoming.string(), "--dry-run"}), 4);
  CHECK_FALSE(std::filesystem::exists(bobs));
  require_exit(desk.approve({"--sig", incoming.string(), "--act", "retire"}), 4);
  require_exit(desk.approve({"--sig", incoming.string()}), 0);
  CHECK(read_all(bobs) == read_all(incoming));
  std::ofstream(incoming, std::ios::binary)
      << desk.team.signature(read_all(desk.document), "mallory", "cutover");
  const RunResult stranger = desk.approve({"--sig", incoming.string()});
  require_exit(stranger, 4);
  has(stranger.err, "Mallory Grey, who does not sign for cutover");
}

TEST_CASE("fifty changed bytes of a signed document are refused") {
  const Desk desk;
  static_cast<void>(desk.team.sign(desk.document, "alice", "cutover"));
  static_cast<void>(desk.team.sign(desk.document, "bob", "cutover"));
  require_exit(desk.approve(), 0);
  const std::string text = read_all(desk.document);
  constexpr std::size_t kSamples = 50;
  for (std::size_t i = 0; i < kSamples; ++i) {
    std::string changed = text;
    const std::size_t at = i * text.size() / kSamples;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    std::ofstream(desk.document, std::ios::binary) << changed;
    INFO(at);
    REQUIRE(desk.approve().exit_code == 4);
  }
}

TEST_CASE("approve refuses forgeries, each with exit 4") {
  const Desk desk;
  const auto alice = desk.document.string() + ".alice@corp.cutover.sig";
  const auto sign = [&] {
    static_cast<void>(desk.team.sign(desk.document, "alice", "cutover"));
    static_cast<void>(desk.team.sign(desk.document, "bob", "cutover"));
  };
  const auto refused = [&](const std::string& why) {
    const RunResult result = desk.approve();
    require_exit(result, 4);
    std::string text = result.out + result.err;
    std::erase(text, '\n');
    std::string words = why;
    const auto squeeze = [](std::string& some) { std::erase(some, ' '); };
    squeeze(text);
    squeeze(words);
    has(text, words);
  };
  sign();
  Paper paper;
  paper.run = "run-8888";  // signatures of another run's document
  desk.write(paper);
  refused("the document is another, or was changed after signing");
  paper = {};
  paper.until = std::chrono::minutes(-5);
  desk.write(paper);
  sign();
  refused("it expired at");
  paper = {};
  paper.made = std::chrono::minutes(5);
  desk.write(paper);
  sign();
  refused("in the future");
  desk.write({});
  sign();
  require_exit(desk.approve(), 0);

  const std::string good = read_all(alice);
  std::ofstream(alice, std::ios::binary)
      << good << read_all(desk.document.string() + ".bob@corp.cutover.sig");
  refused("is not exactly one SSH signature");
  std::filesystem::remove(alice);
  std::filesystem::create_symlink(desk.team.folder() / "elsewhere", alice);
  refused("is a symbolic link");
  std::filesystem::remove(alice);
  REQUIRE(::mkfifo(alice.c_str(), 0600) == 0);
  refused("is not a regular file");
  std::filesystem::remove(alice);
  std::ofstream(alice, std::ios::binary) << std::string(1 << 20, 'x');
  refused("is larger than");
  std::ofstream(alice, std::ios::binary) << good;
  require_exit(desk.approve(), 0);

  desk.team.revoke(desk.team.member("alice").key);
  refused("was revoked");
  std::ofstream(desk.team.revoked_keys(), std::ios::trunc).flush();
  refused("ssh-keygen -q -k -f");
  std::filesystem::remove(desk.team.revoked_keys());
  refused("cannot be opened");
}

TEST_CASE("a policy that others could have written decides nothing") {
  const Desk desk;
  const auto refused = [&](const std::string& why) {
    const RunResult result = desk.approve();
    require_exit(result, 4);
    has(result.err, why);
  };
  std::filesystem::permissions(desk.policy, std::filesystem::perms::group_write,
                               std::filesystem::perm_options::add);
  refused("can be written by others");
  std::filesystem::rename(desk.policy, desk.team.folder() / "real.json");
  std::filesystem::create_symlink(desk.team.folder() / "real.json", desk.policy);
  refused("is a symbolic link");
  std::filesystem::remove(desk.policy);
  std::ofstream(desk.policy) << "{}";
  require_exit(desk.approve(), 2);
}

TEST_CASE("approve believes no program but ssh-keygen") {
  Desk desk;
  desk.policy = desk.team.write_policy(R"("ssh_keygen": "/usr/bin/true")");
  desk.write({});
  const RunResult result = desk.approve();
  require_exit(result, 4);
  has(result.err, "ssh-keygen failed its test");
}

}  // namespace sluice::test
