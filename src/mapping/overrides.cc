#include "sluice/mapping/overrides.h"

#include <utility>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/model/error.h"

namespace sluice::mapping {

std::string overrides_json(const Overrides& overrides) {
  codec::JsonWriter json;
  json.begin_object();
  for (const auto& [column, text] : overrides) json.member(column, text);
  json.end_object();
  return json.take();
}

Overrides overrides_from_json(std::string_view text) {
  const codec::JsonDocument document = codec::parse_json_or_throw(text, "decision");
  Overrides overrides;
  for (const codec::JsonMember& member : document.root().members()) {
    std::optional<std::string> value;
    if (!member.value.is_null()) value = member.value.as_string();
    overrides.emplace(member.key, std::move(value));
  }
  return overrides;
}

}  // namespace sluice::mapping
