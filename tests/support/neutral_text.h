#pragma once

#include <string>

/// One text for one value on either engine, made by each server's own SQL: whole numbers and
/// decimals as they are, days and times in ISO, points in time in UTC (the MySQL session's time
/// zone must be that), lengths of time in microseconds, bytes in hex, bits as zeros and ones, true
/// and false as 1 and 0, all else as it stands.
namespace sluice::test {

/// `type` is DATA_TYPE of information_schema, `bits` the length of a bit column.
[[nodiscard]] std::string neutral_mysql(const std::string& type, const std::string& value,
                                        const std::string& bits);
/// `type` is typname of pg_type.
[[nodiscard]] std::string neutral_postgres(const std::string& type, const std::string& value);

/// Whether texts of a DATA_TYPE are doubles, which servers do not write alike.
[[nodiscard]] bool is_inexact(const std::string& mysql_type);
/// The text of a double, the same for every spelling of it.
[[nodiscard]] std::string neutral_double(const std::string& text);

}  // namespace sluice::test
