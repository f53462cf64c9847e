#pragma once

#include <vector>

#include "sluice/copy/start.h"

namespace sluice::copy {

/// Runs drop_statements(), some tables in one transaction, each while nobody else can do anything
/// with them. Throws Error{drift} where one is not what it was when this began, or where somebody
/// else has a part in it: a partition, what it would be taken away from.
void drop_tables(db::SqlSession& session, const std::vector<EarlierTables>& tables);

}  // namespace sluice::copy
