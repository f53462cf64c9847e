// Numerics: any text and any bytes are read or refused; what is read prints to a text that reads to
// the same bytes.

#include <string>

#include "sluice/codec/numeric.h"

#include "check.h"

using sluice::codec::Problem;
using sluice::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = sluice::fuzz::text_of(data, size);
  std::string binary;
  std::string text;
  if (sluice::codec::numeric_from_text(bytes, binary) == Problem::none) {
    require(sluice::codec::is_numeric(binary));
    require(sluice::codec::numeric_to_text(binary, text));
    std::string again;
    require(sluice::codec::numeric_from_text(text, again) == Problem::none && again == binary);
  }
  text.clear();
  if (sluice::codec::numeric_to_text(bytes, text) && sluice::codec::is_numeric(bytes)) {
    std::string again;
    const Problem problem = sluice::codec::numeric_from_text(text, again);
    // Bytes may name weights that no text of PostgreSQL's reaches.
    require(problem == Problem::out_of_range || again == bytes);
  }
  std::int64_t number = 0;
  static_cast<void>(sluice::codec::numeric_to_int64(bytes, number));
  if (size >= 2) {
    std::string scaled;
    const int precision = data[0] % 100;
    const int scale = data[1] % 120 - 10;
    const Problem problem =
        sluice::codec::rescale_numeric(bytes.substr(2), precision, scale, scaled);
    if (problem == Problem::none) require(sluice::codec::numeric_to_text(scaled, text));
  }
  return 0;
}
