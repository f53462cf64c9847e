#pragma once

#include <optional>
#include <string_view>

#include "sluice/codec/carrier.h"

namespace sluice::mapping {

/// Whether values of the carrier can be told to be equal: their binary form, or their number, says
/// it.
[[nodiscard]] bool has_equality(codec::Carrier carrier) noexcept;
/// Whether they have an order that every server agrees on.
[[nodiscard]] bool has_order(codec::Carrier carrier) noexcept;

/// -1, 0, 1 as PostgreSQL orders them (NaN equals NaN and is above everything; -0 equals 0). For
/// carriers without an order only being 0 means something. REQUIRES: has_equality(carrier).
[[nodiscard]] int compare_values(codec::Carrier carrier, std::string_view a, std::string_view b);

}  // namespace sluice::mapping
