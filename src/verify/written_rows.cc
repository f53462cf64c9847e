#include "verify/written_rows.h"

#include <bit>
#include <cstdint>
#include <string>

#include "sluice/codec/hex.h"
#include "sluice/codec/row_form.h"

namespace sluice::verify {
namespace {

/// The low 128 bits of a digest's sum: the last digits of its published text.
HashSum sum_of(const codec::RowSetDigest& digest) {
  const std::string text = digest.to_text();
  const std::string bytes = codec::from_hex(text.substr(text.size() - 32)).value();
  return {codec::load_big_endian<std::uint64_t>(bytes.data() + 8),
          codec::load_big_endian<std::uint64_t>(bytes.data())};
}

}  // namespace

std::optional<std::vector<bool>> written_as_expected(
    const codec::RowSetDigest& expected, const codec::RowSetDigest& written,
    const std::vector<KeyDifference>& differences) {
  if (differences.size() > kMaxSolved) return std::nullopt;
  const HashSum wanted = sum_of(written);
  HashSum sum = sum_of(expected);
  std::vector<bool> as_expected(differences.size(), true);
  // A Gray code: each step turns one difference over, so that it costs one subtraction and one
  // addition.
  for (std::uint64_t step = 1;; ++step) {
    if (sum == wanted) return as_expected;
    const auto turned = static_cast<std::size_t>(std::countr_zero(step));
    if (turned >= differences.size()) return std::nullopt;
    const KeyDifference& difference = differences[turned];
    sum -= as_expected[turned] ? difference.expected_sum : difference.actual_sum;
    as_expected[turned] = !as_expected[turned];
    sum += as_expected[turned] ? difference.expected_sum : difference.actual_sum;
  }
}

}  // namespace sluice::verify
