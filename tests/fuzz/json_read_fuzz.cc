// JSON documents: any bytes are read or refused with a place in the text; what is read can be
// written, and what is written reads to the same. Every value is found again by its pointer.

#include <string>
#include <variant>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/model/error.h"

#include "check.h"

namespace {

using sluice::codec::JsonDocument;
using sluice::codec::JsonError;
using sluice::codec::JsonValue;
using sluice::codec::JsonWriter;
using sluice::fuzz::require;

void check_places(const JsonDocument& document, const JsonValue& value,
                  const std::string& pointer) {
  require(document.pointer(value) == pointer);
  require(document.position(value).line >= 1);
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      check_places(document, value.items()[i], pointer + "/" + std::to_string(i));
    }
  }
  if (!value.is_object()) return;
  for (const auto& member : value.members()) {
    check_places(document, member.value,
                 pointer + "/" + sluice::codec::escape_json_pointer(member.key));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = sluice::fuzz::text_of(data, size);
  const auto result = sluice::codec::parse_json(text, "f");
  if (const auto* const error = std::get_if<JsonError>(&result)) {
    require(error->offset <= size && !error->message.empty());
    require(error->message.find("cannot be read") == std::string::npos);
    return 0;
  }
  const auto& document = std::get<JsonDocument>(result);
  check_places(document, document.root(), "");
  const std::string compact = JsonWriter().value(document.root()).take();
  const std::string pretty = JsonWriter(JsonWriter::Style::pretty).value(document.root()).take();
  const auto again = std::get<JsonDocument>(sluice::codec::parse_json(pretty, "f"));
  require(JsonWriter().value(again.root()).take() == compact);
  try {
    const std::string canonical = sluice::codec::canonical_json(document.root());
    require(sluice::codec::canonical_json(canonical) == canonical);
  } catch (const sluice::model::Error&) {
    // A float or a duplicate key: no canonical form.
  }
  return 0;
}
