#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/name.h"
#include "sluice/plan/plan.h"

namespace sluice::verify {

/// Keys of source rows, each the texts of its columns.
using HeldKeys = std::vector<std::vector<std::string>>;

/// The largest number of keys that are named in one statement: some 200 KiB of it. Servers look
/// such a list up by hashing or sorting.
inline constexpr std::size_t kMaxNamedKeys = 20000;

/// "(key columns) NOT IN (...)", for the source. REQUIRES: `keys` is not empty and the table has a
/// key.
[[nodiscard]] std::string without_keys_sql(const plan::TablePlan& table, model::Engine engine,
                                           const HeldKeys& keys);

/// The keys of rows that are in quarantine or were left behind: those that are on the source only.
/// Absent where they cannot be named: no key, or too many.
[[nodiscard]] std::optional<HeldKeys> keys_left_out(db::SqlSession& ledger,
                                                    const std::string& run_id,
                                                    const plan::TablePlan& table);

}  // namespace sluice::verify
