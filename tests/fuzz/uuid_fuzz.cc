// The small types, uuid first: any text and any bytes are read or refused; what is read comes back.

#include <string>

#include "sluice/codec/convert.h"
#include "sluice/codec/hex.h"

#include "check.h"

namespace {

using sluice::codec::Carrier;
using sluice::fuzz::require;

constexpr Carrier kCarriers[] = {
    Carrier::uuid,     Carrier::varbit, Carrier::inet,    Carrier::cidr,   Carrier::macaddr,
    Carrier::macaddr8, Carrier::bytea,  Carrier::boolean, Carrier::int2,   Carrier::int4,
    Carrier::int8,     Carrier::oid,    Carrier::float4,  Carrier::float8, Carrier::text};

void check_carrier(Carrier carrier, std::string_view bytes) {
  std::string binary;
  if (sluice::codec::from_text(carrier, bytes, binary)) {
    require(sluice::codec::is_well_formed(carrier, binary));
    std::string text;
    require(sluice::codec::to_text(carrier, binary, text));
    std::string again;
    require(static_cast<bool>(sluice::codec::from_text(carrier, text, again)) && again == binary);
  }
  std::string text;
  if (!sluice::codec::to_text(carrier, bytes, text)) require(text.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = sluice::fuzz::text_of(data, size);
  for (const Carrier carrier : kCarriers) check_carrier(carrier, bytes);
  if (const auto decoded = sluice::codec::from_hex(bytes)) {
    require(decoded->size() * 2 == size);
  }
  return 0;
}
