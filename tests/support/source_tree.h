#pragma once
#include <filesystem>

namespace sluice::test {

/// `path` in the tree that the tests were built from.
std::filesystem::path in_source_tree(const std::filesystem::path& path);

}  // namespace sluice::test
