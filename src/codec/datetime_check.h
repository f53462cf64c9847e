#pragma once

#include <cstdint>

#include "sluice/codec/datetime.h"

namespace sluice::codec {

/// date_from_fields() and timestamp_from_fields() without MySQL's zero dates: year 0 is 1 BC.
[[nodiscard]] Problem checked_date(const CivilDate& date, std::int32_t& out);
[[nodiscard]] Problem checked_timestamp(const CivilDate& date, const ClockTime& time,
                                        std::int64_t& out);

}  // namespace sluice::codec
