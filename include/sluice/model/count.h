#pragma once

#include <cstdint>
#include <string>

namespace sluice::model {

/// "1 row", "2 rows".
[[nodiscard]] inline std::string rows_text(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " row" : " rows");
}

}  // namespace sluice::model
