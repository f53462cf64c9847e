#include "db/pg/copy_text.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::db::pg {

using codec::Carrier;

TEST_CASE("a row becomes a line of COPY's text format, with what would end it escaped") {
  codec::RowBuffer rows;
  rows.begin_row(5);
  rows.put_int32(-7);
  rows.put_null();
  rows.put_bytes(std::string_view("a\tb\nc\\d\r"));
  rows.put_bytes(std::string_view("\\N"));
  rows.put_bytes(std::string_view());
  rows.end_row();
  CopyTextWriter writer(
      {Carrier::int4, Carrier::int4, Carrier::text, Carrier::text, Carrier::json});
  std::string line = "before:";
  writer.append(rows.row(0), line);
  CHECK(line == "before:-7\t\\N\ta\\tb\\nc\\\\d\\r\t\\\\N\t\n");
}

TEST_CASE("the backslash of bytea's text form is escaped too") {
  codec::RowBuffer rows;
  rows.begin_row(1);
  rows.put_bytes(std::string_view("\x00\xff", 2));
  rows.end_row();
  std::string line;
  CopyTextWriter({Carrier::bytea}).append(rows.row(0), line);
  CHECK(line == "\\\\x00ff\n");
}

TEST_CASE("a row that is not of the carriers' form is refused") {
  codec::RowBuffer rows;
  rows.begin_row(1);
  rows.put_bytes(std::string_view("abc"));
  rows.end_row();
  std::string line;
  CHECK_THROWS_AS(CopyTextWriter({Carrier::int4}).append(rows.row(0), line), model::Error);
  CHECK_THROWS_AS(CopyTextWriter({Carrier::text, Carrier::text}).append(rows.row(0), line),
                  model::Error);
  CHECK_THROWS_AS(CopyTextWriter({}).append(rows.row(0), line), model::Error);
}

}  // namespace sluice::db::pg
