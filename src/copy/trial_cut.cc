#include "copy/trial_cut.h"

#include <algorithm>

namespace sluice::copy {

std::size_t relations_of(const plan::NewTable& table) {
  constexpr std::size_t kWithToast = 3;
  const model::Table& made = table.design.table;
  const auto sequences = std::ranges::count_if(made.columns, [](const model::Column& column) {
    return column.identity != model::Identity::no || !column.sequence.empty();
  });
  return kWithToast + made.indexes.size() + static_cast<std::size_t>(sequences) +
         table.design.objects.size();
}

std::size_t tables_at_once(const std::vector<plan::NewTable>& tables, std::size_t first,
                           std::size_t taken) {
  std::size_t last = first;
  for (; last < tables.size(); ++last) {
    taken += relations_of(tables[last]);
    if (last > first && taken > kRelationsAtOnce) break;
  }
  return last - first;
}

}  // namespace sluice::copy
