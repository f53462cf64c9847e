#include "cli/policy_input.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "sluice/os/sealed_file.h"
#include "sluice/policy/file_size.h"

#include "cli/exit_code.h"
#include "cli/inputs.h"

namespace sluice::cli {
std::string policy_path(const std::string& config, const std::string& file, std::string_view option,
                        Console& console) {
  if (config.empty() == file.empty()) {
    throw model::Error(model::ErrorKind::usage,
                       fmt::format("either {} or --config names the policy", option));
  }
  if (config.empty()) return file;
  const ReadConfig read = read_config(config, console);
  if (read.config.policy.empty()) {
    throw model::Error(model::ErrorKind::config, config + " names no policy",
                       "add \"policy\": \"FILE\", a path from the config's folder");
  }
  return policy_path(read.config);
}

policy::Policy read_trusted_policy(const std::string& path, Console& console) {
  const auto file = os::SealedFile::open(path, os::FileOrigin::trusted, policy::kMaxFileBytes);
  policy::ReadResult read = policy::read_policy(file.bytes(), path);
  if (read.policy) return std::move(*read.policy);
  console.findings(read.findings);
  throw Exit{kUsage};
}

std::string policy_path(const config::Config& config) {
  return (std::filesystem::path(config.file).parent_path() / config.policy).string();
}

}  // namespace sluice::cli
