#include "cli/nearest.h"

#include <string_view>
#include <vector>

#include "sluice/mapping/json_object.h"

#include "cli/command.h"

namespace sluice::cli {

std::optional<std::string> nearest_verb(std::string_view word) {
  std::vector<std::string_view> verbs;
  for (const Command& command : commands()) verbs.emplace_back(command.name);
  const std::string_view near = mapping::nearest(word, verbs);
  if (near.empty()) return std::nullopt;
  return std::string(near);
}

}  // namespace sluice::cli
