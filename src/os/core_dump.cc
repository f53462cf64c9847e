#include "sluice/os/core_dump.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace sluice::os {

void forbid_core_dumps() noexcept {
  // The limit alone does not keep a core from a program that core_pattern names.
  const rlimit none{0, 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

}  // namespace sluice::os
