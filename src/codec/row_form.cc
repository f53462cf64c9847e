#include "sluice/codec/row_form.h"

#include <algorithm>
#include <utility>

#include "sluice/model/error.h"

namespace sluice::codec {
namespace {

// The first allocation: a few hundred rows of a usual table. Later ones double.
constexpr std::size_t kFirstCapacity = std::size_t{64} << 10;

[[noreturn]] void fail_copy(const std::string& what) {
  throw model::Error(model::ErrorKind::data, "malformed binary COPY data: " + what);
}

bool is_trailer_start(std::string_view data) {
  return data.size() >= 2 && data.substr(0, 2) == kCopyTrailer;
}

}  // namespace

RowBuffer& RowBuffer::operator=(RowBuffer&& other) noexcept {
  RowBuffer moved(std::move(other));
  swap(moved);
  return *this;
}

void RowBuffer::put_interval(std::int64_t microseconds, std::int32_t days, std::int32_t months) {
  char* to = begin_field(16);
  store_big_endian(to, static_cast<std::uint64_t>(microseconds));
  store_big_endian(to + 8, static_cast<std::uint32_t>(days));
  store_big_endian(to + 12, static_cast<std::uint32_t>(months));
  end_field(16);
}

void RowBuffer::put_jsonb(std::string_view text) {
  char* to = begin_field(text.size() + 1);
  *to = '\1';  // the only version of jsonb's binary form
  if (!text.empty()) std::memcpy(to + 1, text.data(), text.size());
  end_field(text.size() + 1);
}

void RowBuffer::clear() noexcept {
  size_ = 0;
  starts_.clear();
  row_start_ = kNoRow;
  fields_left_ = 0;
}

void RowBuffer::reserve(std::size_t bytes) {
  if (capacity_ < bytes) grow(bytes - size_);
}

void RowBuffer::swap(RowBuffer& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(starts_, other.starts_);
  std::swap(row_start_, other.row_start_);
  std::swap(fields_left_, other.fields_left_);
}

void RowBuffer::grow(std::size_t more) {
  const std::size_t wanted = std::max({size_ + more, capacity_ * 2, kFirstCapacity});
  // Uninitialized on purpose: make_unique would write zeros over every new batch.
  std::unique_ptr<char[]> larger(new char[wanted]);
  if (size_ != 0) std::memcpy(larger.get(), data_.get(), size_);
  data_ = std::move(larger);
  capacity_ = wanted;
}

void RowBuffer::fail_field_too_long(std::size_t bytes) {
  throw model::Error(model::ErrorKind::data, "a field of " + std::to_string(bytes) +
                                                 " bytes is longer than PostgreSQL can hold (" +
                                                 std::to_string(kMaxFieldBytes) + ")");
}

void RowBuffer::fail_field_count() const {
  throw model::Error(
      model::ErrorKind::internal,
      "a row was ended with " + std::to_string(fields_left_) + " fields still to put");
}

void FieldReader::fail(const char* what) {
  throw model::Error(model::ErrorKind::data, std::string("malformed row: ") + what);
}

void parse_fields(std::string_view row, std::vector<Field>& out) {
  out.clear();
  FieldReader reader(row);
  while (!reader.done()) out.push_back(reader.next());
  reader.finish();
}

std::size_t first_tuple_bytes(std::string_view data) {
  if (data.size() < 2) return 0;
  const auto fields = static_cast<std::int16_t>(load_big_endian<std::uint16_t>(data.data()));
  if (fields < 0) fail_copy("a row has a negative field count");
  std::size_t at = 2;
  for (int i = 0; i < fields; ++i) {
    if (data.size() - at < 4) return 0;
    const auto length = static_cast<std::int32_t>(load_big_endian<std::uint32_t>(data.data() + at));
    at += 4;
    if (length == kNullLength) continue;
    if (length < 0) fail_copy("a field has a negative length");
    if (data.size() - at < static_cast<std::size_t>(length)) return 0;
    at += static_cast<std::size_t>(length);
  }
  return at;
}

std::size_t CopyDecoder::take_header(std::string_view data) {
  const std::string_view have = data.substr(0, kCopyHeader.size());
  if (have != kCopyHeader.substr(0, have.size())) {
    fail_copy("it does not start with the signature, flags 0 and no extension");
  }
  if (have.size() < kCopyHeader.size()) return 0;
  header_read_ = true;
  return kCopyHeader.size();
}

std::size_t CopyDecoder::take(std::string_view data, RowBuffer& rows) {
  std::size_t at = header_read_ ? 0 : take_header(data);
  if (!header_read_) return 0;
  while (!at_end_) {
    const std::string_view rest = data.substr(at);
    if (is_trailer_start(rest)) {
      at_end_ = true;
      at += kCopyTrailer.size();
      break;
    }
    const std::size_t bytes = first_tuple_bytes(rest);
    if (bytes == 0) break;
    rows.append_row(rest.substr(0, bytes));
    at += bytes;
  }
  if (at_end_ && at != data.size()) fail_copy("bytes follow the trailer");
  return at;
}

void CopyDecoder::feed(std::string_view piece, RowBuffer& rows) {
  if (pending_.empty()) {
    const std::size_t taken = take(piece, rows);
    pending_.assign(piece.substr(taken));
    return;
  }
  pending_.append(piece);
  pending_.erase(0, take(pending_, rows));
}

}  // namespace sluice::codec
