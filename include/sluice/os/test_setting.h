#pragma once

#include <chrono>

namespace sluice::os {

/// The milliseconds that a test has put into the environment variable, so that it need not wait for
/// as long as people do; `otherwise` where there are none, and always unless SLUICE_TEST_HOOKS is
/// defined (never in a release build).
[[nodiscard]] std::chrono::milliseconds test_duration(const char* variable,
                                                      std::chrono::milliseconds otherwise) noexcept;

/// Whether a test has put a 1 into the environment variable; never in a release build.
[[nodiscard]] bool test_switch(const char* variable) noexcept;

}  // namespace sluice::os
