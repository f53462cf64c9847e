#pragma once

#include "sluice/codec/carrier.h"

#include "db/mysql/slot.h"

namespace sluice::db::mysql {

/// The conversions besides those of integers (integer_encoders.h). Each is an Encode.

codec::Problem encode_decimal(Slot& slot, codec::RowBuffer& rows);
codec::Problem encode_float4(Slot& slot, codec::RowBuffer& rows);
codec::Problem encode_float4_as_float8(Slot& slot, codec::RowBuffer& rows);
codec::Problem encode_float8(Slot& slot, codec::RowBuffer& rows);
/// The shortest digits that read back to the same bits: what the servers print for a float has six
/// digits, which do not.
codec::Problem encode_float4_as_text(Slot& slot, codec::RowBuffer& rows);
codec::Problem encode_float8_as_text(Slot& slot, codec::RowBuffer& rows);

/// Of bit(n): as bits, as a number, or as '0' and '1' (the servers' own text form is the bytes).
[[nodiscard]] Encode bit_encoder(codec::Carrier carrier) noexcept;

codec::Problem encode_date(Slot& slot, codec::RowBuffer& rows);
codec::Problem encode_datetime(Slot& slot, codec::RowBuffer& rows);
/// MySQL's TIME is an amount from -838:59:59 to 838:59:59, PostgreSQL's a time of day.
codec::Problem encode_time(Slot& slot, codec::RowBuffer& rows);
codec::Problem encode_time_as_interval(Slot& slot, codec::RowBuffer& rows);

codec::Problem encode_text(Slot& slot, codec::RowBuffer& rows);
codec::Problem encode_bytes(Slot& slot, codec::RowBuffer& rows);
/// MySQL sends '' for a document whose text is longer than max_allowed_packet: it is no document.
codec::Problem encode_json(Slot& slot, codec::RowBuffer& rows);
/// Index 0, which stands for a value that the enum does not have, reads like a member ''.
codec::Problem encode_enum(Slot& slot, codec::RowBuffer& rows);
codec::Problem encode_uuid_text(Slot& slot, codec::RowBuffer& rows);
codec::Problem encode_uuid_bytes(Slot& slot, codec::RowBuffer& rows);
codec::Problem encode_inet(Slot& slot, codec::RowBuffer& rows);

}  // namespace sluice::db::mysql
