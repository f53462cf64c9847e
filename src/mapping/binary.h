#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/codec/carrier.h"
#include "sluice/codec/row_form.h"

/// Reading and writing the numbers inside binary forms.
namespace sluice::mapping {

/// Throws Error(data) where the bytes are not as many as the carrier's form has.
void require_bytes(std::string_view value, std::size_t bytes);

template <typename Unsigned>
[[nodiscard]] Unsigned load(std::string_view value) {
  require_bytes(value, sizeof(Unsigned));
  return codec::load_big_endian<Unsigned>(value.data());
}

/// Replaces `out` by the number in network order.
template <typename Unsigned>
void assign(Unsigned value, std::string& out) {
  out.resize(sizeof(Unsigned));
  codec::store_big_endian(out.data(), value);
}

[[nodiscard]] constexpr bool is_integer(codec::Carrier carrier) noexcept {
  return carrier == codec::Carrier::int2 || carrier == codec::Carrier::int4 ||
         carrier == codec::Carrier::int8 || carrier == codec::Carrier::oid;
}

/// REQUIRES: is_integer(carrier).
[[nodiscard]] std::int64_t load_integer(codec::Carrier carrier, std::string_view value);
/// False where the carrier ends before the value. REQUIRES: is_integer(carrier).
[[nodiscard]] bool assign_integer(codec::Carrier carrier, std::int64_t value, std::string& out);

[[nodiscard]] inline std::int64_t load_int64(std::string_view value) {
  return static_cast<std::int64_t>(load<std::uint64_t>(value));
}
[[nodiscard]] inline std::int32_t load_int32(std::string_view value) {
  return static_cast<std::int32_t>(load<std::uint32_t>(value));
}
[[nodiscard]] inline float load_float4(std::string_view value) {
  return std::bit_cast<float>(load<std::uint32_t>(value));
}
[[nodiscard]] inline double load_float8(std::string_view value) {
  return std::bit_cast<double>(load<std::uint64_t>(value));
}

/// -1, 0 or 1, as PostgreSQL orders numerics: by value, NaN above infinity, display scale ignored.
[[nodiscard]] int compare_numeric(std::string_view a, std::string_view b);

}  // namespace sluice::mapping
