#include "verify/row_pictures.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/digest.h"

#include "verify/printable.h"

namespace sluice::verify {
namespace {

FieldPicture picture_of(const codec::Field& field) {
  FieldPicture picture;
  picture.null = field.null;
  if (field.null) return picture;
  codec::RowHasher hasher(codec::DigestAlgorithm::xxh3_128, 0);
  picture.size = field.bytes.size();
  picture.hash = hasher.hash(field.bytes);
  picture.bytes = field.bytes.substr(0, kPictureBytes);
  return picture;
}

bool same_field(const FieldPicture& a, const FieldPicture& b) {
  return a.null == b.null && a.size == b.size && a.hash == b.hash;
}

/// A value that was cut is long, and long values are their own text (or bytes that are shown
/// escaped): there is no carrier of fixed form beyond kPictureBytes.
std::string text_of(codec::Carrier carrier, const FieldPicture& field) {
  if (field.bytes.size() < field.size) return field.bytes;
  return field_text(carrier, {false, field.bytes});
}

ColumnDifference column_difference(const std::string& name, codec::Carrier carrier,
                                   const FieldPicture& expected, const FieldPicture& actual) {
  ColumnDifference difference{name, std::nullopt, std::nullopt};
  if (expected.null) {
    difference.actual = printable(text_of(carrier, actual));
  } else if (actual.null) {
    difference.expected = printable(text_of(carrier, expected));
  } else {
    auto [left, right] = printable_pair(text_of(carrier, expected), text_of(carrier, actual));
    if (expected.bytes == actual.bytes) {
      const std::string where = fmt::format(" (equal in the first {} bytes)", kPictureBytes);
      left += where;
      right += where;
    }
    difference.expected = std::move(left);
    difference.actual = std::move(right);
  }
  return difference;
}

}  // namespace

PictureSink::PictureSink(std::size_t workers, const std::vector<KeyDifference>& listed,
                         const RowKey& key, const std::optional<RowKey>& source_key)
    : keys_(workers, key), key_(key), source_key_(source_key) {
  for (const KeyDifference& difference : listed) pictures_.try_emplace(difference.key);
}

RowPicture PictureSink::picture(const SeenRow& row) const {
  RowPicture picture;
  picture.key = key_.text(row.row);
  picture.key_texts = key_.texts(row.row);
  if (source_key_ && !row.source_row.empty()) {
    picture.source_key = source_key_->text(row.source_row);
    picture.source_key_texts = source_key_->texts(row.source_row);
  }
  std::vector<codec::Field> fields;
  codec::parse_fields(row.row, fields);
  std::transform(fields.begin(), fields.end(), std::back_inserter(picture.fields), picture_of);
  return picture;
}

void PictureSink::take(std::size_t worker, const SeenRow& row) {
  const auto found = pictures_.find(keys_[worker].hash(row.row, row.hash));
  if (found == pictures_.end()) return;
  const os::Lock lock(mutex_);
  auto& place = is_expected_ ? found->second.expected : found->second.actual;
  if (!place) place = picture(row);
}

const DifferencePictures& PictureSink::of(const KeyHash& key) const { return pictures_.at(key); }

std::vector<ColumnDifference> column_differences(const std::vector<std::string>& names,
                                                 const std::vector<codec::Carrier>& carriers,
                                                 const RowPicture& expected,
                                                 const RowPicture& actual) {
  std::vector<ColumnDifference> differences;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (same_field(expected.fields.at(i), actual.fields.at(i))) continue;
    differences.push_back(
        column_difference(names[i], carriers.at(i), expected.fields[i], actual.fields[i]));
  }
  return differences;
}

}  // namespace sluice::verify
