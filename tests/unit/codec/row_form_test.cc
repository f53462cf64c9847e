#include "sluice/codec/row_form.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/hex.h"
#include "sluice/model/error.h"

#include "random.h"

namespace sluice::codec {
namespace {

bool throws_data(const auto& action) {
  try {
    action();
  } catch (const model::Error& error) {
    return error.kind() == model::ErrorKind::data;
  }
  return false;
}

/// Three rows of different widths.
RowBuffer some_rows() {
  RowBuffer rows;
  rows.begin_row(3);
  rows.put_int32(7);
  rows.put_null();
  rows.put_bytes(std::string_view("abc"));
  rows.end_row();
  rows.begin_row(0);
  rows.end_row();
  rows.begin_row(2);
  rows.put_bool(true);
  rows.put_bytes(std::string_view());
  rows.end_row();
  return rows;
}

TEST_CASE("the worked example of row_form.md has the bytes that PostgreSQL sends") {
  // COPY (SELECT 42::int8, NULL::text, 'Ann'::text, 12.50::numeric(10,2), '2000-01-02'::date)
  //   TO STDOUT (FORMAT binary), without header and trailer
  RowBuffer rows;
  rows.begin_row(5);
  rows.put_int64(42);
  rows.put_null();
  rows.put_bytes(std::string_view("Ann"));
  rows.put_bytes(from_hex("0002000000000002000c1388").value());
  rows.put_int32(1);
  rows.end_row();
  CHECK(to_hex(rows.bytes()) ==
        "0005"
        "00000008"
        "000000000000002a"
        "ffffffff"
        "00000003"
        "416e6e"
        "0000000c"
        "0002000000000002000c1388"
        "00000004"
        "00000001");
}

TEST_CASE("every kind of field has PostgreSQL's bytes") {
  // COPY (SELECT 1::int2, -2::int4, true, 1.5::float4, -1.5::float8, '1 mon 2 days
  // 00:00:00.000003'::interval,
  //   '{"a": 1}'::jsonb, 4294967295::oid) TO STDOUT (FORMAT binary)
  RowBuffer rows;
  rows.begin_row(8);
  rows.put_int16(1);
  rows.put_int32(-2);
  rows.put_bool(true);
  rows.put_float4(1.5F);
  rows.put_float8(-1.5);
  rows.put_interval(3, 2, 1);
  rows.put_jsonb(R"({"a": 1})");
  rows.put_uint32(4294967295U);
  rows.end_row();
  CHECK(to_hex(rows.bytes()) ==
        "0008"
        "000000020001"
        "00000004fffffffe"
        "0000000101"
        "000000043fc00000"
        "00000008bff8000000000000"
        "00000010"
        "00000000000000030000000200000001"
        "00000009"
        "017b2261223a20317d"
        "00000004ffffffff");
}

TEST_CASE("rows are found again at their places") {
  RowBuffer rows = some_rows();
  REQUIRE(rows.rows() == 3);
  CHECK(rows.row(1) == std::string_view("\0\0", 2));
  std::vector<Field> fields;
  parse_fields(rows.row(0), fields);
  REQUIRE(fields.size() == 3);
  CHECK(fields[0] == Field{false, std::string_view("\0\0\0\7", 4)});
  CHECK(fields[1].null);
  CHECK(fields[2] == Field{false, "abc"});
  parse_fields(rows.row(2), fields);
  CHECK(fields[1] == Field{false, ""});
  CHECK(std::string(rows.row(0)) + std::string(rows.row(1)) + std::string(rows.row(2)) ==
        rows.bytes());
}

TEST_CASE("a row that is open does not count, and clearing keeps the memory alone") {
  RowBuffer rows = some_rows();
  const std::string before(rows.bytes());
  rows.begin_row(2);
  rows.put_int32(1);
  CHECK(rows.bytes() == before);
  CHECK(rows.rows() == 3);
  rows.clear();
  CHECK(rows.empty());
  CHECK(rows.bytes().empty());
  CHECK(rows.capacity() > 0);
}

TEST_CASE("a row with too few or too many fields is our mistake and is told") {
  RowBuffer rows;
  rows.begin_row(2);
  rows.put_null();
  CHECK_THROWS_AS(rows.end_row(), model::Error);
  rows.clear();
  rows.begin_row(1);
  rows.put_null();
  rows.put_null();
  CHECK_THROWS_AS(rows.end_row(), model::Error);
}

TEST_CASE("a field longer than PostgreSQL can hold is refused before memory is asked for") {
  RowBuffer rows;
  rows.begin_row(1);
  CHECK(throws_data([&] { static_cast<void>(rows.begin_field(kMaxFieldBytes + 1)); }));
}

TEST_CASE("moving and swapping carries the rows") {
  RowBuffer rows = some_rows();
  const std::string bytes(rows.bytes());
  RowBuffer moved(std::move(rows));
  CHECK(moved.bytes() == bytes);
  RowBuffer other;
  other.swap(moved);
  CHECK(other.bytes() == bytes);
  CHECK(moved.empty());
  moved = std::move(other);
  CHECK(moved.rows() == 3);
}

TEST_CASE("a field may be written in place and end shorter than announced") {
  RowBuffer rows;
  rows.begin_row(2);
  char* to = rows.begin_field(100);
  to[0] = 'x';
  rows.end_field(1);
  rows.put_int16(5);
  rows.end_row();
  CHECK(to_hex(rows.bytes()) ==
        "0002"
        "0000000178"
        "000000020005");
}

TEST_CASE("a row cut anywhere is refused") {
  const RowBuffer rows = some_rows();
  std::vector<Field> fields;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const std::string row(rows.row(i));
    for (std::size_t size = 0; size < row.size(); ++size) {
      CAPTURE(i, size);
      CHECK(throws_data([&] { parse_fields(row.substr(0, size), fields); }));
      CHECK(first_tuple_bytes(row.substr(0, size)) == 0);
    }
    CHECK(throws_data([&] { parse_fields(row + '\0', fields); }));
    CHECK(first_tuple_bytes(row) == row.size());
  }
}

TEST_CASE("negative counts and lengths are refused") {
  std::vector<Field> fields;
  CHECK(throws_data([&] { parse_fields(from_hex("ffff").value(), fields); }));
  CHECK(throws_data([&] { parse_fields(from_hex("0001fffffffe").value(), fields); }));
  CHECK(throws_data([&] { parse_fields(from_hex("00017fffffff00").value(), fields); }));
  CHECK(throws_data([&] { static_cast<void>(first_tuple_bytes(from_hex("fffe").value())); }));
  CHECK(
      throws_data([&] { static_cast<void>(first_tuple_bytes(from_hex("000180000000").value())); }));
}

TEST_CASE("no field may be read behind the last") {
  const RowBuffer rows = some_rows();
  FieldReader reader(rows.row(1));
  CHECK(reader.done());
  CHECK(throws_data([&] { static_cast<void>(reader.next()); }));
}

std::string stream_of(const RowBuffer& rows) {
  return std::string(kCopyHeader) + std::string(rows.bytes()) + std::string(kCopyTrailer);
}

TEST_CASE("a COPY stream cut into pieces of every size gives the same rows") {
  const RowBuffer rows = some_rows();
  const std::string stream = stream_of(rows);
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    CopyDecoder decoder;
    RowBuffer out;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      CHECK_FALSE(decoder.at_end());
      decoder.feed(std::string_view(stream).substr(at, piece), out);
    }
    CAPTURE(piece);
    CHECK(decoder.at_end());
    CHECK(out.rows() == rows.rows());
    CHECK(out.bytes() == rows.bytes());
  }
}

TEST_CASE("a COPY stream that ends early is not at its end") {
  const std::string stream = stream_of(some_rows());
  for (std::size_t size = 0; size < stream.size(); ++size) {
    CopyDecoder decoder;
    RowBuffer out;
    decoder.feed(stream.substr(0, size), out);
    CAPTURE(size);
    CHECK_FALSE(decoder.at_end());
  }
}

TEST_CASE("a COPY stream with a wrong header or bytes behind its trailer is refused") {
  const std::string stream = stream_of(some_rows());
  for (std::size_t at = 0; at < kCopyHeader.size(); ++at) {
    std::string damaged = stream;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    CopyDecoder decoder;
    RowBuffer out;
    CHECK(throws_data([&] { decoder.feed(damaged, out); }));
  }
  CopyDecoder decoder;
  RowBuffer out;
  CHECK(throws_data([&] { decoder.feed(stream + "x", out); }));
  CopyDecoder ended;
  ended.feed(stream, out);
  CHECK(throws_data([&] { ended.feed("x", out); }));
}

TEST_CASE("random rows are read back as they were written") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  RowBuffer rows;
  std::vector<std::vector<std::string>> written;  // "-" for NULL, "+bytes" otherwise
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::string>& fields = written.emplace_back(random.below(12));
    rows.begin_row(static_cast<std::int16_t>(fields.size()));
    for (std::string& field : fields) {
      field = random.one_in(4) ? "-" : "+" + random.bytes(random.one_in(50) ? 100'000 : 20);
      if (field == "-") {
        rows.put_null();
      } else {
        rows.put_bytes(std::string_view(field).substr(1));
      }
    }
    rows.end_row();
  }
  std::vector<Field> fields;
  for (std::size_t i = 0; i < written.size(); ++i) {
    parse_fields(rows.row(i), fields);
    REQUIRE(fields.size() == written[i].size());
    for (std::size_t j = 0; j < fields.size(); ++j) {
      REQUIRE((fields[j].null ? "-" : "+" + std::string(fields[j].bytes)) == written[i][j]);
    }
  }
}

}  // namespace
}  // namespace sluice::codec
