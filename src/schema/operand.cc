#include "schema/operand.h"

#include <algorithm>
#include <string_view>

#include "sluice/codec/mysql_types.h"

#include "schema/collation.h"
#include "schema/quoted.h"

namespace sluice::schema {
namespace {

using codec::MysqlKind;
using K = ValueKind;

/// What MariaDB's catalogue shows for a character of four bytes.
constexpr std::string_view kUnprinted = "????";

K kind_of(const model::ColumnType& type) {
  switch (codec::mysql_kind(type)) {
    case MysqlKind::tinyint:
    case MysqlKind::smallint:
    case MysqlKind::mediumint:
    case MysqlKind::integer:
    case MysqlKind::bigint:
    case MysqlKind::year:
      return K::integer;
    case MysqlKind::decimal:
      return K::decimal;
    case MysqlKind::float4:
    case MysqlKind::float8:
      return K::floating;
    case MysqlKind::character:
      return K::text;
    case MysqlKind::enumeration:
      return K::enumeration;
    case MysqlKind::date:
      return K::date;
    case MysqlKind::datetime:
      return K::moment;
    case MysqlKind::timestamp:
      return K::instant;
    default:
      return K::other;
  }
}

TextOrder order_of(const model::ColumnType& type) {
  if (compares_by_bytes(type) && !pads_with_blanks(type)) return TextOrder::bytes;
  return compares_by_bytes_but_blanks(type) ? TextOrder::bytes_but_blanks : TextOrder::collation;
}

/// "0000" and "00000007"
bool is_padded(const model::ColumnType& type) {
  return codec::mysql_kind(type) == MysqlKind::year ||
         type.sql.find("zerofill") != std::string::npos;
}

/// Of digits alone.
bool fits_bigint(std::string_view digits) {
  constexpr std::string_view kLargest = "9223372036854775807";
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits.size() < kLargest.size() ||
         (digits.size() == kLargest.size() && digits <= kLargest);
}

}  // namespace

Value column_value(const model::Column& column, const std::string& name, bool chosen) {
  Value value;
  value.sql = quoted(name);
  value.reads_columns = true;
  if (chosen) return value;  // its type is no longer that of which the rules speak
  value.column = &column;
  value.kind = kind_of(column.type);
  value.scale = value.kind == K::moment ? column.type.fraction_digits.value_or(0)
                                        : column.type.scale.value_or(0);
  value.reach = reach_of(column.type).value_or(Reach{});
  if (value.kind == K::text) {
    value.order = order_of(column.type);
    value.text = text_reach_of(column.type);
  }
  const bool bigint = column.type.base == "bigint";
  value.wide = bigint && column.type.is_unsigned;
  value.narrow = value.kind == K::integer && !bigint;
  value.padded = is_padded(column.type);
  return value;
}

Value literal_value(const Token& token) {
  Value value;
  value.literal = true;
  value.content = token.value;
  if (token.kind == Token::Kind::text) {
    if (token.value.find('\0') != std::string::npos) return refused("a text holds a NUL");
    if (token.value.find(kUnprinted) != std::string::npos) {
      return refused("the source may not have printed a character of it");
    }
    value.kind = K::text;
    value.sql = literal(token.value);
    value.text = text_reach_of_literal(token.value);
    return value;
  }
  value.sql = token.value;
  if (token.value.find_first_of("eE") != std::string::npos) {
    value.kind = K::floating;
    value.sql = "'" + token.value + "'::double precision";
    return value;
  }
  const std::size_t point = token.value.find('.');
  value.kind = point == std::string::npos ? K::integer : K::decimal;
  if (point != std::string::npos) value.scale = static_cast<int>(token.value.size() - point - 1);
  value.wide = value.kind == K::integer && !fits_bigint(value.content);
  value.narrow = value.kind == K::integer;
  value.reach = reach_of_literal(value.content);
  return value;
}

}  // namespace sluice::schema
