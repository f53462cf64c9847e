#include "support/whole_database.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

namespace sluice::test {
namespace {

/// Whole databases of debug builds under sanitizers take their time.
constexpr std::chrono::minutes kTimeout{8};

RunOptions patient(RunOptions options) {
  options.timeout = std::max<std::chrono::milliseconds>(options.timeout, kTimeout);
  return options;
}

}  // namespace

std::string WholeDatabase::config_text() const {
  std::ifstream file(config(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WholeDatabase::edit_config(const std::string& old, const std::string& now) const {
  std::string text = config_text();
  const std::size_t at = text.find(old);
  if (at == std::string::npos) throw std::runtime_error("the config has no " + old);
  dir_.write("move.json", text.replace(at, old.size(), now));
}

RunResult WholeDatabase::init(const std::vector<std::string>& options) const {
  std::vector<std::string> arguments = {"init",      "--source", source_url_, "--target",
                                        target_url_, "--out",    config()};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return run_sluice(std::move(arguments), patient({}));
}

RunResult WholeDatabase::sluice(const std::string& verb, const std::vector<std::string>& arguments,
                                const RunOptions& options) const {
  std::vector<std::string> all = {verb, "--config", config()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_sluice(std::move(all), patient(options));
}

std::string WholeDatabase::move(const std::vector<std::string>& init_options) const {
  const auto failure = [](const char* verb, const RunResult& result) {
    return result.exit_code == 0
               ? ""
               : fmt::format("{}: exit {}\n{}{}", verb, result.exit_code, result.out, result.err);
  };
  std::string failed = failure("init", init(init_options));
  if (failed.empty()) failed = failure("copy", sluice("copy"));
  if (failed.empty()) failed = failure("verify", sluice("verify"));
  return failed;
}

}  // namespace sluice::test
