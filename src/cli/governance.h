#pragma once

#include <string>

#include "sluice/db/sql_session.h"
#include "sluice/status/status.h"

namespace sluice::cli {

/// Who decides about a run, as the ledger of its target tells it. What cannot be read says so in
/// its place: a status is wanted most when something is wrong.
[[nodiscard]] status::Governance read_governance(db::SqlSession& ledger, const std::string& run_id);

}  // namespace sluice::cli
