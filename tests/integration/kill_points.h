#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "support/source_tree.h"

namespace sluice::test {

/// Every kill point that a copy may pass.
inline std::set<std::string> points_in_the_source() {
  const std::regex point("SLUICE_KILL_POINT\\(\"([a-z_]+)\"\\)");
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(in_source_tree("src/copy"))) {
    // Decisions are taken by another command, which has its own tests.
    if (entry.path().filename().string().starts_with("deci")) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator match(text.begin(), text.end(), point), end; match != end; ++match) {
      names.insert((*match)[1]);
    }
  }
  return names;
}

}  // namespace sluice::test
