#pragma once

#include <cstdint>
#include <string>

#include "sluice/model/name.h"
#include "sluice/plan/plan.h"

namespace sluice::plan {

/// What the SQL of both servers can make of a computed column, so that equal values are equal
/// bytes.
enum class Alike : std::uint8_t {
  nothing,  ///< no form is the same on both: floating-point numbers and JSON of two engines
  figures,  ///< exact numbers that are written with different zeros: compared by value
  text,     ///< text, digits, truth values and days; of one PostgreSQL type whatever it prints
  moment,   ///< to the microsecond, years with their era
  span,     ///< microseconds: times of a day and intervals
  bits,     ///< as many digits on both sides
  bytes,
  uuid,  ///< 32 digits in lower case
};

/// `engine`: of the source; the target is PostgreSQL.
[[nodiscard]] Alike alike(model::Engine engine, const ComputedColumn& column);

/// In words; empty where something compares it.
[[nodiscard]] std::string why_not_alike(model::Engine source, const ComputedColumn& column);

}  // namespace sluice::plan
