// Plans: any bytes are refused as a plan or are byte for byte what writing them again gives.

#include "sluice/model/error.h"
#include "sluice/plan/plan.h"

#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(sluice::fuzz::text_of(data, size));
  try {
    sluice::fuzz::require(sluice::plan::to_json(sluice::plan::from_json(text)) == text);
  } catch (const sluice::model::Error& error) {
    sluice::fuzz::require(error.kind() == sluice::model::ErrorKind::config);
  }
  return 0;
}
