#pragma once

#include <cstdint>
#include <limits>

#include "sluice/codec/datetime.h"

namespace sluice::codec {

/// Since PostgreSQL 17 these two are endless; servers before it take them for sums of their parts,
/// and refuse the words.
inline constexpr Interval kIntervalInfinity{std::numeric_limits<std::int64_t>::max(),
                                            std::numeric_limits<std::int32_t>::max(),
                                            std::numeric_limits<std::int32_t>::max()};
inline constexpr Interval kIntervalMinusInfinity{std::numeric_limits<std::int64_t>::min(),
                                                 std::numeric_limits<std::int32_t>::min(),
                                                 std::numeric_limits<std::int32_t>::min()};

/// date_from_fields() and timestamp_from_fields() without MySQL's zero dates: year 0 is 1 BC.
[[nodiscard]] Problem checked_date(const CivilDate& date, std::int32_t& out);
[[nodiscard]] Problem checked_timestamp(const CivilDate& date, const ClockTime& time,
                                        std::int64_t& out);

}  // namespace sluice::codec
