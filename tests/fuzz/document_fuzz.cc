// Documents: any bytes are refused as a document or are byte for byte what writing them again
// gives, and have a line for people.

#include "sluice/document/document.h"
#include "sluice/model/error.h"

#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sluice::fuzz::require;
  const std::string_view text = sluice::fuzz::text_of(data, size);
  try {
    const auto document = sluice::document::from_text(text);
    require(sluice::document::to_text(document.head, document.body) == text);
    require(!sluice::document::lines_of(document).empty());
  } catch (const sluice::model::Error& error) {
    require(error.kind() == sluice::model::ErrorKind::approval);
  }
  return 0;
}
