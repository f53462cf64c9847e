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
    groups.push_back({finding, {finding.where}, {finding.action}});
    return;
  }
  const std::size_t before = group->places.size();
  group->places.push_back(finding.where);
  if (group->actions.size() == 1 && finding.action == group->actions.front()) return;
  group->actions.resize(before, group->actions.front());
  group->actions.push_back(finding.action);
}

std::string places_text(const FindingGroup& group, std::size_t most) {
  const std::size_t shown = std::min(group.places.size(), most);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + group.places[i];
  if (shown < group.places.size()) text += fmt::format(" and {} more", group.places.size() - shown);
  return text;
}

std::vector<std::string> action_lines(const FindingGroup& group, std::size_t most) {
  if (group.actions.size() == 1) {
    return group.first.action.empty() ? std::vector<std::string>() : group.actions;
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < group.actions.size() && lines.size() < most; ++i) {
    if (group.actions[i].empty()) continue;
    const bool stands_for_all = most == 1 && i == 0;
    lines.push_back((stands_for_all ? "for the first" : group.places[i]) + ": " + group.actions[i]);
  }
  return lines;
}

}  // namespace sluice::cli
