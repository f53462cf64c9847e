#pragma once

#include <optional>
#include <string>

#include "sluice/manifest/manifest.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"

#include "verify/proved_table.h"

/// A verification's findings in the manifest's words.
namespace sluice::verify {

/// All of a table but its classes and its place in the proof. `no_entries`: why it has none there;
/// empty: it has.
[[nodiscard]] manifest::Table manifest_table(const plan::TablePlan& table,
                                             const TableReport& report, const ProvedTable& proved,
                                             const std::string& no_entries);
[[nodiscard]] manifest::Check manifest_check(const CheckReport& report);

/// What the columns of the table lose on their way, by the plan's rules. `lost`: as of ProvedTable.
[[nodiscard]] std::vector<manifest::LossyColumn> lossy_columns(
    const plan::TablePlan& table, const std::vector<std::uint64_t>& lost);

}  // namespace sluice::verify
