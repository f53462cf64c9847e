#include "sluice/os/kill_point.h"

#ifdef SLUICE_TEST_HOOKS

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

namespace sluice::os {
namespace {

/// One armed point: "<name>:<n>" of an environment variable, and how often it has been passed.
class ArmedPoint {
 public:
  explicit ArmedPoint(const char* variable) {
    // Read once, before any thread changes the environment: sluice never does.
    const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
    if (text == nullptr) return;
    const std::string_view spec(text);
    const std::size_t colon = spec.rfind(':');
    name_ = std::string(spec.substr(0, colon));
    if (colon != std::string_view::npos) left_ = std::atoi(spec.data() + colon + 1);
  }
  [[nodiscard]] bool fires(std::string_view name) noexcept {
    return !name_.empty() && name == name_ && left_.fetch_sub(1) == 1;
  }

 private:
  std::string name_;
  std::atomic<int> left_{1};
};

}  // namespace

void pass_kill_point(const char* name) noexcept {
  static ArmedPoint kill_at("SLUICE_KILL_AT");
  static ArmedPoint stall_at("SLUICE_STALL_AT");
  if (kill_at.fires(name)) ::kill(::getpid(), SIGKILL);
  // To this thread: sent to the process, another thread may take it, and this one would go on.
  if (stall_at.fires(name)) ::raise(SIGSTOP);
}

}  // namespace sluice::os

#endif
