#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::model {

/// The values of a table's key columns, in key order, each as the canonical text of its carrier
/// (codec/row_form.md). For ranges of heap blocks (PostgreSQL ctid) the one value is the block
/// number. Two keys are the same if and only if their texts are.
struct Key {
  std::vector<std::string> values;
  friend bool operator==(const Key&, const Key&) = default;
};

/// How the rows of a range are addressed and in which order they are read.
enum class RangeKind : std::uint8_t {
  key = 0,    // lower <= key < upper, read in key order; survives a change of snapshot
  ctid = 1,   // lower <= ctid < upper (PostgreSQL); bound to its snapshot
  whole = 2,  // the whole table in one stream; bound to its snapshot
};

/// Rows with lower <= key < upper; an absent bound is open. Ranges never carry an "inclusive" flag.
struct KeyRange {
  RangeKind kind = RangeKind::key;
  std::optional<Key> lower;
  std::optional<Key> upper;
  friend bool operator==(const KeyRange&, const KeyRange&) = default;
};

}  // namespace sluice::model
