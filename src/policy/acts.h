#pragma once

#include "sluice/document/act.h"

namespace sluice::policy {

/// Acts that delete, merge or overwrite: the data owners of the tables that they touch sign too.
[[nodiscard]] bool needs_owners(document::Act act) noexcept;

}  // namespace sluice::policy
