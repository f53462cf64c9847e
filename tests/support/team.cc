#include "support/team.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "support/run_process.h"

namespace sluice::test {
namespace {

std::string run_keygen(std::vector<std::string> arguments, std::string_view input = {}) {
  arguments.insert(arguments.begin(), "ssh-keygen");
  RunOptions options;
  options.input = input;
  options.env = {{"SSH_AUTH_SOCK", ""}};
  RunResult result = run_process(arguments, options);
  if (result.exit_code != 0) throw std::runtime_error("ssh-keygen: " + result.err + result.out);
  return std::move(result.out);
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  if (entry == nullptr) throw std::runtime_error("this user has no name");
  return entry->pw_name;
}

}  // namespace

Team::Team() {
  members_ = {
      {"Alice Stone", "alice@corp", {"technical"}, {}, {}, {}},
      {"Dan Reed", "dan@corp", {"technical"}, {}, {}, {}},
      {"Bob Hill", "bob@corp", {"business"}, {}, {}, {}},
      {"Carol Wu", "carol@corp", {"business"}, {}, {}, {}},
      {"Olga Petrov", "olga@corp", {"technical"}, {}, {}, {}},
      {"Mallory Grey", "mallory@corp", {}, {}, {}, {}},
  };
  for (Member& member : members_) {
    member.key = make_key(member.principal.substr(0, member.principal.find('@')));
    std::tie(member.key_type, member.key_blob) = public_key(member.key);
  }
  run_keygen({"-q", "-k", "-f", revoked_keys().string(), "/dev/null"});
}

const Member& Team::member(std::string_view first_name) const {
  const auto found = std::ranges::find_if(members_, [&](const Member& member) {
    return member.principal == std::string(first_name) + "@corp";
  });
  if (found == members_.end()) throw std::runtime_error("nobody: " + std::string(first_name));
  return *found;
}

std::filesystem::path Team::make_key(const std::string& name, const std::string& type) const {
  const std::filesystem::path path = folder() / (name + ".key");
  run_keygen({"-q", "-t", type, "-N", "", "-C", name, "-f", path.string()});
  return path;
}

std::pair<std::string, std::string> Team::public_key(const std::filesystem::path& key) {
  const std::string line = read_all(key.string() + ".pub");
  const std::size_t type_end = line.find(' ');
  const std::size_t blob_end = line.find_first_of(" \n", type_end + 1);
  return {line.substr(0, type_end), line.substr(type_end + 1, blob_end - type_end - 1)};
}

std::string Team::policy_json(const std::string& more) const {
  std::string people;
  std::string roles;
  for (const std::string& role : database_roles_) {
    roles += fmt::format("{}\"{}\"", roles.empty() ? "" : ", ", role);
  }
  for (const Member& member : members_) {
    std::string groups;
    for (const std::string& group : member.groups) {
      groups += fmt::format("{}\"{}\"", groups.empty() ? "" : ", ", group);
    }
    const bool runs = member.principal == "olga@corp";
    people += fmt::format(
        R"({}{{"name": "{}", "principal": "{}", "role": "of the team", "contact": "by telephone",
"groups": [{}],{} "keys": [{{"public_key": "{} {}"}}]}})",
        people.empty() ? "" : ",\n", member.name, member.principal, groups,
        runs ? fmt::format(R"( "os_users": ["{}"], "database_roles": [{}],)", user_name(), roles)
             : "",
        member.key_type, member.key_blob);
  }
  const std::string technical = R"({"group": "technical", "need": 1})";
  const std::string business = R"({"group": "business", "need": 1})";
  std::string acts = fmt::format(
      R"("plan": {{"groups": [{0}]}}, "continue": {{"groups": [{0}]}}, "retire": {{"groups":
[{{"group": "technical", "need": 2}}, {1}]}})",
      technical, business);
  for (const char* act : {"confirm", "backfill", "merge", "drop", "cutover", "waiver", "policy"}) {
    acts += fmt::format(R"(, "{}": {{"groups": [{}, {}]}})", act, technical, business);
  }
  return fmt::format(R"({{"schema": "sluice.policy/1", "name": "team", "version": 3, "people": [
{}],
"caller": "bob@corp", "operators": ["olga@corp"], "acts": {{{}}},
"keep": {{"first_day": 0, "last_day": 30}}, "archive_days": 30, "revoked_keys": "revoked.krl"{}{}}}
)",
                     people, acts, more.empty() ? "" : ",\n", more);
}

std::filesystem::path Team::write_policy(const std::string& more) const {
  return dir_.write("team.policy.json", policy_json(more));
}

void Team::revoke(const std::filesystem::path& key) const {
  run_keygen({"-q", "-k", "-u", "-f", revoked_keys().string(), key.string() + ".pub"});
}

std::string Team::name_space(std::string_view act) {
  return "sluice-" + std::string(act) + "-v1@sluice.dev";
}

std::string Team::signature(std::string_view bytes, std::string_view first_name,
                            std::string_view act) const {
  return signature_by(member(first_name).key, bytes, name_space(act));
}

std::string Team::signature_by(const std::filesystem::path& key, std::string_view bytes,
                               std::string_view name_space) const {
  return run_keygen({"-q", "-Y", "sign", "-f", key.string(), "-n", std::string(name_space)}, bytes);
}

std::filesystem::path Team::sign(const std::filesystem::path& document, std::string_view first_name,
                                 std::string_view act) const {
  const std::filesystem::path path =
      document.string() + "." + member(first_name).principal + "." + std::string(act) + ".sig";
  std::ofstream file(path, std::ios::binary);
  file << signature(read_all(document), first_name, act);
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
  return path;
}

}  // namespace sluice::test
