#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/codec/row_form.h"

#include "verify/buckets.h"
#include "verify/drill.h"
#include "verify/row_key.h"

/// Rows of two columns, an int8 key and a text, for tests of comparing.
namespace verify_rows {

inline std::string row(std::int64_t key, std::string_view text) {
  sluice::codec::RowBuffer rows;
  rows.begin_row(2);
  rows.put_int64(key);
  rows.put_bytes(text);
  rows.end_row();
  return std::string(rows.row(0));
}

inline sluice::codec::RowHash hash(std::string_view row) {
  return sluice::codec::RowHasher(sluice::codec::DigestAlgorithm::xxh3_128, 7).hash(row);
}

inline sluice::verify::RowKey key() {
  return {{sluice::codec::Carrier::int8, sluice::codec::Carrier::text}, {0}};
}
inline sluice::verify::RowKey no_key() {
  return {{sluice::codec::Carrier::int8, sluice::codec::Carrier::text}, {}};
}

inline sluice::verify::BucketTable table_of(const std::vector<std::string>& rows,
                                            sluice::verify::RowKey row_key) {
  sluice::verify::BucketTable table(sluice::codec::DigestAlgorithm::xxh3_128);
  for (const std::string& r : rows) table.add(row_key.hash(r, hash(r)), hash(r));
  return table;
}

inline sluice::codec::RowSetDigest digest_of(const std::vector<std::string>& rows) {
  sluice::codec::RowSetDigest digest;
  for (const std::string& r : rows) digest.add(hash(r));
  return digest;
}

/// What find_differences() gives for two lists of rows.
inline std::vector<sluice::verify::KeyDifference> differences(
    const std::vector<std::string>& expected, const std::vector<std::string>& actual,
    sluice::verify::RowKey row_key) {
  std::vector<sluice::verify::Entry> entries;
  for (const bool is_expected : {true, false}) {
    sluice::verify::PieceNumber piece = 0;
    for (const std::string& r : is_expected ? expected : actual) {
      const auto row_hash = hash(r);
      entries.push_back(
          {row_key.hash(r, row_hash), row_hash.words[0], row_hash.words[1], piece++, is_expected});
    }
  }
  std::vector<sluice::verify::KeyDifference> found;
  sluice::verify::find_differences(
      entries, [&found](const sluice::verify::KeyDifference& d) { found.push_back(d); });
  return found;
}

}  // namespace verify_rows
