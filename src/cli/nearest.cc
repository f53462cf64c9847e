#include "cli/nearest.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

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

std::optional<std::string> nearest_option(const CLI::App& verb, int argc, const char* const* argv) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) names.push_back(option->get_name());
  const std::vector<std::string_view> known(names.begin(), names.end());
  for (int i = 2; i < argc; ++i) {
    const std::string_view word(argv[i]);
    if (!word.starts_with("--") || std::ranges::find(known, word) != known.end()) continue;
    const std::string_view near = mapping::nearest(word, known);
    if (!near.empty()) return std::string(near);
  }
  return std::nullopt;
}

}  // namespace sluice::cli
