#include "copy/trial_cut.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

namespace sluice::copy {
namespace {

using plan::NewTable;

using Tables = std::vector<NewTable*>;

class Cutter {
 public:
  explicit Cutter(std::vector<NewTable>& tables);
  [[nodiscard]] std::vector<TrialPortion> cut();

 private:
  [[nodiscard]] Tables above(const NewTable& table) const;
  [[nodiscard]] Tables by_family() const;
  [[nodiscard]] Tables missing(const NewTable& table) const;
  void finish_portion();

  std::vector<NewTable>& tables_;
  std::map<model::QualifiedName, NewTable*> parents_;
  TrialPortion now_;
  std::size_t relations_ = 0;  // of it
  std::vector<TrialPortion> done_;
};

Cutter::Cutter(std::vector<NewTable>& tables) : tables_(tables) {
  for (NewTable& table : tables) {
    if (table.is_partitioned()) parents_.emplace(table.design.table.name, &table);
  }
}

/// The partitioned tables that it is a part of, the outermost first.
Tables Cutter::above(const NewTable& table) const {
  Tables found;
  for (const NewTable* part = &table; part->kin.place; part = found.back()) {
    const auto parent = parents_.find(part->kin.place->parent);
    if (parent == parents_.end()) break;
    found.push_back(parent->second);
  }
  std::ranges::reverse(found);
  return found;
}

Tables Cutter::by_family() const {
  std::vector<std::pair<std::ptrdiff_t, NewTable*>> order;
  for (NewTable& table : tables_) {
    if (table.is_partitioned()) continue;
    const Tables family = above(table);
    order.emplace_back(family.empty() ? -1 : family.front() - tables_.data(), &table);
  }
  std::ranges::stable_sort(order, {}, [](const auto& entry) { return entry.first; });
  Tables sorted;
  for (const auto& [family, table] : order) sorted.push_back(table);
  return sorted;
}

/// What has to be made for it besides what the portion has.
Tables Cutter::missing(const NewTable& table) const {
  Tables parents = above(table);
  std::erase_if(parents, [this](NewTable* parent) {
    return std::ranges::find(now_.parents, parent) != now_.parents.end();
  });
  return parents;
}

void Cutter::finish_portion() {
  if (!now_.tables.empty()) done_.push_back(std::exchange(now_, {}));
  relations_ = 0;
}

std::vector<TrialPortion> Cutter::cut() {
  const auto relations = [](const NewTable& table, const Tables& parents) {
    std::size_t count = relations_of(table);
    for (const NewTable* const parent : parents) count += relations_of(*parent);
    return count;
  };
  for (NewTable* const table : by_family()) {
    if (relations_ + relations(*table, missing(*table)) > kRelationsAtOnce) finish_portion();
    const Tables parents = missing(*table);
    relations_ += relations(*table, parents);
    now_.parents.insert(now_.parents.end(), parents.begin(), parents.end());
    now_.tables.push_back(table);
  }
  finish_portion();
  return std::move(done_);
}

}  // namespace

std::size_t relations_of(const plan::NewTable& table) {
  constexpr std::size_t kWithToast = 3;
  const model::Table& made = table.design.table;
  const auto sequences = std::ranges::count_if(made.columns, [](const model::Column& column) {
    return column.identity != model::Identity::no || !column.sequence.empty();
  });
  return kWithToast + made.indexes.size() + static_cast<std::size_t>(sequences) +
         table.design.objects.size();
}

std::vector<TrialPortion> cut_trial(std::vector<plan::NewTable>& tables) {
  return Cutter(tables).cut();
}

}  // namespace sluice::copy
