#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace sluice::test {

/// A folder of real data that is not part of the project, below SLUICE_FIELD_DATA. Empty when it is
/// not there.
[[nodiscard]] inline std::filesystem::path field_data(const std::string& folder) {
  const char* given = std::getenv("SLUICE_FIELD_DATA");
  if (given == nullptr) return {};
  const std::filesystem::path path = std::filesystem::path(given) / folder;
  return std::filesystem::exists(path) ? path : std::filesystem::path();
}

[[nodiscard]] inline std::string field_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace sluice::test
