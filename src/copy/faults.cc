#include "copy/faults.h"

#include <algorithm>
#include <utility>

#include "copy/trace.h"

namespace sluice::copy {
namespace {

/// For people. Rows of a table without a source key have nothing better than the target's.
const std::string& key_of(const std::string& name, const std::string& source_key) {
  return source_key.empty() ? name : source_key;
}

}  // namespace

FaultReasons::FaultReasons(const plan::TablePlan& table, const plan::DeferredStep& step,
                           std::vector<std::size_t> columns, const std::vector<Fault>& faults)
    : table_(table), step_(step), columns_(std::move(columns)) {
  if (step.kind != plan::DeferredStep::Kind::index) return;
  for (const Fault& fault : faults) group_of_.emplace(row_name(fault.texts), fault.group);
}

void FaultReasons::add(std::string_view target_row, const std::string& source_key) {
  const std::string name = row_name(table_, target_row);
  const auto group = group_of_.find(name);
  if (group != group_of_.end()) names_[group->second].push_back(key_of(name, source_key));
}

RowRefusal FaultReasons::of(std::string_view target_row, const std::string& source_key) const {
  const auto rivals = rivals_of(row_name(table_, target_row), source_key);
  RowRefusal why;
  why.problem = step_.kind == plan::DeferredStep::Kind::index ? codec::Problem::key_collision
                                                              : codec::Problem::refused_by_target;
  why.column = names_of(table_, columns_);
  why.value = value_of(table_, columns_, target_row);
  why.message = rivals.empty() ? message_of(step_) : message_of(step_, rivals);
  return why;
}

std::vector<std::string> FaultReasons::rivals_of(const std::string& name,
                                                 const std::string& source_key) const {
  const auto group = group_of_.find(name);
  if (group == group_of_.end()) return {};
  std::vector<std::string> rivals = names_.at(group->second);
  // The row itself, once: others may have the same name where there is no source key.
  const auto self = std::ranges::find(rivals, key_of(name, source_key));
  if (self != rivals.end()) rivals.erase(self);
  return rivals;
}

}  // namespace sluice::copy
