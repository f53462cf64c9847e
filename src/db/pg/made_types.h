#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "db/pg/connection.h"

namespace sluice::db::pg {

/// By the OID of a type that people made, as text: what it is made of, down to types that the
/// server brings along. Of a row type one text for each field ("amount numeric(5,2)"), of any other
/// (arrays, ranges; inside of them domains too) one text ("(amount numeric(5,2))[]"). Schemas and
/// the types' own names are left out, so that two servers can be compared. Enums are in it only
/// inside of others, as "enum".
using MadeTypes = std::unordered_map<std::string, std::vector<std::string>>;

/// Those of the columns of the tables, a list of OIDs as the server reads it.
[[nodiscard]] MadeTypes read_made_types(Connection& connection, const Parameter& tables);

}  // namespace sluice::db::pg
