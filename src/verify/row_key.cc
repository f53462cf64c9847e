#include "verify/row_key.h"

#include <algorithm>
#include <utility>

#include "sluice/codec/convert.h"
#include "sluice/codec/hex.h"
#include "sluice/codec/json_write.h"

#include "verify/printable.h"

namespace sluice::verify {
namespace {

/// Keys are hashed for finding, not for proving: the digest's own algorithm proves.
constexpr codec::DigestAlgorithm kKeyAlgorithm = codec::DigestAlgorithm::xxh3_128;

/// So that a key and a row never share a hash by construction. Any number but the run's seed does.
constexpr std::uint64_t kKeySeed = 0x736c75696365;

KeyHash first_words(const codec::RowHash& hash) { return {hash.words[0], hash.words[1]}; }

}  // namespace

std::string field_text(codec::Carrier carrier, const codec::Field& field) {
  if (field.null) return "NULL";
  std::string text;
  if (!codec::to_text(carrier, field.bytes, text)) text = "\\x" + codec::to_hex(field.bytes);
  return text;
}

RowKey::RowKey(std::vector<codec::Carrier> carriers, std::vector<std::size_t> key)
    : carriers_(std::move(carriers)),
      key_(std::move(key)),
      last_(key_.empty() ? 0 : *std::max_element(key_.begin(), key_.end())),
      hasher_(kKeyAlgorithm, kKeySeed),
      fields_(last_ + 1) {}

KeyHash RowKey::hash(std::string_view row, const codec::RowHash& row_hash) {
  if (key_.empty()) return first_words(row_hash);
  codec::FieldReader reader(row);
  for (std::size_t i = 0; i <= last_; ++i) fields_[i] = reader.next();
  if (key_.size() == 1) return first_words(hasher_.hash(fields_[last_].bytes));
  bytes_.clear();
  for (const std::size_t column : key_) {
    // The length keeps ("a", "bc") and ("ab", "c") apart.
    char length[4];
    codec::store_big_endian(length, static_cast<std::uint32_t>(fields_[column].bytes.size()));
    bytes_.append(length, sizeof(length));
    bytes_ += fields_[column].bytes;
  }
  return first_words(hasher_.hash(bytes_));
}

std::vector<std::string> RowKey::texts(std::string_view row) const {
  std::vector<codec::Field> fields;
  codec::parse_fields(row, fields);
  std::vector<std::string> texts;
  for (const std::size_t column : key_) {
    texts.push_back(field_text(carriers_.at(column), fields.at(column)));
  }
  return texts;
}

std::string RowKey::text(std::string_view row) const {
  std::vector<codec::Field> fields;
  codec::parse_fields(row, fields);
  codec::JsonWriter json;
  json.begin_array();
  if (key_.empty()) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].null) {
        json.null();
      } else {
        json.value(printable(field_text(carriers_.at(i), fields[i])));
      }
    }
  } else {
    for (const std::string& text : texts(row)) json.value(printable(text));
  }
  json.end_array();
  return json.take();
}

}  // namespace sluice::verify
