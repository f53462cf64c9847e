#include "support/source_tree.h"

namespace sluice::test {

// The one file that knows: an object of any other is the same wherever the tree lies, so that
// caches of compilers may share it.
std::filesystem::path in_source_tree(const std::filesystem::path& path) {
  return std::filesystem::path(SLUICE_SOURCE_DIR) / path;
}

}  // namespace sluice::test
