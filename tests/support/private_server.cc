#include "support/private_server.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <signal.h>
#include <unistd.h>

#include "support/run_process.h"
#include "support/source_tree.h"

namespace sluice::test {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

PrivateServer::PrivateServer(const std::string& kind, std::string name,
                             const std::vector<std::string>& options)
    : name_(std::move(name)) {
  std::vector<std::string> arguments = {"start", kind, "1", "--owner", std::to_string(getpid())};
  arguments.insert(arguments.end(), options.begin(), options.end());
  call(arguments);
}

PrivateServer::~PrivateServer() {
  try {
    stop_immediately();  // nobody wants the data: no time is spent on a clean end
    call({"stop"});
  } catch (const std::exception&) {
    // The process that watches the owner tries again when this one has ended.
  }
}

void PrivateServer::call(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {in_source_tree("scripts/servers"), arguments.at(0),
                                   dir_.path().string()};
  argv.insert(argv.end(), arguments.begin() + 1, arguments.end());
  const RunResult result = run_process(argv);
  if (result.exit_code != 0) throw std::runtime_error(result.err);
  std::istringstream lines(result.out);
  const std::string prefix = upper(name_) + "_";
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find('=');
    if (line.rfind(prefix, 0) != 0 || equals == std::string::npos) continue;
    settings_[line.substr(prefix.size(), equals - prefix.size())] = line.substr(equals + 1);
  }
}

std::string PrivateServer::setting(const std::string& key) const { return settings_.at(key); }
pid_t PrivateServer::pid() const { return static_cast<pid_t>(std::stol(setting("PID"))); }
int PrivateServer::port() const { return std::stoi(setting("PORT")); }

void PrivateServer::restart() { call({"restart", name_}); }
void PrivateServer::stop_immediately() { call({"kill", name_}); }
void PrivateServer::stop() { call({"stop", "--keep"}); }
void PrivateServer::start() { call({"start"}); }

std::string PrivateServer::log() const {
  std::ifstream file(setting("LOG"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string fresh_database_name() {
  static std::atomic<int> next{1};
  return "t" + std::to_string(next++);
}

}  // namespace sluice::test
