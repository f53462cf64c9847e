// What goes into an archive comes out of it.

#include <array>
#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <sys/stat.h>

#include "sluice/codec/hex.h"
#include "sluice/model/error.h"

#include "unit/archive/fixture.h"
#include "unit/codec/golden_values.h"

namespace sluice::archive {
namespace {

using codec::RowBuffer;
using test::Place;

TEST_CASE("rows of several batches and tables come back byte for byte") {
  const Place place;
  const RowBuffer first = test::rows(1, 100);
  const RowBuffer second = test::rows(101, 50, "other");
  const RowBuffer other = test::rows(1, 3, "z");
  Writer writer = Writer::open(place.path(), test::head());
  const Stored stored = writer.append(test::table(), first);
  CHECK(stored.rows == 100);
  CHECK(stored.row_bytes == first.byte_count());
  static_cast<void>(writer.append(test::table(2, "Order"), other));
  static_cast<void>(writer.append(test::table(), second));
  const bool finish = GENERATE(false, true);
  if (finish) writer.finish();

  const Reader reader = Reader::open(place.path());
  CHECK(reader.finished() == finish);
  CHECK(reader.head() == test::head());
  REQUIRE(reader.tables().size() == 2);
  CHECK(reader.tables()[0].head == test::table());
  CHECK(reader.tables()[0].rows == 150);
  CHECK(reader.tables()[0].batches[0] == stored);
  CHECK(test::bytes_of(reader) == std::string(first.bytes()) + std::string(second.bytes()));
  CHECK(test::bytes_of(reader, 1) == other.bytes());
  CHECK(check(place.path()).empty());
}

TEST_CASE("every carrier's golden values come back") {
  const Place place;
  TableHead table{7, {"shop", "all"}, {}, {}};
  for (const codec::Carrier carrier : codec::all_carriers()) {
    table.columns.push_back({std::string(codec::to_string(carrier)), carrier, "x"});
  }
  RowBuffer rows;
  std::set<codec::Carrier> seen;
  for (const auto& golden : codec::test::load_golden_values()) {
    rows.begin_row(static_cast<std::int16_t>(table.columns.size()));
    for (const Column& column : table.columns) {
      if (column.carrier == golden.carrier) {
        rows.put_bytes(golden.binary);
      } else {
        rows.put_null();
      }
    }
    rows.end_row();
    seen.insert(golden.carrier);
  }
  CHECK(seen.size() == codec::all_carriers().size());
  Writer writer = Writer::open(place.path(), test::head());
  static_cast<void>(writer.append(table, rows));
  writer.finish();
  CHECK(test::bytes_of(Reader::open(place.path())) == rows.bytes());
}

TEST_CASE("a batch without rows is a table without rows") {
  const Place place;
  Writer writer = Writer::open(place.path(), test::head());
  CHECK(writer.append(test::table(), RowBuffer()).rows == 0);
  writer.finish();
  const Reader reader = Reader::open(place.path());
  CHECK(reader.tables().at(0).rows == 0);
  CHECK(test::bytes_of(reader).empty());
  CHECK(check(place.path()).empty());
}

TEST_CASE("a row of 64 MiB comes back") {
  const Place place;
  std::string text(std::size_t{64} << 20, 'x');
  for (std::size_t i = 0; i < text.size(); i += 7) text[i] = static_cast<char>('a' + i % 23);
  const RowBuffer rows = test::rows(1, 1, text);
  Writer writer = Writer::open(place.path(), test::head());
  static_cast<void>(writer.append(test::table(), rows));
  writer.finish();
  CHECK(test::bytes_of(Reader::open(place.path())) == rows.bytes());
}

TEST_CASE("a file that is full is closed, and the next one goes on") {
  const Place place;
  WriterOptions small;
  small.file_bytes = 1;
  std::string all;
  for (int session = 0; session < 2; ++session) {
    Writer writer = Writer::open(place.path(), test::head(), small);
    for (int i = 0; i < 3; ++i) {
      const RowBuffer rows = test::rows(session * 100 + i * 10, 5);
      all += rows.bytes();
      static_cast<void>(writer.append(test::table(), rows));
    }
    if (session == 1) writer.finish();
  }
  CHECK(test::files(place.path(), ".copy.zst").size() == 6);
  CHECK(test::bytes_of(Reader::open(place.path())) == all);
  CHECK(check(place.path()).empty());
}

TEST_CASE("files are for the owner only, and safe under every name of a table") {
  const Place place;
  Writer writer = Writer::open(place.path(), test::head());
  const std::vector<std::string> names{"../../etc/passwd",
                                       "a b",
                                       "UPPER",
                                       "upper",
                                       "\xc3\xa4\xf0\x9f\x98\x80",
                                       "nl\nx",
                                       "-rf",
                                       ".",
                                       "quote\"'`",
                                       std::string(64, '%'),
                                       std::string(250, 'x'),
                                       "con",
                                       "a;b|c$(d)"};
  int number = 0;
  for (const std::string& name : names) {
    static_cast<void>(writer.append(test::table(++number, name), test::rows(1, 1)));
  }
  writer.finish();
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(place.path())) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    CHECK(name.size() < 200);
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-%") == std::string::npos);
    struct stat status {};
    REQUIRE(::stat(entry.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    ++seen;
  }
  CHECK(seen == names.size() * 2 + 2);
  const Reader reader = Reader::open(place.path());
  REQUIRE(reader.tables().size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(reader.tables()[i].head.source.table == names[i]);
  }
  CHECK(check(place.path()).empty());
}

TEST_CASE("the newest batch can be taken back, and no other") {
  const Place place;
  Writer writer = Writer::open(place.path(), test::head());
  const Stored first = writer.append(test::table(), test::rows(1, 3));
  const Stored second = writer.append(test::table(), test::rows(4, 3));
  CHECK_THROWS_AS(writer.take_back(1, first), model::Error);
  CHECK(writer.holds(second));
  CHECK(writer.last_stored(1) == second);
  writer.take_back(1, second);
  CHECK(!writer.holds(second));
  CHECK(writer.holds(first));
  CHECK(writer.last_stored(1) == first);
  static_cast<void>(writer.append(test::table(), test::rows(4, 3, "changed")));
  writer.finish();
  CHECK(test::bytes_of(Reader::open(place.path())) ==
        std::string(test::rows(1, 3).bytes()) + std::string(test::rows(4, 3, "changed").bytes()));
  CHECK(check(place.path()).empty());
}

TEST_CASE("all batches of a file can be taken back one after the other") {
  const Place place;
  Writer writer = Writer::open(place.path(), test::head());
  const Stored first = writer.append(test::table(), test::rows(1, 3));
  writer.take_back(1, writer.append(test::table(), test::rows(4, 3)));
  writer.take_back(1, first);
  CHECK(writer.last_stored(1) == std::nullopt);
  const Stored again = writer.append(test::table(), test::rows(1, 2));
  CHECK(again.offset == first.offset);
  writer.finish();
  CHECK(test::bytes_of(Reader::open(place.path())) == test::rows(1, 2).bytes());
  CHECK(check(place.path()).empty());
}

TEST_CASE("rows that COPY would refuse later are refused now, and nothing is stored") {
  const Place place;
  Writer writer = Writer::open(place.path(), test::head());
  TableHead dates = test::table();
  dates.columns[1].carrier = codec::Carrier::date;
  CHECK_THROWS_AS(writer.append(dates, test::rows(1, 1, "0000-00-00")), model::Error);
  TableHead three = test::table();
  three.columns.push_back(three.columns[1]);
  CHECK_THROWS_AS(writer.append(three, test::rows(1, 1)), model::Error);
  static_cast<void>(writer.append(test::table(), test::rows(1, 1)));
  CHECK_THROWS_AS(writer.append(three, RowBuffer()), model::Error);
  CHECK_THROWS_AS(writer.append(test::table(2), RowBuffer()), model::Error);
  writer.finish();
  CHECK(test::bytes_of(Reader::open(place.path())) == test::rows(1, 1).bytes());
}

}  // namespace
}  // namespace sluice::archive
