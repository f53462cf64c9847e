#include <string>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"

namespace sluice::ledger {

std::string to_json(const model::Key& key) {
  codec::JsonWriter json;
  json.begin_array();
  for (const std::string& value : key.values) json.value(value);
  json.end_array();
  return json.take();
}

model::Key key_from_json(const std::string& text) {
  const codec::JsonDocument document = codec::parse_json_or_throw(text, "ledger key");
  model::Key key;
  for (const codec::JsonValue& value : document.root().items()) {
    key.values.push_back(value.as_string());
  }
  return key;
}

}  // namespace sluice::ledger
