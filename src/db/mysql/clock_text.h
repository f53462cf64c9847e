#pragma once

#include <cstdint>
#include <string>

#include "db/mysql/client.h"

namespace sluice::db::mysql {

enum class ClockForm : std::uint8_t { date, datetime, time };

/// Appends a date or time as the servers print a column that was declared with so many fraction
/// digits: "0000-00-00", "2020-02-30 00:00:00.000", "-838:59:59". For values that no carrier holds.
void append_clock_text(const MYSQL_TIME& time, ClockForm form, int fraction_digits,
                       std::string& out);

}  // namespace sluice::db::mysql
