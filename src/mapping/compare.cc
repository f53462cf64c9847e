#include "mapping/compare.h"

#include <cmath>

#include "mapping/binary.h"

namespace sluice::mapping {

using codec::Carrier;

namespace {

template <typename Number>
int compare_numbers(Number a, Number b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int compare_floats(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) {
    return compare_numbers<int>(std::isnan(a) ? 1 : 0, std::isnan(b) ? 1 : 0);
  }
  return compare_numbers(a, b);
}

}  // namespace

bool has_equality(Carrier carrier) noexcept {
  switch (carrier) {
    // The same moment, amount or document has several forms.
    case Carrier::timetz:
    case Carrier::interval:
    case Carrier::json:
    case Carrier::jsonb:
      return false;
    default:
      return true;
  }
}

bool has_order(Carrier carrier) noexcept {
  switch (carrier) {
    case Carrier::int2:
    case Carrier::int4:
    case Carrier::int8:
    case Carrier::oid:
    case Carrier::float4:
    case Carrier::float8:
    case Carrier::numeric:
    case Carrier::date:
    case Carrier::time:
    case Carrier::timestamp:
    case Carrier::timestamptz:
      return true;
    default:
      return false;
  }
}

int compare_values(Carrier carrier, std::string_view a, std::string_view b) {
  switch (carrier) {
    case Carrier::int2:
    case Carrier::int4:
    case Carrier::int8:
    case Carrier::oid:
      return compare_numbers(load_integer(carrier, a), load_integer(carrier, b));
    case Carrier::date:
      return compare_numbers(load_int32(a), load_int32(b));
    case Carrier::time:
    case Carrier::timestamp:
    case Carrier::timestamptz:
      return compare_numbers(load_int64(a), load_int64(b));
    case Carrier::float4:
      return compare_floats(static_cast<double>(load_float4(a)),
                            static_cast<double>(load_float4(b)));
    case Carrier::float8:
      return compare_floats(load_float8(a), load_float8(b));
    case Carrier::numeric:
      return compare_numeric(a, b);
    default:
      return a.compare(b) < 0 ? -1 : a == b ? 0 : 1;
  }
}

}  // namespace sluice::mapping
