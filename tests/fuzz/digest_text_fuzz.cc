// Digest texts: what is read is written back byte for byte.

#include "sluice/codec/digest.h"

#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = sluice::fuzz::text_of(data, size);
  const auto digest = sluice::codec::RowSetDigest::from_text(text);
  if (digest) sluice::fuzz::require(digest->to_text() == text);
  return 0;
}
