#include "sluice/mapping/fit.h"

#include <algorithm>
#include <array>

#include "sluice/codec/utf8.h"

namespace sluice::mapping {

using codec::Carrier;

namespace {

constexpr int kMicrosecondDigits = 6;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// PostgreSQL's char(n), which is stored with its blanks. (MySQL's char is named "char" and is read
/// without them.)
bool is_padded(const model::ColumnType& type) {
  return is_one_of(type.base, {"bpchar", "character"});
}

bool is_varying(const model::ColumnType& type) {
  return is_one_of(type.base, {"varchar", "character varying", "char"});
}

/// Bytes that the type keeps of a text. PostgreSQL's "char" has no length; MySQL's char always has.
std::optional<std::size_t> kept_bytes(const model::ColumnType& type) {
  constexpr std::size_t kNameBytes = 63;  // NAMEDATALEN without its final zero
  if (type.kind != model::TypeKind::plain) return std::nullopt;
  if (type.base == "name") return kNameBytes;
  if (type.base == "char" && !type.length) return 1;
  return std::nullopt;
}

bool is_decimal(const model::ColumnType& type) {
  return is_one_of(type.base, {"numeric", "decimal"});
}

bool is_timed(const model::ColumnType& type) {
  return is_one_of(type.base, {"time", "timetz", "timestamp", "timestamptz", "interval",
                               "time without time zone", "time with time zone",
                               "timestamp without time zone", "timestamp with time zone"});
}

bool all_within(const std::vector<std::string>& members, const Fit& fit) {
  return std::ranges::all_of(members, [&](const std::string& member) {
    const bool short_enough =
        !fit.max_characters || !codec::is_longer_than(member, *fit.max_characters);
    const bool known =
        fit.labels.empty() || std::ranges::find(fit.labels, member) != fit.labels.end();
    return short_enough && known;
  });
}

bool text_always_fits(const model::ColumnType& source, const Fit& fit) {
  if (fit.max_bytes) {
    const std::optional<std::size_t> given = kept_bytes(source);
    return given && *given <= *fit.max_bytes;
  }
  if (!fit.max_characters && fit.labels.empty()) return true;
  if (fit.blank_padded) {
    return is_padded(source) && source.length &&
           static_cast<std::size_t>(*source.length) == fit.max_characters;
  }
  if (!source.members.empty() && source.base == "enum") return all_within(source.members, fit);
  if (!fit.labels.empty()) return !source.members.empty() && all_within(source.members, fit);
  const bool bounded = (is_padded(source) || is_varying(source)) && source.length;
  return bounded && static_cast<std::size_t>(*source.length) <= *fit.max_characters;
}

bool numeric_always_fits(const model::ColumnType& source, const Fit& fit) {
  if (!fit.precision) return true;
  if (!is_decimal(source) || !source.precision) return false;
  const int scale = source.scale.value_or(0);
  const int fit_scale = fit.scale.value_or(0);
  return scale == fit_scale && *source.precision - scale <= *fit.precision - fit_scale;
}

/// Everything that a value has is larger than what the target's type drops.
bool fields_always_fit(const model::ColumnType& source, const Fit& fit) {
  if (fit.last_field.empty()) return true;
  constexpr std::array<std::string_view, 6> kFields{"year", "month",  "day",
                                                    "hour", "minute", "second"};
  const auto place = [&](std::string_view field) { return std::ranges::find(kFields, field); };
  return !source.last_field.empty() && place(source.last_field) <= place(fit.last_field);
}

bool fraction_always_fits(const model::ColumnType& source, const Fit& fit) {
  const int wanted = fit.fraction_digits.value_or(kMicrosecondDigits);
  if (wanted >= kMicrosecondDigits) return true;
  // MySQL prints no digits where there are none; only datetime cannot be one of PostgreSQL's types.
  const int given =
      source.fraction_digits.value_or(source.base == "datetime" ? 0 : kMicrosecondDigits);
  return given <= wanted;
}

}  // namespace

Fit fit_of(const model::Column& column) { return fit_of(column.type, column.nullable); }

Fit fit_of(const model::ColumnType& type, bool nullable) {
  Fit fit;
  fit.nullable = nullable;
  if (is_padded(type) || is_varying(type)) {
    if (type.length && *type.length > 0)
      fit.max_characters = static_cast<std::size_t>(*type.length);
    // Plain "character" is character(1); plain "bpchar" has no length at all.
    if (type.base == "character" && !fit.max_characters) fit.max_characters = 1;
    fit.blank_padded = is_padded(type) && fit.max_characters.has_value();
  } else if (is_decimal(type)) {
    fit.precision = type.precision;
    if (type.precision) fit.scale = type.scale.value_or(0);
  } else if (is_timed(type)) {
    fit.fraction_digits = type.fraction_digits;
    if (type.last_field != "second") fit.last_field = type.last_field;
  } else if (is_one_of(type.base, {"bit", "varbit", "bit varying"})) {
    fit.bits = type.length;
    fit.bits_exact = type.base == "bit";
    if (fit.bits_exact && !fit.bits) fit.bits = 1;
  }
  fit.max_bytes = kept_bytes(type);
  // Of types that are made of others the members are no labels.
  const bool labeled =
      type.kind == model::TypeKind::plain || type.kind == model::TypeKind::enumeration;
  if (labeled) fit.labels = type.members;
  return fit;
}

bool always_fits(const model::ColumnType& source, Carrier carrier, const Fit& fit) {
  switch (carrier) {
    case Carrier::text:
      return text_always_fits(source, fit);
    case Carrier::numeric:
      return numeric_always_fits(source, fit);
    case Carrier::time:
    case Carrier::timetz:
    case Carrier::timestamp:
    case Carrier::timestamptz:
      return fraction_always_fits(source, fit);
    case Carrier::interval:
      return fields_always_fit(source, fit) && fraction_always_fits(source, fit);
    case Carrier::varbit:
      if (!fit.bits) return true;
      if (!source.length) return false;
      if (fit.bits_exact) return source.base == "bit" && *source.length == *fit.bits;
      return *source.length <= *fit.bits;
    default:
      return true;
  }
}

}  // namespace sluice::mapping
