#include "sluice/approve/signature_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "sluice/model/error.h"
#include "sluice/os/sealed_file.h"

#include "approve/sshsig.h"

namespace sluice::approve {
namespace {

/// Each is checked by a process: more are no approval but a way to keep it busy.
constexpr std::size_t kMaxSignatures = 200;

std::string quoted_for_shell(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + '\'';
}

/// Only where it has to be: most paths read better without.
std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  const bool plain = !text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos;
  return plain ? std::string(text) : quoted_for_shell(text);
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
  for (const std::string& name : names) {
    files.push_back(read_signature(path.has_parent_path() ? (folder / name).string() : name));
  }
  return files;
}

std::string sign_command(const std::string& document, std::string_view principal, document::Act act,
                         std::string_view key) {
  return fmt::format("ssh-keygen -Y sign -f {} -n {} < {} > {}", shell_word(key),
                     document::signature_namespace(act), shell_word(document),
                     shell_word(signature_path(document, principal, act)));
}

}  // namespace sluice::approve
