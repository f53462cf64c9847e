#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace sluice::test {

/// A folder of real data that is not part of the project: below SLUICE_FIELD_DATA, else beside the
/// project. Empty when it is not there.
[[nodiscard]] inline std::filesystem::path field_data(const std::string& folder) {
  const char* given = std::getenv("SLUICE_FIELD_DATA");
  const std::filesystem::path path = given != nullptr ? given : SLUICE_SOURCE_DIR "/../shared/data";
  return std::filesystem::exists(path / folder) ? path / folder : std::filesystem::path();
}

[[nodiscard]] inline std::string field_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace sluice::test
