#include "copy/faults.h"

#include <utility>

#include "sluice/ledger/ledger.h"

#include "copy/trace.h"

namespace sluice::copy {

FaultReasons::FaultReasons(const plan::TablePlan& table, const plan::DeferredStep& step,
                           std::vector<std::size_t> columns, const std::vector<Fault>& faults)
    : table_(table), step_(step), columns_(std::move(columns)) {
  if (step.kind != plan::DeferredStep::Kind::index) return;
  for (const Fault& fault : faults) group_of_.emplace(ledger::to_json(fault.key), fault.group);
}

void FaultReasons::add(std::string_view target_row, const std::string& source_key) {
  const std::string key = target_key_json(table_, target_row);
  const auto group = group_of_.find(key);
  if (group == group_of_.end()) return;
  groups_[group->second].emplace(key, source_key.empty() ? key : source_key);
}

RowRefusal FaultReasons::of(std::string_view target_row) const {
  const std::vector<std::string> rivals = rivals_of(target_key_json(table_, target_row));
  RowRefusal why;
  why.problem = step_.kind == plan::DeferredStep::Kind::index ? codec::Problem::key_collision
                                                              : codec::Problem::refused_by_target;
  why.column = names_of(table_, columns_);
  why.value = value_of(table_, columns_, target_row);
  why.message = rivals.empty() ? message_of(step_) : message_of(step_, rivals);
  return why;
}

std::vector<std::string> FaultReasons::rivals_of(const std::string& target_key) const {
  std::vector<std::string> rivals;
  const auto group = group_of_.find(target_key);
  if (group == group_of_.end()) return rivals;
  for (const auto& [key, name] : groups_.at(group->second)) {
    if (key != target_key) rivals.push_back(name);
  }
  return rivals;
}

}  // namespace sluice::copy
