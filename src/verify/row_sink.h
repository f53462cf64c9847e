#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sluice/codec/digest.h"

namespace sluice::verify {

/// The number of a piece of a table; kNoPiece for rows that belong to none.
using PieceNumber = std::uint32_t;
inline constexpr PieceNumber kNoPiece = 0xffffffff;

/// One row of the target as it should be, or as it is.
struct SeenRow {
  std::string_view row;         // in row form, of the target
  std::string_view source_row;  // what it was made of; empty where it was read from the target
  codec::RowHash hash;          // of `row`
  PieceNumber piece = 0;        // where it was read
};

/// Takes rows as they are read. Called by several workers at once, each with its own number; the
/// views are valid during the call.
class RowSink {
 public:
  RowSink() = default;
  RowSink(const RowSink&) = delete;
  RowSink& operator=(const RowSink&) = delete;
  virtual ~RowSink() = default;
  virtual void take(std::size_t worker, const SeenRow& row) = 0;
};

}  // namespace sluice::verify
