#pragma once

#include <cstdint>

#include "sluice/doctor/doctor.h"

namespace sluice::doctor {

/// Whether a disk with `free` bytes has room for tables of about `needed`.
[[nodiscard]] Check check_room(std::uint64_t free, std::uint64_t needed);

}  // namespace sluice::doctor
