#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/problem.h"

namespace sluice::codec {

/// A field of a source row that its carrier cannot hold. The field's bytes are then the source's
/// own text form of the value; they are hashed as they stand and never reach a target unchanged
/// (row_form.md, irregular fields).
struct Irregular {
  std::size_t row = 0;       ///< index in the RowBuffer
  std::uint16_t column = 0;  ///< index in the row
  Problem problem = Problem::none;

  friend bool operator==(const Irregular&, const Irregular&) = default;
};

/// The irregular fields of a batch, row by row. For one thread; `all` must outlive it and what it
/// gives.
class IrregularRows {
 public:
  /// REQUIRES: `all` in rising order of rows.
  explicit IrregularRows(std::span<const Irregular> all) noexcept : left_(all) {}

  /// REQUIRES: rows asked for in rising order, none left out.
  [[nodiscard]] std::span<const Irregular> of(std::size_t row) noexcept;

 private:
  std::span<const Irregular> left_;
};

/// The irregular fields of one row as they stand in the ledger: [[column, "problem"], ...].
[[nodiscard]] std::string irregular_json(std::span<const Irregular> fields);
/// The inverse, for row `row` of a batch. Throws Error(data) on anything else.
[[nodiscard]] std::vector<Irregular> irregular_from_json(std::string_view text, std::size_t row);

}  // namespace sluice::codec
