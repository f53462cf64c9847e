// The values of a MySQL server's binary protocol, as the client library hands them over: whatever
// a server says, each conversion puts exactly one field. What it calls regular is a value of its
// carrier; what it does not is the raw text.

#include <algorithm>
#include <cstring>
#include <vector>

#include "sluice/codec/convert.h"
#include "sluice/codec/row_form.h"

#include "check.h"
#include "db/mysql/encoders.h"
#include "db/mysql/integer_encoders.h"

namespace {

namespace mysql = sluice::db::mysql;
using sluice::codec::Carrier;
using sluice::codec::Problem;
using sluice::fuzz::require;

constexpr std::size_t kCapacity = 4096;

struct Conversion {
  Carrier carrier;
  mysql::Encode encode;
};

constexpr Conversion kOfText[] = {
    {Carrier::numeric, mysql::encode_decimal}, {Carrier::text, mysql::encode_text},
    {Carrier::bytea, mysql::encode_bytes},     {Carrier::json, mysql::encode_json},
    {Carrier::text, mysql::encode_enum},       {Carrier::uuid, mysql::encode_uuid_text},
    {Carrier::uuid, mysql::encode_uuid_bytes}, {Carrier::inet, mysql::encode_inet},
};
constexpr Conversion kOfNumber[] = {
    {Carrier::float4, mysql::encode_float4},
    {Carrier::float8, mysql::encode_float4_as_float8},
    {Carrier::float8, mysql::encode_float8},
    {Carrier::text, mysql::encode_float4_as_text},
    {Carrier::text, mysql::encode_float8_as_text},
};
constexpr Conversion kOfTime[] = {
    {Carrier::date, mysql::encode_date},
    {Carrier::timestamp, mysql::encode_datetime},
    {Carrier::time, mysql::encode_time},
    {Carrier::interval, mysql::encode_time_as_interval},
};
constexpr Carrier kOfBits[] = {Carrier::varbit, Carrier::text, Carrier::boolean, Carrier::int2,
                               Carrier::int4,   Carrier::int8, Carrier::numeric};

void check(mysql::Slot& slot, const Conversion& conversion) {
  sluice::codec::RowBuffer rows;
  rows.begin_row(1);
  const Problem problem = conversion.encode(slot, rows);
  rows.end_row();
  std::vector<sluice::codec::Field> fields;
  sluice::codec::parse_fields(rows.row(0), fields);
  require(fields.size() == 1 && !fields[0].null);
  if (problem != Problem::none) return;
  require(sluice::codec::is_well_formed(conversion.carrier, fields[0].bytes));
}

void check_bits(mysql::Slot& slot, int bits) {
  slot.bits = bits;
  slot.length = static_cast<unsigned long>((bits + 7) / 8);
  for (const Carrier carrier : kOfBits) check(slot, {carrier, mysql::bit_encoder(carrier)});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mysql::Slot slot;
  slot.buffer = std::make_unique<char[]>(kCapacity);
  slot.capacity = kCapacity;
  slot.length = static_cast<unsigned long>(std::min(size, kCapacity));
  if (size != 0) std::memcpy(slot.buffer.get(), data, slot.length);
  for (const Conversion& conversion : kOfText) check(slot, conversion);
  if (size >= 9) check_bits(slot, 1 + data[8] % 64);
  if (size != 0) std::memcpy(&slot.value, data, std::min(size, sizeof slot.value));
  for (const Conversion& conversion : kOfNumber) check(slot, conversion);
  slot.fraction_digits = size == 0 ? 0 : data[size - 1] % 7;
  for (const Conversion& conversion : kOfTime) check(slot, conversion);
  return 0;
}
