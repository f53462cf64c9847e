#include "support/neutral_text.h"

#include <cstdlib>
#include <map>

#include <fmt/format.h>

namespace sluice::test {
namespace {

/// SQL with {0} for the value and {1} for the number of bits.
using Forms = std::map<std::string, std::string>;

constexpr const char* kMysqlHex = "HEX({0})";
/// An integer's zeros in front, of ZEROFILL, are not part of it.
constexpr const char* kMysqlNumber = "CAST({0} + 0 AS CHAR)";
constexpr const char* kMysqlPoint = "DATE_FORMAT({0}, '%Y-%m-%d %H:%i:%s.%f')";
constexpr const char* kPgPoint = "to_char({0}, 'YYYY-MM-DD HH24:MI:SS.US')";
constexpr const char* kPgMicroseconds = "(extract(epoch FROM {0}) * 1000000)::bigint::text";

const Forms& mysql_forms() {
  static const Forms forms{
      {"tinyint", kMysqlNumber},
      {"smallint", kMysqlNumber},
      {"mediumint", kMysqlNumber},
      {"int", kMysqlNumber},
      {"bigint", kMysqlNumber},
      {"year", kMysqlNumber},
      // Of a float all digits of the double that it is.
      {"float", "{0} + 0e0"},
      {"double", "{0} + 0e0"},
      {"bit", "LPAD(BIN({0} + 0), {1}, '0')"},
      {"date", "DATE_FORMAT({0}, '%Y-%m-%d')"},
      {"datetime", kMysqlPoint},
      {"timestamp", kMysqlPoint},
      {"time", "CAST(TIME_TO_SEC({0}) * 1000000 AS SIGNED)"},
      {"binary", kMysqlHex},
      {"varbinary", kMysqlHex},
      {"tinyblob", kMysqlHex},
      {"blob", kMysqlHex},
      {"mediumblob", kMysqlHex},
      {"longblob", kMysqlHex},
      {"point", kMysqlHex},
      {"geometry", kMysqlHex},
      {"vector", kMysqlHex},
  };
  return forms;
}

const Forms& pg_forms() {
  static const Forms forms{
      {"bool", "{0}::int::text"},
      {"float4", "{0}::float8::text"},
      {"date", "to_char({0}, 'YYYY-MM-DD')"},
      {"timestamp", kPgPoint},
      {"timestamptz", "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"},
      {"time", kPgMicroseconds},
      {"interval", kPgMicroseconds},
      {"bytea", "upper(encode({0}, 'hex'))"},
      {"inet", "host({0})"},
  };
  return forms;
}

std::string form_of(const Forms& forms, const std::string& type, const char* otherwise) {
  const auto found = forms.find(type);
  return found == forms.end() ? otherwise : found->second;
}

}  // namespace

std::string neutral_mysql(const std::string& type, const std::string& value,
                          const std::string& bits) {
  return fmt::format(fmt::runtime(form_of(mysql_forms(), type, "CAST({0} AS CHAR)")), value, bits);
}

std::string neutral_postgres(const std::string& type, const std::string& value) {
  return fmt::format(fmt::runtime(form_of(pg_forms(), type, "{0}::text")), value);
}

bool is_inexact(const std::string& mysql_type) {
  return mysql_type == "float" || mysql_type == "double";
}

std::string neutral_double(const std::string& text) {
  return fmt::format("{}", std::strtod(text.c_str(), nullptr));
}

}  // namespace sluice::test
