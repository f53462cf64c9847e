#pragma once

#include <string>

#include "sluice/model/name.h"
#include "sluice/model/schema.h"

namespace sluice::schema {

/// The statement that makes a designed index (a btree of its parts) on the table, under the name
/// that it has now.
[[nodiscard]] std::string index_definition(const model::Index& index,
                                           const model::QualifiedName& table);

}  // namespace sluice::schema
