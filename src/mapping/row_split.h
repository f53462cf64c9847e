#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/row_form.h"

#include "mapping/predicate.h"

namespace sluice::mapping {

/// A source row cut into fields that can be read one by one and copied in runs.
class RowFields {
 public:
  explicit RowFields(std::size_t fields) : values_(fields), starts_(fields + 1) {}

  /// Throws Error(data) where the row does not have exactly the fields. The row must outlive what
  /// is read of it.
  void split(std::string_view row);

  [[nodiscard]] const std::vector<FieldValue>& values() const noexcept { return values_; }
  [[nodiscard]] FieldValue& value(std::size_t field) { return values_[field]; }
  /// The field as it was read, whatever has been put into value() since.
  [[nodiscard]] FieldValue as_read(std::size_t field) const noexcept;
  /// Fields [first, end) as they stand in the row, with their length words.
  [[nodiscard]] std::string_view encoded(std::size_t first, std::size_t end) const noexcept {
    return row_.substr(starts_[first], starts_[end] - starts_[first]);
  }

 private:
  std::string_view row_;
  std::vector<FieldValue> values_;
  std::vector<std::size_t> starts_;  ///< of each length word; the last is the row's end
};

/// Builds one row; keeps its memory.
class RowBuilder {
 public:
  void begin(std::size_t fields) {
    row_.resize(2);
    codec::store_big_endian(row_.data(), static_cast<std::uint16_t>(fields));
  }
  void put_null() { put_length(codec::kNullLength); }
  void put(std::string_view bytes) {
    put_length(static_cast<std::int32_t>(bytes.size()));
    row_.append(bytes);
  }
  /// Fields with their length words.
  void put_encoded(std::string_view fields) { row_.append(fields); }
  [[nodiscard]] std::string_view row() const noexcept { return row_; }

 private:
  void put_length(std::int32_t length) {
    char word[4];
    codec::store_big_endian(word, static_cast<std::uint32_t>(length));
    row_.append(word, sizeof word);
  }

  std::string row_;
};

}  // namespace sluice::mapping
