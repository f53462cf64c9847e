#pragma once

#include <cstddef>

namespace sluice::policy {

/// More than any policy file needs: some hundred people with some keys each are 100 KiB.
inline constexpr std::size_t kMaxFileBytes = std::size_t{4} << 20;

}  // namespace sluice::policy
