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

/// How many of the tables from `first` on one transaction can try; `taken`: relations that it makes
/// besides. One at least, where one is left.
[[nodiscard]] std::size_t tables_at_once(const std::vector<plan::NewTable>& tables,
                                         std::size_t first, std::size_t taken);

}  // namespace sluice::copy
