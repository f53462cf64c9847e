#pragma once

#include <string>

#include "sluice/archive/archive.h"
#include "sluice/retire/retire.h"

#include "retire/consumed.h"

namespace sluice::retire {

/// What the archive of a request says of itself. One that was begun says the same: it is gone on
/// with.
[[nodiscard]] archive::Head archive_head(const Setting& setting, const Request& request);
/// Whether the archive was ended. Changes nothing. Throws Error{storage} where it lacks a batch
/// that was deleted: it is elsewhere, or was harmed, and what a writer takes for the remains of a
/// dead one may be all that is left of those rows; Error{drift} where one of another manifest was
/// ended there.
[[nodiscard]] bool is_finished(const Setting& setting, const std::string& directory,
                               Consumed consumed);

}  // namespace sluice::retire
