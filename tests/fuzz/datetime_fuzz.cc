// Dates and times: any text is read or refused; what is read prints to a text that reads to the
// same value. Any number prints.

#include <cstring>
#include <string>

#include "sluice/codec/convert.h"
#include "sluice/codec/date_pattern.h"

#include "check.h"

namespace {

using sluice::codec::Carrier;
using sluice::fuzz::require;

constexpr Carrier kCarriers[] = {Carrier::date,      Carrier::time,        Carrier::timetz,
                                 Carrier::timestamp, Carrier::timestamptz, Carrier::interval};

void check_text(Carrier carrier, std::string_view text) {
  std::string binary;
  if (!sluice::codec::from_text(carrier, text, binary)) {
    require(binary.empty());
    return;
  }
  require(sluice::codec::is_well_formed(carrier, binary));
  std::string printed;
  require(sluice::codec::to_text(carrier, binary, printed));
  std::string again;
  require(static_cast<bool>(sluice::codec::from_text(carrier, printed, again)) && again == binary);
}

void check_binary(Carrier carrier, std::string_view binary) {
  std::string printed;
  if (!sluice::codec::to_text(carrier, binary, printed)) {
    require(printed.empty());
    return;
  }
  std::string again;
  require(static_cast<bool>(sluice::codec::from_text(carrier, printed, again)) && again == binary);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = sluice::fuzz::text_of(data, size);
  for (const Carrier carrier : kCarriers) {
    check_text(carrier, bytes);
    check_binary(carrier, bytes);
  }
  const std::size_t half = size / 2;
  std::string why;
  const auto pattern = sluice::codec::DatePattern::compile(bytes.substr(0, half), why);
  require(pattern.has_value() == why.empty());
  if (!pattern) return 0;
  std::int32_t days = 0;
  std::int64_t micros = 0;
  static_cast<void>(pattern->parse_date(bytes.substr(half), days));
  static_cast<void>(pattern->parse_timestamp(bytes.substr(half), micros));
  static_cast<void>(pattern->parse_time(bytes.substr(half), micros));
  return 0;
}
