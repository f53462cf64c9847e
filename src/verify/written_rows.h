#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sluice/codec/digest.h"

#include "verify/drill.h"

namespace sluice::verify {

/// With so many differences a million sums are tried: milliseconds.
inline constexpr std::size_t kMaxSolved = 20;

/// Tells, for each difference, whether its rows were written as they should be now (true) or as
/// they are now (false). The ledger keeps no row, but the sum of all rows' hashes; only one choice
/// for all differences together gives that sum. Absent where none does (a row was changed on both
/// sides), or where there are more than kMaxSolved. REQUIRES: `differences` are all there are
/// between `expected` and the target.
[[nodiscard]] std::optional<std::vector<bool>> written_as_expected(
    const codec::RowSetDigest& expected, const codec::RowSetDigest& written,
    const std::vector<KeyDifference>& differences);

}  // namespace sluice::verify
