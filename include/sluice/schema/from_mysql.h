#pragma once

#include <map>
#include <string>

#include "sluice/model/name.h"
#include "sluice/model/schema.h"
#include "sluice/schema/design.h"

namespace sluice::schema {

/// The PostgreSQL table that holds every value which a table of MySQL or MariaDB can hold, by the
/// published rules of types.md. `types`: source column to PostgreSQL type, in place of a rule.
/// Pure; says in findings what a person has to decide and what does not come along.
[[nodiscard]] Design design_from_mysql(const model::Table& source,
                                       const model::QualifiedName& target,
                                       const std::map<std::string, std::string>& types);

}  // namespace sluice::schema
