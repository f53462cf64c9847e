#pragma once

#include <string>

#include "sluice/model/name.h"

/// The table of consumed batches in the source. A batch of a manifest has been deleted if and only
/// if its row is there: it is written in the transaction that deletes.
namespace sluice::retire {

/// CREATE statements of schema and table, which an administrator runs once.
[[nodiscard]] std::string consumed_ddl(model::Engine engine);
/// sluice.consumed, quoted.
[[nodiscard]] std::string consumed_table(model::Engine engine);

}  // namespace sluice::retire
