#pragma once

#include <string>

#include "sluice/model/schema.h"

namespace sluice::schema {

/// What PostgreSQL's ADD CONSTRAINT says of the key, under the names that stand in it now.
[[nodiscard]] std::string foreign_key_definition(const model::ForeignKey& key);

}  // namespace sluice::schema
