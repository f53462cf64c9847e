#include "sluice/plan/alike.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sluice::plan {
namespace {

using model::Engine;

/// What a column holds, as far as it matters for writing it.
enum class Holds : std::uint8_t {
  other,
  integer,
  decimal,
  text,
  truth,
  day,
  local_time,
  instant,
  span,
  bits,
  bytes,
  uuid
};

struct Entry {
  std::string_view base;
  Holds holds;
};

constexpr std::array kPostgresql{
    Entry{"int2", Holds::integer},
    Entry{"int4", Holds::integer},
    Entry{"int8", Holds::integer},
    Entry{"numeric", Holds::decimal},
    Entry{"text", Holds::text},
    Entry{"varchar", Holds::text},
    Entry{"bpchar", Holds::text},
    Entry{"citext", Holds::text},
    Entry{"name", Holds::text},
    Entry{"bool", Holds::truth},
    Entry{"date", Holds::day},
    Entry{"timestamp", Holds::local_time},
    Entry{"timestamptz", Holds::instant},
    Entry{"time", Holds::span},
    Entry{"interval", Holds::span},
    Entry{"bit", Holds::bits},
    Entry{"bytea", Holds::bytes},
    Entry{"uuid", Holds::uuid},
};

constexpr std::array kMysql{
    Entry{"tinyint", Holds::integer},
    Entry{"smallint", Holds::integer},
    Entry{"mediumint", Holds::integer},
    Entry{"int", Holds::integer},
    Entry{"bigint", Holds::integer},
    Entry{"year", Holds::integer},
    Entry{"decimal", Holds::decimal},
    Entry{"char", Holds::text},
    Entry{"varchar", Holds::text},
    Entry{"tinytext", Holds::text},
    Entry{"text", Holds::text},
    Entry{"mediumtext", Holds::text},
    Entry{"longtext", Holds::text},
    Entry{"enum", Holds::text},
    Entry{"set", Holds::text},
    Entry{"date", Holds::day},
    Entry{"datetime", Holds::local_time},
    Entry{"timestamp", Holds::instant},
    Entry{"time", Holds::span},
    Entry{"bit", Holds::bits},
    Entry{"binary", Holds::bytes},
    Entry{"varbinary", Holds::bytes},
    Entry{"tinyblob", Holds::bytes},
    Entry{"blob", Holds::bytes},
    Entry{"mediumblob", Holds::bytes},
    Entry{"longblob", Holds::bytes},
    Entry{"uuid", Holds::uuid},
};

template <typename Entries>
Holds find(const Entries& entries, std::string_view base) {
  const auto found = std::ranges::find(entries, base, &Entry::base);
  return found == entries.end() ? Holds::other : found->holds;
}

Holds holds(Engine engine, const model::ColumnType& type) {
  if (type.kind == model::TypeKind::enumeration) return Holds::text;
  if (type.kind != model::TypeKind::plain) return Holds::other;
  return model::is_mysql_family(engine) ? find(kMysql, type.base) : find(kPostgresql, type.base);
}

/// Both are of `some`.
bool both(Holds a, Holds b, std::initializer_list<Holds> some) {
  return std::ranges::find(some, a) != some.end() && std::ranges::find(some, b) != some.end();
}

/// What both print is then what one server prints twice; of numbers with the zeros of their scale.
bool is_one_type(const model::ColumnType& a, const model::ColumnType& b) {
  return a.kind == b.kind && a.base == b.base && a.scale == b.scale;
}

Alike alike_bits(const model::ColumnType& source, Holds from, const model::ColumnType& target,
                 Holds to) {
  if (from != Holds::bits) return Alike::nothing;
  if (to == Holds::bits) return source.length == target.length ? Alike::bits : Alike::nothing;
  // One bit is written as a truth value is.
  return to == Holds::truth && source.length == 1 ? Alike::bits : Alike::nothing;
}

/// A server may write the digits that its type has, or all that its value has.
Alike alike_numbers(const model::ColumnType& source, const model::ColumnType& target) {
  return source.scale && source.scale == target.scale ? Alike::text : Alike::figures;
}

Alike alike_uuid(const model::ColumnType& source, Holds from, Holds to) {
  constexpr int kUuidBytes = 16;
  const bool is_binary = from == Holds::bytes && source.length == kUuidBytes;
  if (to == Holds::uuid && is_binary) return Alike::uuid;
  return both(from, to, {Holds::uuid, Holds::text}) ? Alike::uuid : Alike::nothing;
}

}  // namespace

Alike alike(Engine engine, const ComputedColumn& column) {
  const model::ColumnType& source = column.source;
  const model::ColumnType& target = column.target;
  if (engine == Engine::postgresql && is_one_type(source, target)) return Alike::text;
  const Holds from = holds(engine, source);
  const Holds to = holds(Engine::postgresql, target);
  if (both(from, to, {Holds::text, Holds::integer, Holds::truth, Holds::day})) return Alike::text;
  if (both(from, to, {Holds::decimal})) return alike_numbers(source, target);
  if (both(from, to, {Holds::integer, Holds::decimal})) return Alike::figures;
  if (both(from, to, {Holds::local_time, Holds::day})) return Alike::moment;
  if (both(from, to, {Holds::instant})) return Alike::moment;
  if (both(from, to, {Holds::span})) return Alike::span;
  if (both(from, to, {Holds::bytes})) return Alike::bytes;
  if (both(from, to, {Holds::uuid, Holds::text, Holds::bytes})) return alike_uuid(source, from, to);
  return alike_bits(source, from, target, to);
}

std::string why_not_alike(Engine source, const ComputedColumn& column) {
  if (alike(source, column) != Alike::nothing) return {};
  return "SQL does not write " + column.source.sql + " of the source and " + column.target.sql +
         " of the target alike";
}

}  // namespace sluice::plan
