#pragma once

#include <string>
#include <vector>

#include "sluice/cutover/swap.h"
#include "sluice/db/sql_session.h"

namespace sluice::cutover {

/// "_before_<run>"
[[nodiscard]] std::string kept_suffix(const std::string& run_id);

/// The renames of a cutover: old tables and all that has a name of its own in their schema get out
/// of the way, then the side tables and theirs take the live names. Names that are taken are
/// objects that are refused.
[[nodiscard]] std::vector<Rename> cutover_renames(db::SqlSession& session, const plan::Plan& plan,
                                                  const std::vector<SwapTable>& tables,
                                                  const std::string& run_id,
                                                  std::vector<Object>& objects);

/// The way back, as far as what was renamed is still there.
[[nodiscard]] std::vector<Rename> reversed(db::SqlSession& session,
                                           const std::vector<Rename>& renames);

}  // namespace sluice::cutover
