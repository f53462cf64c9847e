#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::codec {

/// The one byte form of a row inside sluice: the tuple of PostgreSQL's binary COPY format.
/// row_form.md beside this header has the grammar and a worked example.

/// What binary COPY data starts with: signature, flags 0, no header extension.
inline constexpr std::string_view kCopyHeader{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
/// What it ends with: a field count of -1.
inline constexpr std::string_view kCopyTrailer{"\377\377", 2};
/// The length that stands for NULL.
inline constexpr std::int32_t kNullLength = -1;
/// The largest field that PostgreSQL takes: its allocations end at 1 GiB - 1 (MaxAllocSize).
inline constexpr std::size_t kMaxFieldBytes = 0x3fffffff;

/// Stores a number at `to` in network order.
template <typename Unsigned>
inline void store_big_endian(char* to, Unsigned value) noexcept {
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    to[i] = static_cast<char>((value >> (8 * (sizeof(Unsigned) - 1 - i))) & 0xffU);
  }
}

/// Loads a number in network order from `from`.
template <typename Unsigned>
[[nodiscard]] inline Unsigned load_big_endian(const char* from) noexcept {
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    value = static_cast<Unsigned>((value << 8) | static_cast<unsigned char>(from[i]));
  }
  return value;
}

/// Many rows of row form in one contiguous buffer, with the offset at which each starts.
///
/// A row is written field by field between begin_row() and end_row(), or appended whole. Views from
/// row() and bytes() are valid until the next change. For one thread at a time. Throws Error(data)
/// where a field exceeds kMaxFieldBytes, Error(internal) where the number of fields put is not the
/// number begun.
class RowBuffer {
 public:
  RowBuffer() = default;
  RowBuffer(RowBuffer&& other) noexcept { swap(other); }
  RowBuffer& operator=(RowBuffer&& other) noexcept;
  RowBuffer(const RowBuffer&) = delete;
  RowBuffer& operator=(const RowBuffer&) = delete;
  ~RowBuffer() = default;

  /// Starts a row of so many fields.
  void begin_row(std::int16_t fields) {
    row_start_ = size_;
    fields_left_ = fields;
    put_raw(static_cast<std::uint16_t>(fields));
  }
  void put_null() {
    count_field();
    put_raw(static_cast<std::uint32_t>(kNullLength));
  }
  /// text, json, bytea and every other carrier whose binary form is the bytes themselves.
  void put_bytes(std::string_view bytes) {
    char* to = begin_field(bytes.size());
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    end_field(bytes.size());
  }
  void put_bytes(std::span<const std::byte> bytes) {
    put_bytes(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  void put_bool(bool value) { put_fixed<std::uint8_t>(value ? 1 : 0); }
  void put_int16(std::int16_t value) { put_fixed(static_cast<std::uint16_t>(value)); }
  void put_int32(std::int32_t value) { put_fixed(static_cast<std::uint32_t>(value)); }
  void put_int64(std::int64_t value) { put_fixed(static_cast<std::uint64_t>(value)); }
  /// oid.
  void put_uint32(std::uint32_t value) { put_fixed(value); }
  /// The float's bits as they are: NaN payloads and the sign of zero are kept.
  void put_float4(float value) { put_fixed(std::bit_cast<std::uint32_t>(value)); }
  void put_float8(double value) { put_fixed(std::bit_cast<std::uint64_t>(value)); }
  /// interval: microseconds, days, months (PostgreSQL's three independent parts).
  void put_interval(std::int64_t microseconds, std::int32_t days, std::int32_t months);
  /// jsonb: version byte 1 and the text.
  void put_jsonb(std::string_view text);

  /// For encoders that write in place: room for a field of at most `max_bytes`, to be finished by
  /// end_field() with the bytes really written, before anything else is put.
  [[nodiscard]] char* begin_field(std::size_t max_bytes) {
    count_field();
    if (max_bytes > kMaxFieldBytes) fail_field_too_long(max_bytes);
    reserve_more(max_bytes + 4);
    return data_.get() + size_ + 4;
  }
  void end_field(std::size_t bytes) noexcept {
    store_big_endian(data_.get() + size_, static_cast<std::uint32_t>(bytes));
    size_ += bytes + 4;
  }

  void end_row() {
    if (fields_left_ != 0) fail_field_count();
    starts_.push_back(row_start_);
    row_start_ = kNoRow;
  }

  /// Appends a whole tuple as it came from a server, copied from another buffer, or read from an
  /// archive. It is NOT checked here; parse it with FieldReader where it comes from outside.
  void append_row(std::string_view tuple) {
    reserve_more(tuple.size());
    std::memcpy(data_.get() + size_, tuple.data(), tuple.size());
    starts_.push_back(size_);
    size_ += tuple.size();
  }

  [[nodiscard]] std::size_t rows() const noexcept { return starts_.size(); }
  [[nodiscard]] bool empty() const noexcept { return starts_.empty(); }
  /// All rows ended so far, one after the other, without header or trailer: exactly what COPY takes
  /// between them.
  [[nodiscard]] std::string_view bytes() const noexcept { return {data_.get(), finished_bytes()}; }
  [[nodiscard]] std::size_t byte_count() const noexcept { return finished_bytes(); }
  /// REQUIRES: i < rows().
  [[nodiscard]] std::string_view row(std::size_t i) const noexcept {
    const std::size_t end = i + 1 < starts_.size() ? starts_[i + 1] : finished_bytes();
    return {data_.get() + starts_[i], end - starts_[i]};
  }

  /// Forgets the rows; keeps the memory.
  void clear() noexcept;
  void reserve(std::size_t bytes);
  /// Bytes of memory held.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  void swap(RowBuffer& other) noexcept;

 private:
  static constexpr std::size_t kNoRow = static_cast<std::size_t>(-1);

  [[noreturn]] static void fail_field_too_long(std::size_t bytes);
  [[noreturn]] void fail_field_count() const;
  void grow(std::size_t more);

  void reserve_more(std::size_t more) {
    if (capacity_ - size_ < more) grow(more);
  }
  void count_field() noexcept { --fields_left_; }
  [[nodiscard]] std::size_t finished_bytes() const noexcept {
    return row_start_ == kNoRow ? size_ : row_start_;
  }
  template <typename Unsigned>
  void put_raw(Unsigned value) {
    reserve_more(sizeof(Unsigned));
    store_big_endian(data_.get() + size_, value);
    size_ += sizeof(Unsigned);
  }
  template <typename Unsigned>
  void put_fixed(Unsigned value) {
    count_field();
    reserve_more(4 + sizeof(Unsigned));
    char* to = data_.get() + size_;
    store_big_endian(to, static_cast<std::uint32_t>(sizeof(Unsigned)));
    store_big_endian(to + 4, value);
    size_ += 4 + sizeof(Unsigned);
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::vector<std::size_t> starts_;
  std::size_t row_start_ = kNoRow;
  std::int32_t fields_left_ = 0;
};

/// One field of a row; `bytes` is empty where it is NULL.
struct Field {
  bool null = true;
  std::string_view bytes;

  friend bool operator==(const Field&, const Field&) = default;
};

/// Walks the fields of one row. Every length is checked: malformed bytes throw Error(data).
///
/// Holds a view only: the row must outlive it.
class FieldReader {
 public:
  explicit FieldReader(std::string_view row) : at_(row.data()), end_(row.data() + row.size()) {
    if (row.size() < 2) fail("a row must start with a field count");
    count_ = static_cast<std::int16_t>(load_big_endian<std::uint16_t>(at_));
    if (count_ < 0) fail("a row has a negative field count");
    at_ += 2;
  }

  /// Fields in the row, read or not.
  [[nodiscard]] int count() const noexcept { return count_; }
  /// True once every field has been read. finish() also checks that nothing follows.
  [[nodiscard]] bool done() const noexcept { return read_ == count_; }

  /// REQUIRES: !done() (throws otherwise).
  [[nodiscard]] Field next() {
    if (done()) fail("no field is left in this row");
    if (end_ - at_ < 4) fail("a field length is cut off");
    const auto length = static_cast<std::int32_t>(load_big_endian<std::uint32_t>(at_));
    at_ += 4;
    ++read_;
    if (length == kNullLength) return {};
    if (length < 0) fail("a field has a negative length");
    if (end_ - at_ < length) fail("a field is cut off");
    const Field field{false, std::string_view(at_, static_cast<std::size_t>(length))};
    at_ += length;
    return field;
  }
  /// Throws unless every field has been read and no byte is left.
  void finish() const {
    if (!done() || at_ != end_) fail("bytes follow the last field of a row");
  }

 private:
  [[noreturn]] static void fail(const char* what);

  const char* at_;
  const char* end_;
  int count_ = 0;
  int read_ = 0;
};

/// A row that is only looked at.
class RowView {
 public:
  explicit RowView(std::string_view row) : row_(row) {}
  [[nodiscard]] FieldReader fields() const { return FieldReader(row_); }
  [[nodiscard]] std::string_view bytes() const noexcept { return row_; }

 private:
  std::string_view row_;
};

/// Replaces `out` by the fields of the row; reuse `out` to avoid allocations. Throws Error(data) on
/// malformed bytes.
void parse_fields(std::string_view row, std::vector<Field>& out);

/// Bytes of the first tuple in `data`; 0 where it is not complete yet. Throws Error(data) on
/// malformed bytes. The trailer is not a tuple: check for it first.
[[nodiscard]] std::size_t first_tuple_bytes(std::string_view data);

/// Turns a binary COPY stream (header, tuples, trailer), cut into pieces anywhere, into rows.
///
/// Fast where a piece is a whole number of tuples, as libpq's PQgetCopyData gives them. Throws
/// Error(data) on malformed bytes: wrong signature, flags or extension, bytes after the trailer.
class CopyDecoder {
 public:
  /// Appends the tuples that `piece` completes to `rows`.
  void feed(std::string_view piece, RowBuffer& rows);
  /// True once the trailer has been read. A stream that ends before that is cut off.
  [[nodiscard]] bool at_end() const noexcept { return at_end_; }

 private:
  [[nodiscard]] std::size_t take(std::string_view data, RowBuffer& rows);
  [[nodiscard]] std::size_t take_header(std::string_view data);

  std::string pending_;  ///< the tail that did not make a whole tuple
  bool header_read_ = false;
  bool at_end_ = false;
};

}  // namespace sluice::codec
