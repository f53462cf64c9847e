#include "cli/finding_groups.h"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::cli {

void add_to_groups(std::vector<FindingGroup>& groups, const model::Finding& finding) {
  const auto same = [&finding](const FindingGroup& group) {
    return group.first.rule == finding.rule && group.first.message == finding.message;
  };
  auto group = std::ranges::find_if(groups, same);
  if (group == groups.end()) {
    groups.push_back({finding, {}, {finding.action}});
    group = groups.end() - 1;
  }
  const bool is_shared = group->has_one_action() && group->actions.front() == finding.action;
  if (!is_shared && group->has_one_action()) {
    group->actions.resize(group->places.size(), group->actions.front());
  }
  group->places.push_back(finding.where);
  if (!is_shared) group->actions.push_back(finding.action);
}

std::string places_text(const FindingGroup& group, std::size_t most) {
  const std::size_t shown = std::min(group.places.size(), most);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + group.places[i];
  if (shown < group.places.size()) text += fmt::format(" and {} more", group.places.size() - shown);
  return text;
}

}  // namespace sluice::cli
