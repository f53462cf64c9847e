#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::codec {

/// A time as documents and policies have it: "2026-11-22T13:30:00Z". UTC, to the second, and never
/// another form: such texts sort as the times do. Nothing where the text is not exactly that, or
/// the day or time of day does not exist (there are no leap seconds; years 1970 to 9999).
[[nodiscard]] std::optional<std::chrono::sys_seconds> utc_time_from_text(std::string_view text);

/// The other way round. REQUIRES: a year from 1970 to 9999.
[[nodiscard]] std::string utc_time_text(std::chrono::sys_seconds time);

}  // namespace sluice::codec
