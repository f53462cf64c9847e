// `sluice policy`: what it prints, what it refuses, and that stock ssh-keygen takes what it writes.
// No server is needed.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"

#include "support/run_process.h"
#include "support/source_tree.h"
#include "support/temp_dir.h"

namespace sluice::test {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string example() { return read_file(in_source_tree("configs/crm.policy.json")); }

std::string replaced(std::string text, const std::string& old_text, const std::string& new_text) {
  const std::size_t at = text.find(old_text);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old_text.size(), new_text);
}

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    widest = std::max(widest, end - at);
    at = end + 1;
  }
  return widest;
}

RunResult sluice_policy(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "policy");
  RunOptions options;
  options.env = {{"COLUMNS", "80"}};
  return run_sluice(std::move(arguments), options);
}

/// Makes a key and puts it in place of Bob's.
std::string with_key_of_bob(const TempDir& dir, const std::string& validity) {
  const std::string key = (dir.path() / "bob").string();
  REQUIRE(
      run_process({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key}).exit_code ==
      0);
  std::string line = read_file(key + ".pub");
  line.erase(line.find_last_not_of(" \n") + 1);
  const std::string text = example();
  const std::size_t at = text.find("ssh-ed25519", text.find("Bob Hill"));
  return text.substr(0, at) + line + "\"" + validity + text.substr(text.find('"', at) + 1);
}

/// Signs `message` by Bob's key; true where ssh-keygen takes it by that file.
bool is_taken(const TempDir& dir, const std::string& signers, const std::string& signed_for,
              const std::string& checked_for) {
  const std::string message = "what is signed\n";
  RunOptions options;
  options.input = message;
  const RunResult made = run_process(
      {"ssh-keygen", "-q", "-Y", "sign", "-f", (dir.path() / "bob").string(), "-n", signed_for},
      options);
  REQUIRE(made.exit_code == 0);
  const auto signature = dir.write("message.sig", made.out);
  return run_process({"ssh-keygen", "-Y", "verify", "-f", signers, "-I", "bob@corp", "-n",
                      checked_for, "-s", signature.string()},
                     options)
             .exit_code == 0;
}

}  // namespace

TEST_CASE("policy shows who decides what, within 80 columns") {
  const TempDir dir;
  const std::string file = dir.write("p.json", example()).string();
  const RunResult shown = sluice_policy({"--file", file});
  INFO(shown.out << shown.err);
  CHECK(shown.exit_code == 0);
  CHECK(says(shown.out, "- plan (copy): 1 of technical and 1 of business, within 168 h."));
  CHECK(says(shown.out, "Erin Gray says stop or continue"));
  CHECK(says(shown.out, "Next: sluice policy --file " + file + " --allowed-signers"));
  CHECK(shown.err.empty());
  CHECK(widest_line(shown.out.substr(0, shown.out.find("Next: "))) <= 80);
}

TEST_CASE("policy is found from the folder of the config that names it") {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "rules");
  std::ofstream(dir.path() / "rules" / "p.json") << example();
  const std::string config = R"({"name": "x", "operator": "dan@corp", "policy": "rules/p.json",
    "source": "postgresql:///a", "target": "postgresql:///b",
    "tables": [{"source": "t", "target": "t", "mapping": {"same_names": true}}]})";
  const std::string file = dir.write("c.json", config).string();
  const RunResult shown = sluice_policy({"--config", file});
  INFO(shown.out << shown.err);
  CHECK(shown.exit_code == 0);
  CHECK(says(shown.out, "Policy crm, version 1"));
  CHECK(says(shown.out, "Next: sluice plan --config " + file));
  dir.write("c.json", replaced(config, R"("policy": "rules/p.json",)", ""));
  const RunResult none = sluice_policy({"--config", file});
  CHECK(none.exit_code == 2);
  CHECK(says(none.err, "names no policy"));
}

TEST_CASE("policy says every mistake with its place, and ends with 2") {
  const TempDir dir;
  std::string text = replaced(example(), "\"caller\"", "\"caler\"");
  text = replaced(text, "\"first_day\": 14", "\"first_day\": 140");
  const std::string file = dir.write("p.json", text).string();
  const RunResult refused = sluice_policy({"--file", file});
  INFO(refused.out << refused.err);
  CHECK(refused.exit_code == 2);
  CHECK(refused.out.empty());
  CHECK(says(refused.err, "did you mean \"caller\"?"));
  CHECK(says(refused.err, "[bad-keep]"));
  CHECK(says(refused.err, ":81:3 /caler"));
  const RunResult json = sluice_policy({"--file", file, "--json"});
  CHECK(json.exit_code == 2);
  const auto answer = codec::parse_json_or_throw(json.out, "answer");
  CHECK(answer.root().at("schema").as_string() == "sluice.error/1");
  CHECK(answer.root().at("errors").items().size() == 3);
  CHECK(sluice_policy({}).exit_code == 2);
  CHECK(sluice_policy({"--file", file, "--config", file}).exit_code == 2);
  CHECK(sluice_policy({"--file", (dir.path() / "none").string()}).exit_code == 2);
}

TEST_CASE("policy answers in JSON as its page says") {
  const TempDir dir;
  const std::string text =
      replaced(example(), "    \"merge\": {", "    \"note\": \"\",\n    \"merg\": {");
  const std::string file = dir.write("p.json", example()).string();
  const RunResult run = sluice_policy({"--file", file, "--json"});
  INFO(run.out << run.err);
  REQUIRE(run.exit_code == 0);
  const auto answer = codec::parse_json_or_throw(run.out, "answer");
  const codec::JsonValue& root = answer.root();
  CHECK(root.at("schema").as_string() == "sluice.policy.result/1");
  CHECK(root.at("acts").items().size() == 10);
  const codec::JsonValue& retire = root.at("acts").items()[6];
  CHECK(retire.at("act").as_string() == "retire");
  CHECK(retire.at("namespace").as_string() == "sluice-retire-v1@sluice.dev");
  CHECK(retire.at("irreversible").as_bool());
  CHECK(retire.at("owners_sign").as_bool());
  CHECK(retire.at("rule").at("groups").items().size() == 2);
  const codec::JsonValue& money = retire.at("by_class").items().at(0);
  CHECK(money.at("class").as_string() == "money");
  CHECK(money.at("rule").at("hardware").as_string() == "pin");
  CHECK(root.at("people").items()[0].at("keys").items()[1].at("valid_after").is_null());
  CHECK(root.at("findings").items().empty());
  CHECK(sluice_policy({"--file", dir.write("q.json", text).string(), "--json"}).exit_code == 2);
}

TEST_CASE("stock ssh-keygen checks signatures by the file that policy writes") {
  const TempDir dir;
  const std::string out = (dir.path() / "allowed_signers").string();
  const std::string file = dir.write("p.json", with_key_of_bob(dir, "")).string();
  const RunResult dry = sluice_policy({"--file", file, "--allowed-signers", out, "--dry-run"});
  INFO(dry.out << dry.err);
  CHECK(dry.exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(out));
  const RunResult written = sluice_policy({"--file", file, "--allowed-signers", out});
  REQUIRE(written.exit_code == 0);
  CHECK(dry.out.starts_with(read_file(out)));
  const std::string plan = "sluice-plan-v1@sluice.dev";
  const std::string retire = "sluice-retire-v1@sluice.dev";
  CHECK(is_taken(dir, out, plan, plan));
  CHECK_FALSE(is_taken(dir, out, plan, retire));
  // His key proves no touch, which retire asks for.
  CHECK_FALSE(is_taken(dir, out, retire, retire));
  // Each of its lines is one that ssh-keygen reads.
  CHECK(std::ranges::count(read_file(out), '\n') == 7);
  for (const char* who : {"alice@corp", "carol@corp", "dan@corp", "erin@corp"}) {
    const RunResult found =
        run_process({"ssh-keygen", "-Y", "match-principals", "-f", out, "-I", who});
    CHECK(found.exit_code == 0);
    CHECK(found.err.empty());
  }
}

TEST_CASE("ssh-keygen keeps to the validity that a policy gives a key") {
  const TempDir dir;
  const std::string out = (dir.path() / "allowed_signers").string();
  const std::string plan = "sluice-plan-v1@sluice.dev";
  const auto is_valid = [&](const std::string& validity) {
    std::filesystem::remove(dir.path() / "bob");
    std::filesystem::remove(dir.path() / "bob.pub");
    const std::string file = dir.write("p.json", with_key_of_bob(dir, validity)).string();
    REQUIRE(sluice_policy({"--file", file, "--allowed-signers", out}).exit_code == 0);
    return is_taken(dir, out, plan, plan);
  };
  CHECK(is_valid(
      R"(, "valid_after": "2020-01-01T00:00:00Z", "valid_before": "2999-01-01T00:00:00Z")"));
  CHECK_FALSE(is_valid(R"(, "valid_before": "2020-01-01T00:00:00Z")"));
  CHECK_FALSE(is_valid(R"(, "valid_after": "2999-01-01T00:00:00Z")"));
}

}  // namespace sluice::test
