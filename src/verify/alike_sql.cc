#include "verify/alike_sql.h"

#include <fmt/format.h>

#include "sluice/model/quote.h"

#include "verify/sql_expressions.h"

namespace sluice::verify {
namespace {

using model::Engine;
using plan::Alike;

std::string on_mysql(Alike form, std::string_view column, const model::ColumnType& type) {
  std::string name = model::quote_identifier(Engine::mysql, column);
  switch (form) {
    case Alike::moment:
      return fmt::format("DATE_FORMAT({}, '%Y-%m-%d %H:%i:%s.%f AD')", name);
    case Alike::span:  // whatever the sign, and beyond a day
      return fmt::format(
          "CAST(TIMESTAMPDIFF(MICROSECOND, TIMESTAMP'2000-01-01 00:00:00', "
          "ADDTIME(TIMESTAMP'2000-01-01 00:00:00', {})) AS CHAR)",
          name);
    case Alike::bits:
      return fmt::format("LPAD(CONV({} + 0, 10, 2), {}, '0')", name, type.length.value_or(1));
    case Alike::bytes:
      return name;
    case Alike::uuid:
      return type.base == "binary" ? fmt::format("LOWER(HEX({}))", name)
                                   : fmt::format("LOWER(REPLACE(CAST({} AS CHAR), '-', ''))", name);
    default:
      // A sum has no ZEROFILL.
      if (is_exact_number(value_class(type))) return fmt::format("CAST({} + 0 AS CHAR)", name);
      return text_expression(Engine::mysql, column, type);
  }
}

std::string text_on_postgresql(Alike form, std::string_view column, const model::ColumnType& type) {
  std::string name = model::quote_identifier(Engine::postgresql, column);
  switch (form) {
    case Alike::moment:
      return fmt::format("to_char({}, 'YYYY-MM-DD HH24:MI:SS.US BC')", name);
    case Alike::span:
      return fmt::format("(extract(epoch FROM {}) * 1000000)::numeric(40)::text", name);
    case Alike::uuid:
      return fmt::format("lower(replace({}::text, '-', ''))", name);
    default:
      return text_expression(Engine::postgresql, column, type);
  }
}

}  // namespace

std::string alike_sql(Engine engine, Alike form, std::string_view column,
                      const model::ColumnType& type) {
  if (model::is_mysql_family(engine)) return on_mysql(form, column, type);
  if (form == Alike::bytes) return model::quote_identifier(engine, column);
  return fmt::format("convert_to({}, 'UTF8')", text_on_postgresql(form, column, type));
}

// The value's hash stands for it: MySQL makes NULL of a text that is put together and longer than
// max_allowed_packet.
std::string hash_sum_sql(Engine engine, const std::vector<std::string>& key,
                         const std::string& value) {
  std::string row;
  if (model::is_mysql_family(engine)) {
    for (const std::string& part : key) row += part + ", x'00', ";
    return fmt::format(
        "CAST(sum(CAST(conv(left(sha2(CONCAT({}sha2({}, 256)), 256), 8), 16, 10) AS UNSIGNED)) AS "
        "CHAR)",
        row, value);
  }
  for (const std::string& part : key) row += part + " || '\\x00'::bytea || ";
  return fmt::format(
      "sum(('x' || left(encode(sha256({}convert_to(encode(sha256({}), 'hex'), 'UTF8')), 'hex'), "
      "8))::bit(32)::bigint)::text",
      row, value);
}

}  // namespace sluice::verify
