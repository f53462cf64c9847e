#include <algorithm>

#include "sluice/codec/row_form.h"
#include "sluice/manifest/proof.h"

namespace sluice::manifest {
namespace {

/// The most significant words of a hash.
KeyHash first_bits(const codec::RowHash& hash, codec::DigestAlgorithm algorithm) {
  if (algorithm == codec::DigestAlgorithm::xxh3_128) return {hash.words[1], hash.words[0]};
  return {hash.words[3], hash.words[2]};
}

}  // namespace

KeyHash KeyHasher::hash(codec::RowHasher& hasher, std::string_view row,
                        std::span<const std::size_t> key) {
  const std::size_t last = *std::max_element(key.begin(), key.end());
  if (fields_.size() <= last) fields_.resize(last + 1);
  codec::FieldReader reader(row);
  for (std::size_t i = 0; i <= last; ++i) fields_[i] = reader.next();
  tuple_.clear();
  tuple_.begin_row(static_cast<std::int16_t>(key.size()));
  for (const std::size_t column : key) {
    const codec::Field& field = fields_[column];
    field.null ? tuple_.put_null() : tuple_.put_bytes(field.bytes);
  }
  tuple_.end_row();
  return first_bits(hasher.hash(tuple_.row(0)), hasher.algorithm());
}

KeyHash hash_key(codec::RowHasher& hasher, std::string_view row, std::span<const std::size_t> key) {
  return KeyHasher().hash(hasher, row, key);
}

}  // namespace sluice::manifest
