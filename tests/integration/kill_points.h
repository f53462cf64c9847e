#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/source_tree.h"

namespace sluice::test {

/// Every kill point in the files of a folder of src/ that `counts` lets pass by their names.
inline std::set<std::string> points_of(const std::string& folder,
                                       const std::function<bool(const std::string&)>& counts = {}) {
  const std::regex point("SLUICE_KILL_POINT\\(\"([a-z_-]+)\"\\)");
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(in_source_tree(folder))) {
    if (counts && !counts(entry.path().filename().string())) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator match(text.begin(), text.end(), point), end; match != end; ++match) {
      names.insert((*match)[1]);
    }
  }
  return names;
}

/// Every kill point that a copy may pass. Decisions are taken by another command, which has its own
/// tests.
inline std::set<std::string> points_in_the_source() {
  return points_of("src/copy", [](const std::string& file) { return !file.starts_with("deci"); });
}

/// Those of a list, in which a point may say at which pass: "point:2".
inline std::set<std::string> points_listed(const std::vector<std::vector<std::string>>& lists) {
  std::set<std::string> names;
  for (const auto& list : lists) {
    for (const std::string& point : list) names.insert(point.substr(0, point.find(':')));
  }
  return names;
}

}  // namespace sluice::test
