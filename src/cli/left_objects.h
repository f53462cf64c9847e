#pragma once

#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/endpoint.h"
#include "sluice/model/finding.h"
#include "sluice/plan/left_objects.h"

namespace sluice::cli {

/// A note on each, with the SQL that makes it: of sequences also where they stand now, for which
/// the source is asked.
[[nodiscard]] std::vector<model::Finding> left_findings(
    const std::vector<plan::LeftObject>& objects, const model::Endpoint& source);

}  // namespace sluice::cli
