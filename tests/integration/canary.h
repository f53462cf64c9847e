#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <fmt/core.h>

namespace sluice::test {

/// What every password of these tests holds, in letters that no quoting changes.
inline constexpr const char* kMarker = "Canary7f3a";

/// A password that also asks for quoting, in each of the files that may hold one.
inline std::string password(const std::string& of) { return fmt::format("{}'%s-{}", kMarker, of); }

inline std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void check_clean(const std::string& text) {
  CAPTURE(text);
  CHECK(text.find(kMarker) == std::string::npos);
}

}  // namespace sluice::test
