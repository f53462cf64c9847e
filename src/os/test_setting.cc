#include "sluice/os/test_setting.h"

#include <cstdlib>

namespace sluice::os {

std::chrono::milliseconds test_duration([[maybe_unused]] const char* variable,
                                        std::chrono::milliseconds otherwise) noexcept {
#ifdef SLUICE_TEST_HOOKS
  // Nothing in the process changes its environment.
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
  if (text != nullptr && std::atoi(text) > 0) return std::chrono::milliseconds(std::atoi(text));
#endif
  return otherwise;
}

bool test_switch([[maybe_unused]] const char* variable) noexcept {
#ifdef SLUICE_TEST_HOOKS
  // Nothing in the process changes its environment.
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
  return text != nullptr && text[0] == '1' && text[1] == 0;
#else
  return false;
#endif
}

}  // namespace sluice::os
