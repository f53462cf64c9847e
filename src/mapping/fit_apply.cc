#include <algorithm>
#include <limits>

#include "sluice/codec/numeric.h"
#include "sluice/codec/utf8.h"
#include "sluice/mapping/fit.h"

#include "mapping/binary.h"

namespace sluice::mapping {

using codec::Carrier;
using codec::Problem;

namespace {

Problem fit_text(const Fit& fit, std::string_view& value, std::string& changed) {
  if (!fit.labels.empty() && std::ranges::find(fit.labels, value) == fit.labels.end()) {
    return Problem::out_of_range;
  }
  if (fit.max_bytes && value.size() > *fit.max_bytes) return Problem::too_long;
  if (!fit.max_characters) return Problem::none;
  if (codec::is_longer_than(value, *fit.max_characters)) return Problem::too_long;
  if (!fit.blank_padded) return Problem::none;
  const std::size_t characters = codec::count_chars(value);
  if (characters == *fit.max_characters) return Problem::none;
  changed.assign(value);
  changed.append(*fit.max_characters - characters, ' ');
  value = changed;
  return Problem::none;
}

Problem fit_numeric(const Fit& fit, std::string_view& value, std::string& changed) {
  if (!fit.precision) return Problem::none;
  changed.clear();
  const Problem problem =
      codec::rescale_numeric(value, *fit.precision, fit.scale.value_or(0), changed);
  if (problem == Problem::none) value = changed;
  return problem;
}

/// The first eight bytes are microseconds in all these forms.
Problem fit_fraction(const Fit& fit, std::string_view value) {
  constexpr std::int64_t kUnits[] = {1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
  const int digits = std::clamp(fit.fraction_digits.value_or(6), 0, 6);
  if (digits == 6) return Problem::none;
  const std::int64_t micros = load_int64(value.substr(0, 8));
  const bool infinite = micros == std::numeric_limits<std::int64_t>::max() ||
                        micros == std::numeric_limits<std::int64_t>::min();
  return infinite || micros % kUnits[digits] == 0 ? Problem::none : Problem::not_exact;
}

/// Whether an interval (microseconds, days, months) has nothing that is smaller than the field.
bool ends_at(std::string_view field, std::string_view value) {
  constexpr std::int64_t kMinute = 60'000'000;
  const std::int64_t micros = load_int64(value.substr(0, 8));
  if (field == "minute") return micros % kMinute == 0;
  if (field == "hour") return micros % (60 * kMinute) == 0;
  const std::int32_t days = load_int32(value.substr(8, 4));
  const std::int32_t months = load_int32(value.substr(12, 4));
  if (field == "day") return micros == 0;
  if (field == "month") return micros == 0 && days == 0;
  return micros == 0 && days == 0 && months % 12 == 0;
}

/// From PostgreSQL 17 on: the greatest or least of all three parts.
bool is_infinite_interval(std::string_view value) {
  const std::int64_t micros = load_int64(value.substr(0, 8));
  const std::int32_t days = load_int32(value.substr(8, 4));
  const std::int32_t months = load_int32(value.substr(12, 4));
  const auto all_are = [&](auto limit) {
    return micros == limit(micros) && days == limit(days) && months == limit(months);
  };
  return all_are([](auto v) { return std::numeric_limits<decltype(v)>::max(); }) ||
         all_are([](auto v) { return std::numeric_limits<decltype(v)>::min(); });
}

Problem fit_interval(const Fit& fit, std::string_view value) {
  if (is_infinite_interval(value)) return Problem::none;
  if (!fit.last_field.empty() && !ends_at(fit.last_field, value)) return Problem::not_exact;
  return fit_fraction(fit, value);
}

Problem fit_bits(const Fit& fit, std::string_view value) {
  if (!fit.bits) return Problem::none;
  const std::int32_t bits = load_int32(value.substr(0, 4));
  if (bits > *fit.bits) return Problem::too_long;
  return fit.bits_exact && bits != *fit.bits ? Problem::out_of_range : Problem::none;
}

}  // namespace

Problem apply_fit(Carrier carrier, const Fit& fit, std::string_view& value, std::string& changed) {
  switch (carrier) {
    case Carrier::text:
      return fit_text(fit, value, changed);
    case Carrier::numeric:
      return fit_numeric(fit, value, changed);
    case Carrier::time:
    case Carrier::timetz:
    case Carrier::timestamp:
    case Carrier::timestamptz:
      return fit_fraction(fit, value);
    case Carrier::interval:
      return fit_interval(fit, value);
    case Carrier::varbit:
      return fit_bits(fit, value);
    default:
      return Problem::none;
  }
}

}  // namespace sluice::mapping
