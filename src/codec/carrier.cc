#include "sluice/codec/carrier.h"

#include <algorithm>
#include <array>

namespace sluice::codec {
namespace {

struct CarrierRow {
  Carrier carrier;
  std::string_view name;
  std::string_view sql;
  int fixed_bytes;
};

constexpr std::array kCarriers = {
    CarrierRow{Carrier::boolean, "bool", "boolean", 1},
    CarrierRow{Carrier::int2, "int2", "smallint", 2},
    CarrierRow{Carrier::int4, "int4", "integer", 4},
    CarrierRow{Carrier::int8, "int8", "bigint", 8},
    CarrierRow{Carrier::float4, "float4", "real", 4},
    CarrierRow{Carrier::float8, "float8", "double precision", 8},
    CarrierRow{Carrier::numeric, "numeric", "numeric", 0},
    CarrierRow{Carrier::text, "text", "text", 0},
    CarrierRow{Carrier::bytea, "bytea", "bytea", 0},
    CarrierRow{Carrier::date, "date", "date", 4},
    CarrierRow{Carrier::time, "time", "time without time zone", 8},
    CarrierRow{Carrier::timetz, "timetz", "time with time zone", 12},
    CarrierRow{Carrier::timestamp, "timestamp", "timestamp without time zone", 8},
    CarrierRow{Carrier::timestamptz, "timestamptz", "timestamp with time zone", 8},
    CarrierRow{Carrier::interval, "interval", "interval", 16},
    CarrierRow{Carrier::uuid, "uuid", "uuid", 16},
    CarrierRow{Carrier::json, "json", "json", 0},
    CarrierRow{Carrier::jsonb, "jsonb", "jsonb", 0},
    // "bit" alone would be bit(1), and a cast to it would cut; bit varying is what any bit(n) casts
    // to unchanged.
    CarrierRow{Carrier::varbit, "varbit", "bit varying", 0},
    CarrierRow{Carrier::oid, "oid", "oid", 4},
    CarrierRow{Carrier::inet, "inet", "inet", 0},
    CarrierRow{Carrier::cidr, "cidr", "cidr", 0},
    CarrierRow{Carrier::macaddr, "macaddr", "macaddr", 6},
    CarrierRow{Carrier::macaddr8, "macaddr8", "macaddr8", 8},
};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < kCarriers.size(); ++i) {
    if (static_cast<std::size_t>(kCarriers[i].carrier) != i) return false;
  }
  return true;
}
static_assert(in_enum_order());

constexpr auto kAllCarriers = [] {
  std::array<Carrier, kCarriers.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = kCarriers[i].carrier;
  return all;
}();

struct TypeRow {
  std::string_view type;
  CarrierChoice choice;
};

// Types that are not here are text without binary COPY.
constexpr std::array kTypes = {
    TypeRow{"bool", {Carrier::boolean, true}},
    TypeRow{"boolean", {Carrier::boolean, true}},
    TypeRow{"int2", {Carrier::int2, true}},
    TypeRow{"smallint", {Carrier::int2, true}},
    TypeRow{"int4", {Carrier::int4, true}},
    TypeRow{"integer", {Carrier::int4, true}},
    TypeRow{"int8", {Carrier::int8, true}},
    TypeRow{"bigint", {Carrier::int8, true}},
    TypeRow{"float4", {Carrier::float4, true}},
    TypeRow{"real", {Carrier::float4, true}},
    TypeRow{"float8", {Carrier::float8, true}},
    TypeRow{"double precision", {Carrier::float8, true}},
    TypeRow{"numeric", {Carrier::numeric, true}},
    TypeRow{"text", {Carrier::text, true}},
    TypeRow{"varchar", {Carrier::text, true}},
    TypeRow{"character varying", {Carrier::text, true}},
    TypeRow{"bpchar", {Carrier::text, true}},
    TypeRow{"character", {Carrier::text, true}},
    TypeRow{"name", {Carrier::text, true}},
    TypeRow{"citext", {Carrier::text, true}},
    TypeRow{"xml", {Carrier::text, true}},
    TypeRow{"bytea", {Carrier::bytea, true}},
    TypeRow{"date", {Carrier::date, true}},
    TypeRow{"time", {Carrier::time, true}},
    TypeRow{"time without time zone", {Carrier::time, true}},
    TypeRow{"timetz", {Carrier::timetz, true}},
    TypeRow{"time with time zone", {Carrier::timetz, true}},
    TypeRow{"timestamp", {Carrier::timestamp, true}},
    TypeRow{"timestamp without time zone", {Carrier::timestamp, true}},
    TypeRow{"timestamptz", {Carrier::timestamptz, true}},
    TypeRow{"timestamp with time zone", {Carrier::timestamptz, true}},
    TypeRow{"interval", {Carrier::interval, true}},
    TypeRow{"uuid", {Carrier::uuid, true}},
    TypeRow{"json", {Carrier::json, true}},
    TypeRow{"jsonb", {Carrier::jsonb, true}},
    TypeRow{"bit", {Carrier::varbit, true}},
    TypeRow{"varbit", {Carrier::varbit, true}},
    TypeRow{"bit varying", {Carrier::varbit, true}},
    TypeRow{"oid", {Carrier::oid, true}},
    TypeRow{"inet", {Carrier::inet, true}},
    TypeRow{"cidr", {Carrier::cidr, true}},
    TypeRow{"macaddr", {Carrier::macaddr, true}},
    TypeRow{"macaddr8", {Carrier::macaddr8, true}},
};

}  // namespace

std::string_view to_string(Carrier carrier) noexcept {
  return kCarriers[static_cast<std::size_t>(carrier)].name;
}

std::optional<Carrier> carrier_from_string(std::string_view name) noexcept {
  const auto* const found = std::find_if(kCarriers.begin(), kCarriers.end(),
                                         [&](const CarrierRow& row) { return row.name == name; });
  if (found == kCarriers.end()) return std::nullopt;
  return found->carrier;
}

std::span<const Carrier> all_carriers() noexcept { return kAllCarriers; }

std::string_view carrier_sql(Carrier carrier) noexcept {
  return kCarriers[static_cast<std::size_t>(carrier)].sql;
}

int carrier_fixed_bytes(Carrier carrier) noexcept {
  return kCarriers[static_cast<std::size_t>(carrier)].fixed_bytes;
}

CarrierChoice carrier_for_pg_type(std::string_view type_name) noexcept {
  const auto* const found = std::find_if(kTypes.begin(), kTypes.end(),
                                         [&](const TypeRow& row) { return row.type == type_name; });
  if (found == kTypes.end()) return {};
  return found->choice;
}

}  // namespace sluice::codec
