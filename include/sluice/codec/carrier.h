#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sluice::codec {

/// The PostgreSQL type whose binary form carries a column's values. row_form.md has the table with
/// the byte forms.
///
/// DO NOT CHANGE THE NAMES (to_string): they stand in plans and archives.
enum class Carrier : std::uint8_t {
  boolean,
  int2,
  int4,
  int8,
  float4,
  float8,
  numeric,
  text,  ///< also every type without a safe binary form of its own, as its text form
  bytea,
  date,
  time,
  timetz,
  timestamp,
  timestamptz,
  interval,
  uuid,
  json,
  jsonb,
  varbit,  ///< also bit(n): a cast to plain bit would cut to one bit
  oid,
  inet,
  cidr,
  macaddr,
  macaddr8,
};

/// The stable name: PostgreSQL's short name of the type ("bool", "int8", "timestamptz").
[[nodiscard]] std::string_view to_string(Carrier carrier) noexcept;
[[nodiscard]] std::optional<Carrier> carrier_from_string(std::string_view name) noexcept;

/// Every carrier, in the order of the enum.
[[nodiscard]] std::span<const Carrier> all_carriers() noexcept;

/// The SQL type to cast a source column to, and to create archive tables with ("bigint", "timestamp
/// with time zone"). Without length or precision: a cast to it changes no value of a type that the
/// table below maps to it.
[[nodiscard]] std::string_view carrier_sql(Carrier carrier) noexcept;

/// Bytes of the binary form where all values have the same; 0 where they differ.
[[nodiscard]] int carrier_fixed_bytes(Carrier carrier) noexcept;

/// How a PostgreSQL type is carried.
struct CarrierChoice {
  Carrier carrier = Carrier::text;
  /// True where a column of the type takes the carrier's binary form in COPY ... FROM (FORMAT
  /// binary) as it is. False for types carried as text whose receive function wants something else
  /// (arrays, ranges, money, ...): a table with such a column is loaded with text COPY, or through
  /// a cast.
  bool binary_copy = false;

  friend bool operator==(const CarrierChoice&, const CarrierChoice&) = default;
};

/// The published table: PostgreSQL type name, as pg_type.typname says it ("int4", "varchar") or as
/// format_type() does
/// ("integer", "character varying"), without length, schema or array brackets. Unknown names,
/// arrays ("_int4", "integer[]") and composites are text without binary COPY. Resolve domains to
/// their base type first; enums are text with binary COPY (enum_recv takes the label), but only the
/// catalogue knows which names are enums.
[[nodiscard]] CarrierChoice carrier_for_pg_type(std::string_view type_name) noexcept;

/// The choice for enum types.
inline constexpr CarrierChoice kEnumCarrier{Carrier::text, true};

}  // namespace sluice::codec
