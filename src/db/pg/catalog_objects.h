#pragma once

#include <map>
#include <string>

#include "sluice/model/schema.h"

#include "db/pg/connection.h"

namespace sluice::db::pg {

/// By the server's own numbers, "class/oid"; `needs` is still empty.
using ObjectMap = std::map<std::string, model::SchemaObject>;

/// Everything that can be made before tables and that people made, in the whole database: a table
/// may need what lies in another schema. What belongs to an extension comes with the extension.
[[nodiscard]] ObjectMap read_definitions(Connection& connection);

}  // namespace sluice::db::pg
