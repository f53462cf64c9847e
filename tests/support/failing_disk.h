#pragma once

#include <cstdlib>
#include <string>

#include "support/run_process.h"

namespace sluice::test {

/// A disk below `folder` on which `call` (failing_disk.cc) fails from the nth on.
inline RunOptions failing_disk(const std::string& folder, const std::string& call, int error,
                               int from) {
  const char* const sanitizer = std::getenv("ASAN_OPTIONS");  // NOLINT(concurrency-mt-unsafe)
  RunOptions options;
  options.env = {
      {"LD_PRELOAD", SLUICE_FAILING_DISK},
      {"FAILING_DISK_FOLDER", folder},
      {"FAILING_DISK_CALL", call},
      {"FAILING_DISK_ERRNO", std::to_string(error)},
      {"FAILING_DISK_FROM", std::to_string(from)},
      // The sanitizer wants to be the first library of all.
      {"ASAN_OPTIONS",
       std::string(sanitizer == nullptr ? "" : sanitizer) + ":verify_asan_link_order=0"},
  };
  return options;
}

}  // namespace sluice::test
