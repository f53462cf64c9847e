#include "support/team.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <tuple>
#include <utility>

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

std::filesystem::path Team::make_key(const std::string& name, const std::string& type) {
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

void Team::revoke(const std::filesystem::path& key) {
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
