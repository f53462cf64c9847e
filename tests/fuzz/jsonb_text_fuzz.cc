// jsonb's normal form: any bytes are read or refused; a normal form is JSON and its own normal
// form; and the reader of documents, which is other code, takes and refuses the same.

#include <string>
#include <variant>

#include "sluice/codec/json_read.h"
#include "sluice/codec/jsonb_text.h"

#include "check.h"

using sluice::codec::JsonDocument;
using sluice::codec::Problem;
using sluice::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static sluice::codec::JsonbNormalizer normalizer;
  const std::string_view json = sluice::fuzz::text_of(data, size);
  const Problem problem = normalizer.normalize(json);
  const bool taken = problem == Problem::none || problem == Problem::duplicate_json_key;
  const auto read = sluice::codec::parse_json(json, "f");
  const bool is_json = std::holds_alternative<JsonDocument>(read);
  // Documents may be nested less deeply than jsonb.
  if (taken && !is_json) {
    const auto& error = std::get<sluice::codec::JsonError>(read);
    require(error.message == "nested too deeply");
  }
  if (!taken) {
    require(normalizer.text().empty());
    const bool beyond_jsonb = problem == Problem::nul_byte || problem == Problem::out_of_range;
    require(!is_json || beyond_jsonb);
    return 0;
  }
  if (is_json) {
    const bool duplicates = !std::get<JsonDocument>(read).duplicates().empty();
    require(duplicates == (problem == Problem::duplicate_json_key));
  }
  const std::string once(normalizer.text());
  require(normalizer.normalize(once) == Problem::none && normalizer.text() == once);
  require(sluice::codec::check_json(once) == Problem::none);
  return 0;
}
