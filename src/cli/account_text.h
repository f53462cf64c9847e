#pragma once

#include <string>
#include <vector>

#include "sluice/ledger/records.h"
#include "sluice/plan/plan.h"

namespace sluice::cli {

/// The account of every table, in lines of 80 columns: source = arrived + decided + quarantined +
/// left behind + filtered; rows kept from the live table come on top. Kinds of rows that no table
/// has are left out. Names come from elsewhere and are escaped; they have their schemas where
/// tables of several bear the same. Of many tables those of which there is nothing to say make one
/// line, but for the largest.
[[nodiscard]] std::string accounts_text(const plan::Plan& plan,
                                        const std::vector<ledger::Account>& accounts);
/// What became of kept rows that the side table cannot hold; empty where there are none.
[[nodiscard]] std::string held_kept_text(const ledger::Account& account);

}  // namespace sluice::cli
