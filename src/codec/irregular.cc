#include "sluice/codec/irregular.h"

#include <limits>
#include <optional>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/model/error.h"

namespace sluice::codec {
namespace {

Irregular read_field(const JsonValue& item, std::size_t row) {
  const std::vector<JsonValue>& parts = item.items();
  if (parts.size() == 2) {
    const std::int64_t column = parts[0].as_integer();
    const std::optional<Problem> problem = problem_from_string(parts[1].as_string());
    if (problem && column >= 0 && column <= std::numeric_limits<std::uint16_t>::max()) {
      return {row, static_cast<std::uint16_t>(column), *problem};
    }
  }
  throw model::Error(model::ErrorKind::data,
                     "the ledger holds an irregular field that this version cannot read");
}

}  // namespace

std::span<const Irregular> IrregularRows::of(std::size_t row) noexcept {
  std::size_t count = 0;
  while (count < left_.size() && left_[count].row == row) ++count;
  const std::span<const Irregular> fields = left_.first(count);
  left_ = left_.subspan(count);
  return fields;
}

std::string irregular_json(std::span<const Irregular> fields) {
  JsonWriter json;
  json.begin_array();
  for (const Irregular& field : fields) {
    json.begin_array();
    json.value(static_cast<std::int64_t>(field.column)).value(to_string(field.problem));
    json.end_array();
  }
  json.end_array();
  return json.take();
}

std::vector<Irregular> irregular_from_json(std::string_view text, std::size_t row) {
  const JsonDocument document = parse_json_or_throw(text, "irregular fields");
  std::vector<Irregular> fields;
  for (const JsonValue& item : document.root().items()) fields.push_back(read_field(item, row));
  return fields;
}

}  // namespace sluice::codec
