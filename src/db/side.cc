#include "sluice/db/side.h"

#include <fmt/format.h>

namespace sluice::db {

model::Error at_side(std::string_view side, const model::Error& error) {
  return {error.kind(), fmt::format("{}: {}", side, error.what()), error.hint(), error.retry()};
}

}  // namespace sluice::db
