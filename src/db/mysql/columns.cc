// One table: MySQL's types, as the binary protocol brings them, into the row form.

#include "db/mysql/columns.h"

#include <algorithm>
#include <utility>

#include "sluice/codec/bits.h"
#include "sluice/codec/datetime.h"
#include "sluice/codec/float_text.h"
#include "sluice/codec/jsonb_text.h"
#include "sluice/codec/mysql_types.h"
#include "sluice/codec/network.h"
#include "sluice/codec/numeric.h"
#include "sluice/codec/utf8.h"
#include "sluice/codec/uuid.h"
#include "sluice/model/error.h"

#include "db/mysql/clock_text.h"
#include "db/mysql/range_sql.h"

namespace sluice::db::mysql {
namespace {

using codec::Carrier;
using codec::MysqlKind;
using codec::Problem;
using codec::RowBuffer;

/// Texts up to this length are fetched with their row, longer ones by a call of their own straight
/// into the row buffer. A few KiB for each column stay in the processor's cache.
constexpr unsigned long kTextBuffer = 4096;
/// The longest decimal: 65 digits, sign, point, and a zero before it.
constexpr unsigned long kDecimalBuffer = 72;
/// bit(64).
constexpr unsigned long kBitBuffer = 8;

// --- numbers -----------------------------------------------------------------------------------

template <typename Stored>
Stored load(const Slot& slot) noexcept {
  if constexpr (std::is_same_v<Stored, std::int8_t>) return slot.value.i8;
  if constexpr (std::is_same_v<Stored, std::uint8_t>) return slot.value.u8;
  if constexpr (std::is_same_v<Stored, std::int16_t>) return slot.value.i16;
  if constexpr (std::is_same_v<Stored, std::uint16_t>) return slot.value.u16;
  if constexpr (std::is_same_v<Stored, std::int32_t>) return slot.value.i32;
  if constexpr (std::is_same_v<Stored, std::uint32_t>) return slot.value.u32;
  if constexpr (std::is_same_v<Stored, std::int64_t>) return slot.value.i64;
  if constexpr (std::is_same_v<Stored, std::uint64_t>) return slot.value.u64;
}

/// An integer of MySQL as boolean, int2, int4, int8 or numeric.
template <Carrier carrier, typename Stored>
Problem put_integer(Stored value, RowBuffer& rows) {
  if constexpr (carrier == Carrier::numeric) {
    using Wide = std::conditional_t<std::is_signed_v<Stored>, std::int64_t, std::uint64_t>;
    codec::put_numeric(rows, static_cast<Wide>(value));
    return Problem::none;
  } else if constexpr (carrier == Carrier::int2) {
    if (std::in_range<std::int16_t>(value)) {
      rows.put_int16(static_cast<std::int16_t>(value));
      return Problem::none;
    }
  } else if constexpr (carrier == Carrier::int4) {
    if (std::in_range<std::int32_t>(value)) {
      rows.put_int32(static_cast<std::int32_t>(value));
      return Problem::none;
    }
  } else if constexpr (carrier == Carrier::int8) {
    if (std::in_range<std::int64_t>(value)) {
      rows.put_int64(static_cast<std::int64_t>(value));
      return Problem::none;
    }
  } else {
    if (value == Stored{0} || value == Stored{1}) {
      rows.put_bool(value == Stored{1});
      return Problem::none;
    }
  }
  rows.put_bytes(std::to_string(value));
  return Problem::out_of_range;
}

template <Carrier carrier, typename Stored>
Problem encode_integer(Slot& slot, RowBuffer& rows) {
  return put_integer<carrier>(load<Stored>(slot), rows);
}

/// bit(n) as a number.
template <Carrier carrier>
Problem encode_bits_as_integer(Slot& slot, RowBuffer& rows) {
  std::uint64_t value = 0;
  for (unsigned long i = 0; i < slot.length; ++i) {
    value = (value << 8) | static_cast<unsigned char>(slot.buffer[i]);
  }
  return put_integer<carrier>(value, rows);
}

Problem encode_decimal(Slot& slot, RowBuffer& rows) {
  const std::string_view text(slot.buffer.get(), slot.length);
  const Problem problem = codec::put_numeric(rows, text);
  if (problem != Problem::none) rows.put_bytes(text);
  return problem;
}

Problem encode_float4(Slot& slot, RowBuffer& rows) {
  rows.put_float4(slot.value.f4);
  return Problem::none;
}

Problem encode_float4_as_float8(Slot& slot, RowBuffer& rows) {
  rows.put_float8(static_cast<double>(slot.value.f4));
  return Problem::none;
}

Problem encode_float8(Slot& slot, RowBuffer& rows) {
  rows.put_float8(slot.value.f8);
  return Problem::none;
}

/// The shortest digits that read back to the same bits: what the server itself prints for a float
/// has six digits, which do not.
Problem encode_float4_as_text(Slot& slot, RowBuffer& rows) {
  slot.scratch.clear();
  codec::append_float4(slot.value.f4, slot.scratch);
  rows.put_bytes(slot.scratch);
  return Problem::none;
}

Problem encode_float8_as_text(Slot& slot, RowBuffer& rows) {
  slot.scratch.clear();
  codec::append_float8(slot.value.f8, slot.scratch);
  rows.put_bytes(slot.scratch);
  return Problem::none;
}

// --- bits --------------------------------------------------------------------------------------

Problem encode_bits(Slot& slot, RowBuffer& rows) {
  const std::string_view bytes(slot.buffer.get(), slot.length);
  const Problem problem = codec::put_mysql_bits(rows, bytes, slot.bits);
  if (problem != Problem::none) rows.put_bytes(bytes);
  return problem;
}

/// '0' and '1': the server's own text form of bit(n) is its bytes.
Problem encode_bits_as_text(Slot& slot, RowBuffer& rows) {
  slot.scratch.clear();
  for (int bit = slot.bits - 1; bit >= 0; --bit) {
    const auto byte = static_cast<unsigned long>(bit / 8);
    const bool set = byte < slot.length &&
                     ((slot.buffer[slot.length - 1 - byte] >> (bit % 8)) & 1) != 0;
    slot.scratch += set ? '1' : '0';
  }
  rows.put_bytes(slot.scratch);
  return Problem::none;
}

// --- dates and times ---------------------------------------------------------------------------

codec::CivilDate date_of(const MYSQL_TIME& time) noexcept {
  return {static_cast<int>(time.year), static_cast<int>(time.month), static_cast<int>(time.day)};
}

codec::ClockTime clock_of(const MYSQL_TIME& time) noexcept {
  return {static_cast<int>(time.hour), static_cast<int>(time.minute),
          static_cast<int>(time.second), static_cast<int>(time.second_part)};
}

/// What the server would print, for a value that the carrier cannot hold.
Problem put_clock_text(Slot& slot, ClockForm form, Problem problem, RowBuffer& rows) {
  slot.scratch.clear();
  append_clock_text(slot.value.time, form, slot.fraction_digits, slot.scratch);
  rows.put_bytes(slot.scratch);
  return problem;
}

Problem encode_date(Slot& slot, RowBuffer& rows) {
  std::int32_t days = 0;
  const Problem problem = codec::date_from_fields(date_of(slot.value.time), days);
  if (problem != Problem::none) return put_clock_text(slot, ClockForm::date, problem, rows);
  rows.put_int32(days);
  return problem;
}

Problem encode_datetime(Slot& slot, RowBuffer& rows) {
  std::int64_t microseconds = 0;
  const MYSQL_TIME& time = slot.value.time;
  const Problem problem =
      codec::timestamp_from_fields(date_of(time), clock_of(time), microseconds);
  if (problem != Problem::none) return put_clock_text(slot, ClockForm::datetime, problem, rows);
  rows.put_int64(microseconds);
  return problem;
}

std::int64_t amount_of(const MYSQL_TIME& time) noexcept {
  const std::int64_t hours = std::int64_t{time.day} * 24 + time.hour;
  const std::int64_t seconds = (hours * 60 + time.minute) * 60 + time.second;
  const std::int64_t amount =
      seconds * codec::kMicrosPerSecond + static_cast<std::int64_t>(time.second_part);
  return time.neg != 0 ? -amount : amount;
}

/// MySQL's TIME is an amount from -838:59:59 to 838:59:59; PostgreSQL's is a time of day.
Problem encode_time(Slot& slot, RowBuffer& rows) {
  const std::int64_t amount = amount_of(slot.value.time);
  if (!codec::is_time_in_range(amount)) {
    return put_clock_text(slot, ClockForm::time, Problem::out_of_range, rows);
  }
  rows.put_int64(amount);
  return Problem::none;
}

Problem encode_time_as_interval(Slot& slot, RowBuffer& rows) {
  rows.put_interval(amount_of(slot.value.time), 0, 0);
  return Problem::none;
}

// --- texts and bytes ---------------------------------------------------------------------------

[[noreturn]] void fail_fetch(const Slot& slot) {
  throw model::Error(model::ErrorKind::connection, std::string("fetching a long value: ") +
                                                       mysql_stmt_error(slot.statement));
}

/// Fetches a value that is longer than the slot's buffer.
void fetch_long(const Slot& slot, char* to) {
  MYSQL_BIND bind{};
  unsigned long length = 0;
  bind.buffer_type = MYSQL_TYPE_STRING;
  bind.buffer = to;
  bind.buffer_length = slot.length;
  bind.length = &length;
  if (mysql_stmt_fetch_column(slot.statement, &bind, slot.number, 0) != 0) fail_fetch(slot);
}

/// Puts the bytes as they are; the view of them is valid until the next change of `rows`.
std::string_view put_text(Slot& slot, RowBuffer& rows) {
  char* const to = rows.begin_field(slot.length);
  if (slot.length <= slot.capacity) {
    std::copy_n(slot.buffer.get(), slot.length, to);
  } else {
    fetch_long(slot, to);
  }
  rows.end_field(slot.length);
  return {to, slot.length};
}

Problem encode_text(Slot& slot, RowBuffer& rows) { return codec::check_text(put_text(slot, rows)); }

Problem encode_bytes(Slot& slot, RowBuffer& rows) {
  put_text(slot, rows);
  return Problem::none;
}

Problem encode_json(Slot& slot, RowBuffer& rows) { return codec::check_json(put_text(slot, rows)); }

/// Index 0, which stands for a value that the enum does not have, reads like a member ''.
Problem encode_enum(Slot& slot, RowBuffer& rows) {
  const std::string_view text = put_text(slot, rows);
  if (text.empty() && (slot.enum_is_zero == nullptr || slot.enum_is_zero->value.i64 == 1)) {
    return Problem::ambiguous_enum;
  }
  return codec::check_text(text);
}

/// A text that the codec parses into the carrier. Longer than the buffer is never a value.
template <Problem (*parse)(std::string_view, std::string&), Problem otherwise>
Problem encode_parsed(Slot& slot, RowBuffer& rows) {
  slot.scratch.clear();
  if (slot.length <= slot.capacity) {
    const std::string_view text(slot.buffer.get(), slot.length);
    if (parse(text, slot.scratch) == Problem::none) {
      rows.put_bytes(slot.scratch);
      return Problem::none;
    }
  }
  put_text(slot, rows);
  return otherwise;
}

Problem parse_inet(std::string_view text, std::string& out) {
  return codec::inet_from_text(text, false, out);
}

// --- the table ---------------------------------------------------------------------------------

template <typename Stored>
Encode integer_encoder(Carrier carrier) noexcept {
  switch (carrier) {
    case Carrier::boolean: return encode_integer<Carrier::boolean, Stored>;
    case Carrier::int2: return encode_integer<Carrier::int2, Stored>;
    case Carrier::int4: return encode_integer<Carrier::int4, Stored>;
    case Carrier::int8: return encode_integer<Carrier::int8, Stored>;
    case Carrier::numeric: return encode_integer<Carrier::numeric, Stored>;
    default: return nullptr;
  }
}

template <typename Signed>
ColumnReader integer_reader(const ReadColumn& column, enum_field_types type) {
  using Unsigned = std::make_unsigned_t<Signed>;
  ColumnReader reader;
  reader.buffer_type = type;
  reader.is_unsigned = column.type.is_unsigned;
  reader.encode = reader.is_unsigned ? integer_encoder<Unsigned>(column.carrier)
                                     : integer_encoder<Signed>(column.carrier);
  return reader;
}

ColumnReader plain_reader(enum_field_types type, Encode encode) {
  ColumnReader reader;
  reader.buffer_type = type;
  reader.encode = encode;
  return reader;
}

/// Declared characters of four bytes at most, or everything up to the buffer's usual size.
unsigned long text_capacity(const model::ColumnType& type) noexcept {
  if (!type.length) return kTextBuffer;
  return std::min(kTextBuffer, static_cast<unsigned long>(*type.length) * 4 + 1);
}

ColumnReader text_reader(const ReadColumn& column, Encode encode) {
  ColumnReader reader = plain_reader(MYSQL_TYPE_STRING, encode);
  reader.capacity = text_capacity(column.type);
  return reader;
}

ColumnReader bit_reader(const ReadColumn& column) {
  ColumnReader reader = plain_reader(MYSQL_TYPE_STRING, nullptr);
  reader.capacity = kBitBuffer;
  switch (column.carrier) {
    case Carrier::bit:
    case Carrier::varbit: reader.encode = encode_bits; break;
    case Carrier::text: reader.encode = encode_bits_as_text; break;
    case Carrier::boolean: reader.encode = encode_bits_as_integer<Carrier::boolean>; break;
    case Carrier::int2: reader.encode = encode_bits_as_integer<Carrier::int2>; break;
    case Carrier::int4: reader.encode = encode_bits_as_integer<Carrier::int4>; break;
    case Carrier::int8: reader.encode = encode_bits_as_integer<Carrier::int8>; break;
    default: reader.encode = encode_bits_as_integer<Carrier::numeric>; break;
  }
  return reader;
}

ColumnReader enum_reader(const ReadColumn& column) {
  ColumnReader reader = text_reader(column, encode_enum);
  const auto& members = column.type.members;
  if (std::find(members.begin(), members.end(), "") != members.end()) {
    reader.zero_test = quoted(column.name) + " + 0 = 0";
  }
  return reader;
}

/// Types whose text the server itself writes: numbers with their zerofill, dates with their zeros.
ColumnReader server_text_reader(const ReadColumn& column) {
  ColumnReader reader = text_reader(column, encode_text);
  reader.capacity = kDecimalBuffer;
  reader.expression = "CAST(" + quoted(column.name) + " AS CHAR)";
  return reader;
}

ColumnReader native_reader(const ReadColumn& column) {
  const bool uuid = column.carrier == Carrier::uuid;
  switch (codec::mysql_kind(column.type)) {
    case MysqlKind::tinyint: return integer_reader<std::int8_t>(column, MYSQL_TYPE_TINY);
    case MysqlKind::smallint: return integer_reader<std::int16_t>(column, MYSQL_TYPE_SHORT);
    case MysqlKind::mediumint:
    case MysqlKind::integer: return integer_reader<std::int32_t>(column, MYSQL_TYPE_LONG);
    case MysqlKind::bigint: return integer_reader<std::int64_t>(column, MYSQL_TYPE_LONGLONG);
    case MysqlKind::year: return integer_reader<std::int16_t>(column, MYSQL_TYPE_SHORT);
    case MysqlKind::float4:
      return plain_reader(MYSQL_TYPE_FLOAT, column.carrier == Carrier::float4
                                                ? encode_float4
                                                : encode_float4_as_float8);
    case MysqlKind::float8: return plain_reader(MYSQL_TYPE_DOUBLE, encode_float8);
    case MysqlKind::date: return plain_reader(MYSQL_TYPE_DATE, encode_date);
    case MysqlKind::datetime: return plain_reader(MYSQL_TYPE_DATETIME, encode_datetime);
    case MysqlKind::timestamp: return plain_reader(MYSQL_TYPE_TIMESTAMP, encode_datetime);
    case MysqlKind::time:
      return plain_reader(MYSQL_TYPE_TIME,
                          column.carrier == Carrier::time ? encode_time : encode_time_as_interval);
    case MysqlKind::decimal: {
      ColumnReader reader = plain_reader(MYSQL_TYPE_STRING, encode_decimal);
      reader.capacity = kDecimalBuffer;
      return reader;
    }
    case MysqlKind::character:
    case MysqlKind::uuid:
      return text_reader(column, encode_parsed<codec::uuid_from_text, Problem::not_a_uuid>);
    case MysqlKind::inet:
      return text_reader(column, encode_parsed<parse_inet, Problem::not_a_network>);
    case MysqlKind::json: return text_reader(column, encode_json);
    case MysqlKind::binary:
    case MysqlKind::geometry: return text_reader(column, uuid ? encode_uuid_bytes : encode_bytes);
    default: return {};
  }
}

ColumnReader as_text_reader(const ReadColumn& column) {
  switch (codec::mysql_kind(column.type)) {
    case MysqlKind::enumeration: return enum_reader(column);
    case MysqlKind::float4: return plain_reader(MYSQL_TYPE_FLOAT, encode_float4_as_text);
    case MysqlKind::float8: return plain_reader(MYSQL_TYPE_DOUBLE, encode_float8_as_text);
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
    case MysqlKind::time: return server_text_reader(column);
    default: return text_reader(column, encode_text);
  }
}

}  // namespace

ColumnReader reader_for(const ReadColumn& column) {
  ColumnReader reader;
  if (!codec::mysql_can_carry(column.type, column.carrier)) {
    throw model::Error(model::ErrorKind::internal,
                       "column " + column.name + " (" + column.type.sql + ") cannot be read as " +
                           std::string(to_string(column.carrier)));
  }
  if (codec::mysql_kind(column.type) == MysqlKind::bit) {
    reader = bit_reader(column);
  } else if (column.carrier == Carrier::text) {
    reader = as_text_reader(column);
  } else {
    reader = native_reader(column);
  }
  if (reader.expression.empty()) reader.expression = quoted(column.name);
  return reader;
}

}  // namespace sluice::db::mysql
