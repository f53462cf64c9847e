#include "cli/policy_input.h"

#include <filesystem>
#include <utility>

#include "sluice/os/sealed_file.h"

#include "cli/exit_code.h"

namespace sluice::cli {
namespace {

/// A policy is written by hand.
constexpr std::size_t kMaxBytes = std::size_t{4} << 20;

}  // namespace

policy::Policy read_trusted_policy(const std::string& path, Console& console) {
  const auto file = os::SealedFile::open(path, os::FileOrigin::trusted, kMaxBytes);
  policy::ReadResult read = policy::read_policy(file.bytes(), path);
  if (read.policy) return std::move(*read.policy);
  console.findings(read.findings);
  throw Exit{kUsage};
}

std::string policy_path(const config::Config& config) {
  return (std::filesystem::path(config.file).parent_path() / config.policy).string();
}

}  // namespace sluice::cli
