#include "mapping/row_split.h"

#include <fmt/format.h>

#include "sluice/model/error.h"

namespace sluice::mapping {
namespace {

[[noreturn]] void fail(const std::string& message) {
  throw model::Error(model::ErrorKind::data, message);
}

}  // namespace

void RowFields::split(std::string_view row) {
  row_ = row;
  const char* const begin = row.data();
  const char* const end = begin + row.size();
  if (row.size() < 2) fail("a row ends inside its field count");
  const auto count = codec::load_big_endian<std::uint16_t>(begin);
  if (count != values_.size()) {
    fail(fmt::format("a row has {} fields where the plan reads {}", count, values_.size()));
  }
  const char* at = begin + 2;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    starts_[i] = static_cast<std::size_t>(at - begin);
    if (end - at < 4) fail("a row ends inside a length");
    const auto length = static_cast<std::int32_t>(codec::load_big_endian<std::uint32_t>(at));
    at += 4;
    FieldValue& value = values_[i];
    value.problem = codec::Problem::none;
    value.lost = false;
    value.null = length == codec::kNullLength;
    if (value.null) {
      value.bytes = {};
      continue;
    }
    if (length < 0 || length > end - at) fail("a field is longer than its row");
    value.bytes = {at, static_cast<std::size_t>(length)};
    at += length;
  }
  if (at != end) fail("bytes follow the last field of a row");
  starts_.back() = row.size();
}

FieldValue RowFields::as_read(std::size_t field) const noexcept {
  constexpr std::size_t kLengthWord = 4;
  FieldValue value = values_[field];
  if (!value.null) value.bytes = encoded(field, field + 1).substr(kLengthWord);
  return value;
}

}  // namespace sluice::mapping
