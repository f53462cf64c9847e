#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/codec/digest.h"
#include "sluice/codec/row_form.h"

namespace sluice::verify {

/// 128 bits that stand for a key: two keys that share them are taken for one.
struct KeyHash {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  friend auto operator<=>(const KeyHash&, const KeyHash&) = default;
};

/// Finds the key fields of rows of one shape. Without key fields a row's hash stands for its key:
/// such tables are bags of rows. For one thread at a time; cheap to copy.
class RowKey {
 public:
  /// `carriers` are those of all fields of the row, `key` indexes into them, in key order.
  RowKey(std::vector<codec::Carrier> carriers, std::vector<std::size_t> key);

  [[nodiscard]] KeyHash hash(std::string_view row, const codec::RowHash& row_hash);
  /// The key's texts, in key order; "NULL" for NULL and hex for bytes that are no value.
  [[nodiscard]] std::vector<std::string> texts(std::string_view row) const;
  /// JSON array of the key's texts, each escaped and shortened; the whole row's where there is no
  /// key.
  [[nodiscard]] std::string text(std::string_view row) const;

 private:
  std::vector<codec::Carrier> carriers_;
  std::vector<std::size_t> key_;
  std::size_t last_ = 0;  // largest index of key_
  codec::RowHasher hasher_;
  std::vector<codec::Field> fields_;  // scratch
  std::string bytes_;                 // scratch
};

/// The text form of a field: carrier's text, NULL as "NULL", hex where the bytes are no value.
[[nodiscard]] std::string field_text(codec::Carrier carrier, const codec::Field& field);

}  // namespace sluice::verify

template <>
struct std::hash<sluice::verify::KeyHash> {
  std::size_t operator()(const sluice::verify::KeyHash& key) const noexcept {
    return static_cast<std::size_t>(key.low);
  }
};
