#pragma once

#include <cstddef>
#include <vector>

#include "sluice/plan/new_tables.h"

namespace sluice::copy {

/// Each relation that a transaction makes holds a lock until its end, and a server has room for
/// 6,400 as it comes (max_locks_per_transaction x max_connections), which others need too.
inline constexpr std::size_t kRelationsAtOnce = 1500;

/// What is made with a table: itself, TOAST and its index, indexes, sequences, what it needs.
[[nodiscard]] std::size_t relations_of(const plan::NewTable& table);

/// What one transaction tries.
struct TrialPortion {
  std::vector<plan::NewTable*> parents;  // partitioned tables of `tables`, each after its own
  std::vector<plan::NewTable*> tables;
};

/// All tables in portions, families together, since each portion makes the partitioned tables that
/// its own partitions need. One that is too large alone is a portion. The portions point into
/// `tables`.
[[nodiscard]] std::vector<TrialPortion> cut_trial(std::vector<plan::NewTable>& tables);

}  // namespace sluice::copy
