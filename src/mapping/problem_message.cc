#include <fmt/format.h>

#include "mapping/engine.h"

namespace sluice::mapping {
namespace {

using codec::Problem;

/// What the column can hold, as far as a message needs it.
std::string limit_of(const TargetField& target) {
  const Fit& fit = target.fit;
  if (fit.max_characters) return fmt::format("{} characters", *fit.max_characters);
  if (fit.max_bytes) return fmt::format("{} bytes of UTF-8", *fit.max_bytes);
  if (fit.precision) return fmt::format("numeric({},{})", *fit.precision, fit.scale.value_or(0));
  if (!fit.last_field.empty()) return fmt::format("interval down to the {}", fit.last_field);
  if (fit.fraction_digits)
    return fmt::format("{} with {} digits of a second", codec::to_string(target.carrier),
                       *fit.fraction_digits);
  if (fit.bits) return fmt::format("{} bits", *fit.bits);
  if (!fit.labels.empty()) return fmt::format("one of {} labels", fit.labels.size());
  return std::string(codec::to_string(target.carrier));
}

}  // namespace

std::string problem_message(Problem problem, const TargetField& target) {
  const std::string limit = limit_of(target);
  switch (problem) {
    case Problem::null_not_allowed:
      return "no value, and the column is NOT NULL";
    case Problem::zero_date:
      return "MySQL's zero date is no date";
    case Problem::part_zero_date:
      return "a date whose year, month or day is zero is no date";
    case Problem::invalid_date:
      return "a day or time of day that does not exist";
    case Problem::out_of_range:
      return fmt::format("the value is outside of what the column holds ({})", limit);
    case Problem::not_exact:
      return fmt::format("the value would have to be rounded ({})", limit);
    case Problem::too_long:
      return fmt::format("the value is longer than the column ({})", limit);
    case Problem::invalid_utf8:
      return "the bytes are not UTF-8";
    case Problem::no_character:
      return "the column's character set has no character for these bytes, or the same one for "
             "others too";
    case Problem::nul_byte:
      return "the text holds U+0000, which PostgreSQL cannot store";
    case Problem::utf8_in_latin1:
      return "the bytes of this latin1 text are UTF-8, or were until it was cut: \"latin1_holds\" "
             "or "
             "a decision says what it is";
    case Problem::latin1_not_utf8:
      return "the bytes of this latin1 text are not the UTF-8 that \"latin1_holds\" says they are";
    case Problem::unmapped_value:
      return "no rule or map entry covers the value";
    case Problem::missing_part:
      return "a part of the joined value is missing";
    case Problem::ambiguous_enum:
      return "the invalid enum value, which reads like an empty text";
    default:
      return fmt::format("the value is no {} ({})", codec::to_string(target.carrier),
                         codec::to_string(problem));
  }
}

}  // namespace sluice::mapping
