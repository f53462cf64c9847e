#include "sluice/approve/signature_files.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "sluice/model/error.h"
#include "sluice/os/child.h"
#include "sluice/os/sealed_file.h"

#include "approve/sshsig.h"

namespace sluice::approve {
namespace {

/// Each is checked by a process: more are no approval but a way to keep it busy.
constexpr std::size_t kMaxSignatures = 200;

/// What ssh-keygen would only say is of an invalid format, or would ask an agent for.
void refuse_other_than_key(const std::string& key) {
  using model::Error;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(key, ignored)) {
    throw Error(model::ErrorKind::approval, fmt::format("there is no key {}", key),
                "name the file of the private key");
  }
  if (key.ends_with(".pub")) {
    throw Error(model::ErrorKind::approval, fmt::format("{} is a public key", key),
                "name the file of the private key; sluice asks no agent");
  }
}

}  // namespace

std::string signature_path(const std::string& document, std::string_view principal,
                           document::Act act) {
  return fmt::format("{}.{}.{}.sig", document, principal, document::to_string(act));
}

SignatureFile read_signature(const std::string& path) {
  SignatureFile file{path, {}, {}};
  try {
    file.bytes = os::SealedFile::open(path, os::FileOrigin::anyone, kMaxSignatureBytes).bytes();
  } catch (const model::Error& error) {
    std::string_view why = error.what();
    if (why.starts_with(path)) why.remove_prefix(std::min(why.size(), path.size() + 1));
    file.problem = why;
  }
  return file;
}

std::vector<SignatureFile> find_signatures(const std::string& document) {
  const std::filesystem::path path(document);
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const std::string prefix = path.filename().string() + ".";
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    const bool is_signature = name.starts_with(prefix) && name.ends_with(".sig") &&
                              name.size() > prefix.size() + std::string_view("sig").size();
    if (is_signature) names.push_back(name);
  }
  if (error || names.size() > kMaxSignatures) {
    throw model::Error(
        model::ErrorKind::approval,
        error ? fmt::format("cannot list {}: {}", folder.string(), error.message())
              : fmt::format("more than {} signatures lie beside {}", kMaxSignatures, document));
  }
  std::ranges::sort(names);
  std::vector<SignatureFile> files;
  files.reserve(names.size());
  for (const std::string& name : names) {
    files.push_back(read_signature(path.has_parent_path() ? (folder / name).string() : name));
  }
  return files;
}

std::string sign(const policy::Policy& policy, const std::string& key, document::Act act,
                 const os::SealedFile& document) {
  refuse_other_than_key(key);
  os::require_root_program(policy.ssh_keygen);
  os::ChildCommand command;
  command.program = policy.ssh_keygen;
  command.arguments = {"-q",
                       "-Y",
                       "sign",
                       "-f",
                       std::filesystem::absolute(key).string(),
                       "-n",
                       document::signature_namespace(act)};
  command.input = &document;
  command.timeout = std::chrono::milliseconds(0);
  os::ChildResult result = os::run_child(command);
  if (result.exit_code == 0 && !result.out.empty()) return std::move(result.out);
  throw model::Error(model::ErrorKind::approval,
                     fmt::format("ssh-keygen did not sign with {}", key),
                     "see what it said: the passphrase or PIN may be another, the security key may "
                     "not be plugged in or was not touched");
}

}  // namespace sluice::approve
