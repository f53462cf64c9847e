#pragma once

#include <string>

#include "sluice/archive/archive.h"
#include "sluice/retire/retire.h"

namespace sluice::retire {

/// What the archive of a request says of itself. One that was begun says the same: it is gone on
/// with.
[[nodiscard]] archive::Head archive_head(const Setting& setting, const Request& request);
/// Whether there is an archive that was ended.
[[nodiscard]] bool is_finished(const std::string& directory);

}  // namespace sluice::retire
