#include "support/governed.h"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

namespace sluice::test {
namespace {

/// Engine and identity as a policy names them.
std::string server_json(const std::string& engine, const std::string& identity,
                        const std::string& label) {
  return fmt::format(R"({{"engine": "{}", "identity": "{}", "label": "{}"}})", engine, identity,
                     label);
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

constexpr const char* kPgIdentity = "SELECT system_identifier::text FROM pg_control_system()";

}  // namespace

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  std::size_t at = text.find(what);
  if (at == std::string::npos) throw std::runtime_error("there is no " + what + " in\n" + text);
  for (; at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

Governed::Governed(const std::string& label, From from) : migration(from), label_(label) {
  team.may_log_in_as("sluice_reader");
  team.may_log_in_as(migration.target_value("SELECT current_user"));
  migration.member("operator", "\"olga@corp\"");
  migration.member("policy", "\"" + policy().string() + "\"");
  write_policy();
}

std::string Governed::policy_text(
    int version, const std::vector<std::pair<std::string, std::string>>& changes) const {
  std::string servers = server_json("postgresql", migration.target_value(kPgIdentity), label_);
  if (migration.from() == From::mariadb) {
    servers += ", " + server_json("mariadb", migration.source_value("SELECT @@server_uid"), label_);
  }
  const std::string unsigned_labels = label_ == "production" ? "" : "\"" + label_ + "\"";
  std::string text = team.policy_json(
      fmt::format(R"("servers": [{}], "unsigned_labels": [{}])", servers, unsigned_labels));
  text = replaced(text, "\"version\": 3", fmt::format("\"version\": {}", version));
  for (const auto& [what, with] : changes) text = replaced(text, what, with);
  return text;
}

void Governed::write_policy(int version,
                            const std::vector<std::pair<std::string, std::string>>& changes) {
  write_file(policy(), policy_text(version, changes));
}

std::filesystem::path Governed::write_next(
    int version, const std::vector<std::pair<std::string, std::string>>& changes) const {
  const std::filesystem::path path = team.folder() / "next.policy.json";
  write_file(path, policy_text(version, changes));
  return path;
}

void adopt_policy(const Migration& migration, const Team& people,
                  const std::filesystem::path& policy) {
  if (migration.target_value("SELECT to_regclass('sluice.policy') IS NOT NULL") == "t" &&
      migration.target_value("SELECT count(*) FROM sluice.policy") != "0") {
    return;
  }
  const auto document =
      people.folder() / (migration.target_database().name() + ".first.policy.json");
  const auto must = [&migration](const std::vector<std::string>& arguments) {
    const RunResult done = migration.sluice("policy", arguments);
    if (done.exit_code != 0) throw std::runtime_error("no policy: " + done.out + done.err);
  };
  must({"--change", policy.string(), "--out", document.string()});
  static_cast<void>(people.sign(document, "dan", "policy"));
  static_cast<void>(people.sign(document, "bob", "policy"));
  must({"--adopt", document.string()});
}

void Governed::adopt_policy(const Team& people) const {
  test::adopt_policy(migration, people, people.folder() / policy().filename());
}

void Governed::make_plan() const {
  if (label_ == "production") adopt_policy();
  const RunResult made = migration.sluice("plan", {"--out", plan().string()});
  if (made.exit_code != 0) throw std::runtime_error("no plan: " + made.out + made.err);
}

RunResult Governed::copy(std::vector<std::string> more) const {
  more.insert(more.begin(), {"--plan", plan().string()});
  return migration.copy(more);
}

}  // namespace sluice::test
