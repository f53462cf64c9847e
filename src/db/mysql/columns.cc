// One table: which expression, client type and conversion reads a column of MySQL into its carrier.

#include "db/mysql/columns.h"

#include <algorithm>
#include <type_traits>

#include "sluice/codec/mysql_types.h"
#include "sluice/model/error.h"

#include "db/mysql/encoders.h"
#include "db/mysql/integer_encoders.h"
#include "db/mysql/range_sql.h"

namespace sluice::db::mysql {
namespace {

using codec::Carrier;
using codec::MysqlKind;

/// Texts up to this length are fetched with their row, longer ones by a call of their own straight
/// into the row buffer. A few KiB for each column stay in the processor's cache.
constexpr unsigned long kTextBuffer = 4096;
/// The longest that CAST gives for a number or a time: 65 digits, sign, point, a zero before it.
constexpr unsigned long kNumberBuffer = 72;
/// bit(64).
constexpr unsigned long kBitBuffer = 8;

/// Not CAST(... AS BINARY), which MariaDB makes NULL of beyond max_allowed_packet.
std::string bytes_of(const std::string& text) { return "CONVERT(" + text + " USING binary)"; }

ColumnReader plain_reader(enum_field_types type, Encode encode) {
  ColumnReader reader;
  reader.buffer_type = type;
  reader.encode = encode;
  return reader;
}

ColumnReader buffer_reader(unsigned long capacity, Encode encode) {
  ColumnReader reader = plain_reader(MYSQL_TYPE_STRING, encode);
  reader.capacity = capacity;
  return reader;
}

/// A buffer for the declared characters, of four bytes at most.
ColumnReader text_reader(const ReadColumn& column, Encode encode) {
  const std::optional<int>& declared = column.type.length;
  const unsigned long longest = declared ? static_cast<unsigned long>(*declared) * 4 : kTextBuffer;
  return buffer_reader(std::clamp(longest, 1UL, kTextBuffer), encode);
}

/// Bytes. A vector is asked for as such, because C clients older than MySQL 9 do not know the type.
ColumnReader bytes_reader(const ReadColumn& column, Encode encode) {
  ColumnReader reader = text_reader(column, encode);
  if (column.type.base == "vector") {
    reader.expression = bytes_of(quoted(column.name));
  }
  return reader;
}

template <typename Signed>
ColumnReader integer_reader(const ReadColumn& column, enum_field_types type) {
  const bool is_unsigned = column.type.is_unsigned;
  ColumnReader reader =
      plain_reader(type, is_unsigned ? integer_encoder<std::make_unsigned_t<Signed>>(column.carrier)
                                     : integer_encoder<Signed>(column.carrier));
  reader.is_unsigned = is_unsigned;
  return reader;
}

/// A member '' needs a second look, because index 0 reads like it.
ColumnReader enum_reader(const ReadColumn& column) {
  ColumnReader reader = text_reader(column, encode_enum);
  const std::vector<std::string>& members = column.type.members;
  if (std::find(members.begin(), members.end(), "") != members.end()) {
    reader.zero_test = quoted(column.name) + " + 0 = 0";
  }
  return reader;
}

/// Types whose text the server itself writes: numbers with their zerofill, dates with their zeros.
ColumnReader server_text_reader(const ReadColumn& column) {
  ColumnReader reader = buffer_reader(kNumberBuffer, encode_text);
  reader.expression = "CAST(" + quoted(column.name) + " AS CHAR)";
  return reader;
}

ColumnReader as_text_reader(const ReadColumn& column) {
  switch (codec::mysql_kind(column.type)) {
    case MysqlKind::tinyint:
    case MysqlKind::smallint:
    case MysqlKind::mediumint:
    case MysqlKind::integer:
    case MysqlKind::bigint:
    case MysqlKind::year:
    case MysqlKind::decimal:
    case MysqlKind::date:
    case MysqlKind::datetime:
    case MysqlKind::timestamp:
    case MysqlKind::time:
      return server_text_reader(column);
    case MysqlKind::float4:
      return plain_reader(MYSQL_TYPE_FLOAT, encode_float4_as_text);
    case MysqlKind::float8:
      return plain_reader(MYSQL_TYPE_DOUBLE, encode_float8_as_text);
    case MysqlKind::bit:
      return buffer_reader(kBitBuffer, bit_encoder(column.carrier));
    case MysqlKind::enumeration:
      return enum_reader(column);
    case MysqlKind::binary:
      return bytes_reader(column, encode_text);
    default:
      return text_reader(column, encode_text);
  }
}

ColumnReader number_reader(const ReadColumn& column, MysqlKind kind) {
  switch (kind) {
    case MysqlKind::tinyint:
      return integer_reader<std::int8_t>(column, MYSQL_TYPE_TINY);
    case MysqlKind::smallint:
    case MysqlKind::year:
      return integer_reader<std::int16_t>(column, MYSQL_TYPE_SHORT);
    case MysqlKind::mediumint:
    case MysqlKind::integer:
      return integer_reader<std::int32_t>(column, MYSQL_TYPE_LONG);
    case MysqlKind::bigint:
      return integer_reader<std::int64_t>(column, MYSQL_TYPE_LONGLONG);
    case MysqlKind::decimal:
      return buffer_reader(kNumberBuffer, encode_decimal);
    case MysqlKind::float4: {
      const bool widened = column.carrier == Carrier::float8;
      return plain_reader(MYSQL_TYPE_FLOAT, widened ? encode_float4_as_float8 : encode_float4);
    }
    case MysqlKind::float8:
      return plain_reader(MYSQL_TYPE_DOUBLE, encode_float8);
    default:
      return {};
  }
}

ColumnReader native_reader(const ReadColumn& column) {
  const MysqlKind kind = codec::mysql_kind(column.type);
  switch (kind) {
    case MysqlKind::date:
      return plain_reader(MYSQL_TYPE_DATE, encode_date);
    case MysqlKind::datetime:
      return plain_reader(MYSQL_TYPE_DATETIME, encode_datetime);
    case MysqlKind::timestamp:
      return plain_reader(MYSQL_TYPE_TIMESTAMP, encode_datetime);
    case MysqlKind::time: {
      const bool amount = column.carrier == Carrier::interval;
      return plain_reader(MYSQL_TYPE_TIME, amount ? encode_time_as_interval : encode_time);
    }
    case MysqlKind::bit:
      return buffer_reader(kBitBuffer, bit_encoder(column.carrier));
    case MysqlKind::character:
    case MysqlKind::uuid:
      return text_reader(column, encode_uuid_text);
    case MysqlKind::inet:
      return text_reader(column, encode_inet);
    case MysqlKind::json:
      return text_reader(column, encode_json);
    case MysqlKind::binary: {
      const bool uuid = column.carrier == Carrier::uuid;
      return bytes_reader(column, uuid ? encode_uuid_bytes : encode_bytes);
    }
    case MysqlKind::geometry:
      return text_reader(column, encode_bytes);
    default:
      return number_reader(column, kind);
  }
}

/// The column's bytes where its text is not exactly theirs, and '' where it is. A character set
/// that is not Unicode has bytes without a character: what the server sends for them is a question
/// mark, or U+FFFD, which some sets map back to one of those bytes.
std::string unconverted_bytes(const ReadColumn& column) {
  const std::string name = quoted(column.name);
  const std::string text = "CONVERT(" + name + " USING utf8mb4)";
  const std::string back = "CONVERT(" + text + " USING " + column.type.charset + ")";
  std::string same = bytes_of(back) + " = " + bytes_of(name);
  if (!codec::is_mysql_unicode(column.type.charset)) {
    same += " AND LOCATE(x'efbfbd', " + bytes_of(text) + ") = 0";
  }
  return "IF(" + same + ", '', " + bytes_of(name) + ")";
}

/// How it is found out that bytes have no character. utf8mb4 is sent as it is stored; utf8mb3, in
/// which a server puts question marks too, is asked for as bytes: both are checked where they
/// arrive. Every byte of latin1 is a character of Unicode.
void guard_conversion(const ReadColumn& column, ColumnReader& reader) {
  const std::string& charset = column.type.charset;
  if (charset.empty() || charset == "utf8mb4" || charset == "latin1") return;
  if (charset == "utf8" || charset == "utf8mb3") {
    reader.expression = bytes_of(quoted(column.name));
  } else {
    reader.unconverted = unconverted_bytes(column);
  }
}

}  // namespace

ColumnReader reader_for(const ReadColumn& column) {
  if (!codec::mysql_can_carry(column.type, column.carrier)) {
    throw model::Error(model::ErrorKind::internal, "column " + column.name + " (" +
                                                       column.type.sql + ") cannot be read as " +
                                                       std::string(to_string(column.carrier)));
  }
  ColumnReader reader =
      column.carrier == Carrier::text ? as_text_reader(column) : native_reader(column);
  if (reader.expression.empty()) reader.expression = quoted(column.name);
  guard_conversion(column, reader);
  return reader;
}

}  // namespace sluice::db::mysql
