#pragma once

#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/plan/new_tables.h"

namespace sluice::copy {

/// Looks at the source's rows for keys that the indexes of new tables have no room for, and says so
/// in the designs' findings, so that nobody learns it from the end of a long copy. Only indexes
/// whose types allow such keys are looked at; on large tables the server is given some seconds, and
/// what takes longer stays unknown. `source`: of the MySQL family.
void measure_long_keys(db::SqlSession& source, std::vector<plan::NewTable>& designs);

}  // namespace sluice::copy
