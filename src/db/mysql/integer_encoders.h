#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

#include "sluice/codec/carrier.h"
#include "sluice/codec/numeric.h"

#include "db/mysql/slot.h"

namespace sluice::db::mysql {

/// The number that the client stored in the slot's first bytes.
template <typename Stored>
Stored load(const Slot& slot) noexcept {
  Stored stored{};
  std::memcpy(&stored, &slot.value, sizeof stored);
  return stored;
}

/// An integer of MySQL as boolean, int2, int4, int8 or numeric.
template <codec::Carrier carrier, typename Stored>
codec::Problem put_integer(Stored value, codec::RowBuffer& rows) {
  if constexpr (carrier == codec::Carrier::numeric) {
    using Wide = std::conditional_t<std::is_signed_v<Stored>, std::int64_t, std::uint64_t>;
    codec::put_numeric(rows, static_cast<Wide>(value));
    return codec::Problem::none;
  } else if constexpr (carrier == codec::Carrier::int2) {
    if (std::in_range<std::int16_t>(value)) {
      rows.put_int16(static_cast<std::int16_t>(value));
      return codec::Problem::none;
    }
  } else if constexpr (carrier == codec::Carrier::int4) {
    if (std::in_range<std::int32_t>(value)) {
      rows.put_int32(static_cast<std::int32_t>(value));
      return codec::Problem::none;
    }
  } else if constexpr (carrier == codec::Carrier::int8) {
    if (std::in_range<std::int64_t>(value)) {
      rows.put_int64(static_cast<std::int64_t>(value));
      return codec::Problem::none;
    }
  } else {
    if (value == Stored{0} || value == Stored{1}) {
      rows.put_bool(value == Stored{1});
      return codec::Problem::none;
    }
  }
  rows.put_bytes(std::to_string(value));
  return codec::Problem::out_of_range;
}

template <codec::Carrier carrier, typename Stored>
codec::Problem encode_integer(Slot& slot, codec::RowBuffer& rows) {
  return put_integer<carrier>(load<Stored>(slot), rows);
}

/// The conversion of integers that the client stores as `Stored`; nullptr for other carriers.
template <typename Stored>
Encode integer_encoder(codec::Carrier carrier) noexcept {
  switch (carrier) {
    case codec::Carrier::boolean:
      return encode_integer<codec::Carrier::boolean, Stored>;
    case codec::Carrier::int2:
      return encode_integer<codec::Carrier::int2, Stored>;
    case codec::Carrier::int4:
      return encode_integer<codec::Carrier::int4, Stored>;
    case codec::Carrier::int8:
      return encode_integer<codec::Carrier::int8, Stored>;
    case codec::Carrier::numeric:
      return encode_integer<codec::Carrier::numeric, Stored>;
    default:
      return nullptr;
  }
}

}  // namespace sluice::db::mysql
