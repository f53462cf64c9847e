// Every type of MariaDB, with the values that others lose.

#include <catch2/catch_test_macros.hpp>

#include "integration/mysql_fixture.h"

namespace sluice::test::mysql {
namespace {

using codec::Carrier;

/// Puts the literals into a column of the type, in a session that refuses nothing, and reads them
/// back; each comes out as texts_of() writes it.
std::vector<std::string> read_values(const std::string& type,
                                     const std::vector<std::string>& literals,
                                     std::map<std::string, Carrier> carriers = {}) {
  const MariadbDatabase db;
  std::string sql = "SET sql_mode = '', time_zone = '+00:00'; CREATE TABLE t (v " + type + ");";
  for (const std::string& literal : literals) sql += "INSERT INTO t VALUES (" + literal + ");";
  db.run(sql);
  const db::TableRead table = table_read(db, "t", carriers);
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  return read_all(*sessions.sessions.at(0), table, whole_table());
}

std::vector<std::string> read_values_as(Carrier carrier, const std::string& type,
                                        const std::vector<std::string>& literals) {
  return read_values(type, literals, {{"v", carrier}});
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("MySQL's integers arrive whole, at both ends of their ranges") {
  CHECK(read_values("tinyint", {"-128", "127", "NULL"}) == Texts{"-128", "127", "NULL"});
  CHECK(read_values("tinyint unsigned", {"0", "255"}) == Texts{"0", "255"});
  CHECK(read_values("smallint", {"-32768", "32767"}) == Texts{"-32768", "32767"});
  CHECK(read_values("smallint unsigned", {"65535"}) == Texts{"65535"});
  CHECK(read_values("mediumint", {"-8388608", "8388607"}) == Texts{"-8388608", "8388607"});
  CHECK(read_values("mediumint unsigned", {"16777215"}) == Texts{"16777215"});
  CHECK(read_values("int", {"-2147483648", "2147483647"}) == Texts{"-2147483648", "2147483647"});
  CHECK(read_values("int unsigned", {"4294967295"}) == Texts{"4294967295"});
  CHECK(read_values("bigint", {"-9223372036854775808", "9223372036854775807"}) ==
        Texts{"-9223372036854775808", "9223372036854775807"});
  CHECK(read_values("bigint unsigned", {"18446744073709551615", "0"}) ==
        Texts{"18446744073709551615", "0"});
  CHECK(read_values("year", {"1901", "2155", "0"}) == Texts{"1901", "2155", "0"});
}

TEST_CASE("MySQL's integers in another carrier are checked one by one") {
  CHECK(read_values_as(Carrier::boolean, "tinyint(1)", {"0", "1", "2", "NULL"}) ==
        Texts{"f", "t", "!out_of_range:2", "NULL"});
  CHECK(read_values_as(Carrier::int8, "bigint unsigned", {"1", "9223372036854775808"}) ==
        Texts{"1", "!out_of_range:9223372036854775808"});
  CHECK(read_values_as(Carrier::int2, "int", {"-32768", "32768"}) ==
        Texts{"-32768", "!out_of_range:32768"});
  CHECK(read_values_as(Carrier::numeric, "int", {"-7", "100000"}) == Texts{"-7", "100000"});
  CHECK(read_values_as(Carrier::text, "int(6) zerofill", {"42"}) == Texts{"000042"});
}

TEST_CASE("MySQL's decimals keep every digit and their declared scale") {
  const std::string widest = std::string(35, '9') + "." + std::string(30, '9');
  CHECK(read_values("decimal(65,30)", {widest, "-" + widest, "0"}) ==
        Texts{widest, "-" + widest, "0." + std::string(30, '0')});
  CHECK(read_values("decimal(10,2)", {"1.10", "-0.01", "NULL"}) == Texts{"1.10", "-0.01", "NULL"});
  CHECK(read_values("decimal(65,0)", {std::string(65, '9')}) == Texts{std::string(65, '9')});
  CHECK(read_values_as(Carrier::text, "decimal(65,30)", {"-" + widest}) == Texts{"-" + widest});
}

TEST_CASE("MySQL's floats arrive bit for bit") {
  // MariaDB stores -0 as 0, however it is sent.
  CHECK(read_values("double", {"0.1e0 + 0.2e0", "'-0'", "1.7976931348623157e308", "5e-324"}) ==
        Texts{"0.30000000000000004", "0", "1.7976931348623157e+308", "5e-324"});
  CHECK(read_values("float", {"0.1", "3.4028235e38", "-1e-45", "16777216"}) ==
        Texts{"0.1", "3.4028235e+38", "-1e-45", "1.6777216e+07"});
  CHECK(read_values_as(Carrier::float8, "float", {"0.1"}) == Texts{"0.10000000149011612"});
  CHECK(read_values_as(Carrier::text, "float", {"123456789", "0.1"}) ==
        Texts{"1.2345679e+08", "0.1"});
  CHECK(read_values_as(Carrier::text, "double", {"0.1e0 + 0.2e0"}) == Texts{"0.30000000000000004"});
}

TEST_CASE("MySQL's bits are counted from the left, as PostgreSQL's are") {
  CHECK(read_values("bit(5)", {"b'00101'", "b'11111'"}) == Texts{"00101", "11111"});
  CHECK(read_values("bit(1)", {"b'0'", "b'1'"}) == Texts{"0", "1"});
  CHECK(read_values("bit(64)", {"18446744073709551615", "1"}) ==
        Texts{std::string(64, '1'), std::string(63, '0') + "1"});
  CHECK(read_values_as(Carrier::boolean, "bit(1)", {"b'1'", "b'0'"}) == Texts{"t", "f"});
  CHECK(read_values_as(Carrier::numeric, "bit(64)", {"18446744073709551615"}) ==
        Texts{"18446744073709551615"});
  CHECK(read_values_as(Carrier::int4, "bit(32)", {"1", "4294967295"}) ==
        Texts{"1", "!out_of_range:4294967295"});
  CHECK(read_values_as(Carrier::text, "bit(10)", {"b'1000000001'"}) == Texts{"1000000001"});
}

TEST_CASE("dates of MySQL that do not exist are irregular and keep their text") {
  CHECK(read_values("date", {"'2024-02-29'", "'1000-01-01'", "'9999-12-31'"}) ==
        Texts{"2024-02-29", "1000-01-01", "9999-12-31"});
  CHECK(read_values("date", {"'0000-00-00'", "'2020-00-15'", "'2020-02-00'", "'0000-01-01'"}) ==
        Texts{"!zero_date:0000-00-00", "!part_zero_date:2020-00-15", "!part_zero_date:2020-02-00",
              "!part_zero_date:0000-01-01"});
  CHECK(read_values("datetime(6)", {"'2020-01-02 03:04:05.678901'", "'0000-00-00'"}) ==
        Texts{"2020-01-02 03:04:05.678901", "!zero_date:0000-00-00 00:00:00.000000"});
  CHECK(read_values("datetime", {"'2020-00-02 03:04:05'", "'9999-12-31 23:59:59'"}) ==
        Texts{"!part_zero_date:2020-00-02 03:04:05", "9999-12-31 23:59:59"});
  CHECK(read_values("timestamp(3) null", {"'1970-01-01 00:00:01.5'", "0"}) ==
        Texts{"1970-01-01 00:00:01.5+00", "!zero_date:0000-00-00 00:00:00.000"});
}

TEST_CASE("a day that ALLOW_INVALID_DATES let in is irregular") {
  const MariadbDatabase db;
  db.run(
      "SET sql_mode = 'ALLOW_INVALID_DATES'; CREATE TABLE t (d date, t datetime(1));"
      "INSERT INTO t VALUES ('2021-02-31', '2021-02-31 10:00:00.5')");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  CHECK(read_all(*sessions.sessions.at(0), table_read(db, "t"), whole_table()) ==
        Texts{"!invalid_date:2021-02-31|!invalid_date:2021-02-31 10:00:00.5"});
}

TEST_CASE("dates of MySQL as text are what the server prints, zeros and fractions included") {
  CHECK(read_values_as(Carrier::text, "date", {"'0000-00-00'", "'2020-00-15'"}) ==
        Texts{"0000-00-00", "2020-00-15"});
  CHECK(read_values_as(Carrier::text, "datetime(3)", {"'2020-01-02 03:04:05'"}) ==
        Texts{"2020-01-02 03:04:05.000"});
  CHECK(read_values_as(Carrier::text, "time(2)", {"'-838:59:59'", "'1:02:03.5'"}) ==
        Texts{"-838:59:59.00", "01:02:03.50"});
  CHECK(read_values_as(Carrier::text, "year", {"0", "1999"}) == Texts{"0000", "1999"});
  CHECK(read_values_as(Carrier::text, "bigint unsigned", {"18446744073709551615"}) ==
        Texts{"18446744073709551615"});
}

TEST_CASE("an irregular date has the very text that the server prints for it") {
  const MariadbDatabase db;
  db.run(
      "SET sql_mode = ''; CREATE TABLE t (a datetime(4), b datetime(4), c time(5), d time(5));"
      "INSERT INTO t SELECT x, x, y, y FROM (SELECT '0000-00-00' x, '-25:00:01.12345' y UNION ALL "
      "SELECT '2019-00-00 00:00:00.9', '838:00:00' UNION ALL SELECT '0000-00-00', '24:00:00.1') q");
  const db::TableRead table = table_read(db, "t", {{"b", Carrier::text}, {"d", Carrier::text}});
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  const Texts rows = read_all(*sessions.sessions.at(0), table, whole_table());
  REQUIRE(rows.size() == 3);
  for (const std::string& row : rows) {
    const std::vector<std::string> parts = [&] {
      std::vector<std::string> out(1);
      for (const char c : row) c == '|' ? void(out.emplace_back()) : void(out.back() += c);
      return out;
    }();
    REQUIRE(parts.size() == 4);
    CHECK(parts[0].substr(parts[0].find(':') + 1) == parts[1]);
    CHECK(parts[2].substr(parts[2].find(':') + 1) == parts[3]);
  }
}

TEST_CASE("MySQL's time is a time of day or an amount of time") {
  CHECK(read_values("time(6)", {"'23:59:59.999999'", "'24:00:00'", "'00:00:00'"}) ==
        Texts{"23:59:59.999999", "24:00:00", "00:00:00"});
  CHECK(read_values("time", {"'24:00:01'", "'-00:00:01'", "'838:59:59'"}) ==
        Texts{"!out_of_range:24:00:01", "!out_of_range:-00:00:01", "!out_of_range:838:59:59"});
  CHECK(
      read_values_as(Carrier::interval, "time(1)", {"'838:59:59'", "'-838:59:59.5'", "'0:0:1'"}) ==
      Texts{"838:59:59", "-838:59:59.5", "00:00:01"});
}

TEST_CASE("MySQL's timestamp is a moment, whatever time zone it was written in") {
  const MariadbDatabase db;
  db.run(
      "SET time_zone = '+05:30'; CREATE TABLE t (m timestamp(0) NULL, d datetime);"
      "INSERT INTO t VALUES ('2020-01-01 05:30:00', '2020-01-01 05:30:00')");
  const db::TableRead table = table_read(db, "t", {});
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  CHECK(read_all(*sessions.sessions.at(0), table, whole_table()) ==
        Texts{"2020-01-01 00:00:00+00|2020-01-01 05:30:00"});
}

TEST_CASE("texts of MySQL arrive as UTF-8, whatever their column's character set") {
  CHECK(read_values("varchar(20)", {"'\xf0\x9f\x98\x80 z\xc3\xbcg'", "''", "' a '"}) ==
        Texts{"\xf0\x9f\x98\x80 z\xc3\xbcg", "", " a "});
  CHECK(read_values("varchar(20) character set latin1", {"'z\xc3\xbcg'", "x'fc80'"}) ==
        Texts{"z\xc3\xbcg", "\xc3\xbc\xe2\x82\xac"});
  CHECK(read_values("text character set utf8mb3", {"'\xe2\x82\xac'"}) == Texts{"\xe2\x82\xac"});
  CHECK(read_values("varchar(9) character set utf16", {"'\xf0\x9f\x98\x80'"}) ==
        Texts{"\xf0\x9f\x98\x80"});
  CHECK(read_values("char(5)", {"'a  '", "'  b'"}) == Texts{"a", "  b"});
}

TEST_CASE("bytes that have no character in their column's character set arrive as they are") {
  CHECK(read_values("varchar(9) character set cp1250", {"x'418a'", "x'418142'", "'?'", "NULL"}) ==
        Texts{"A\xc5\xa0",
              "!no_character:A\x81"
              "B",
              "?", "NULL"});
  CHECK(read_values("char(9) character set ascii", {"x'41e942'", "'ok'"}) ==
        Texts{"!no_character:A\xe9"
              "B",
              "ok"});
  CHECK(read_values("text character set tis620", {"x'a1'", "x'a0'", "x'ff'"}) ==
        Texts{"\xe0\xb8\x81", "!no_character:\xa0", "!no_character:\xff"});
  CHECK(read_values("enum('', x'4181') character set cp1250", {"''", "2", "0"}) ==
        Texts{"", "!no_character:A\x81", "!ambiguous_enum:"});
  CHECK(read_values("set('b', x'81') character set cp1250", {"'b'", "3"}) ==
        Texts{"b", "!no_character:b,\x81"});
  CHECK(read_values_as(Carrier::uuid, "varchar(36) character set cp1250", {"x'81'"}) ==
        Texts{"!no_character:\x81"});
  // Two pairs of bytes for one character: the text alone would not say which it was.
  CHECK(read_values("varchar(9) character set cp932", {"x'ed40'", "x'fa5c'"}) ==
        Texts{"!no_character:\xed@", "\xe7\xba\x8a"});
}

TEST_CASE("a NUL in a text of MySQL is irregular, and NULL, '' and 'NULL' are three values") {
  const std::string with_nul("a\0b", 3);
  CHECK(read_values("varchar(20)", {"'a\\0b'", "NULL", "''", "'NULL'"}) ==
        Texts{"!nul_byte:" + with_nul, "NULL", "", "NULL"});
}

TEST_CASE("bytes of MySQL arrive as they are") {
  CHECK(read_values("varbinary(20)", {"x''", "x'00'", "x'ff00fe'", "NULL"}) ==
        Texts{"\\x", "\\x00", "\\xff00fe", "NULL"});
  CHECK(read_values("binary(3)", {"x'01'"}) == Texts{"\\x010000"});
  CHECK(read_values("blob", {"x'c3'"}) == Texts{"\\xc3"});
  CHECK(read_values_as(Carrier::text, "varbinary(9)", {"'ok'", "x'ff'"}) ==
        Texts{"ok", "!invalid_utf8:\xff"});
}

TEST_CASE("MySQL's enum tells index 0 from a member ''") {
  CHECK(read_values("enum('a','b''c','d\\\\e')", {"'a'", "'b''c'", "'d\\\\e'", "NULL", "'zzz'"}) ==
        Texts{"a", "b'c", "d\\e", "NULL", "!ambiguous_enum:"});
  CHECK(read_values("enum('','x')", {"''", "'x'", "0", "NULL"}) ==
        Texts{"", "x", "!ambiguous_enum:", "NULL"});
  CHECK(read_values("set('p','q','r')", {"'r,p'", "''", "NULL"}) == Texts{"p,r", "", "NULL"});
}

TEST_CASE("json of MariaDB is found out and keeps every byte") {
  CHECK(read_values("json", {"'{\"b\": 1.10,  \"a\":[]}'", "NULL", "'3'"}) ==
        Texts{"{\"b\": 1.10,  \"a\":[]}", "NULL", "3"});
}

TEST_CASE("a value that no json parser takes is irregular") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE t (j json); SET check_constraint_checks = 0;"
      "INSERT INTO t VALUES ('{oops'), ('')");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  CHECK(read_all(*sessions.sessions.at(0), table_read(db, "t"), whole_table()) ==
        Texts{"!invalid_json:{oops", "!invalid_json:"});
}

TEST_CASE("uuids come from binary(16), from text and from MariaDB's own type") {
  const std::string uuid = "123e4567-e89b-12d3-a456-426614174000";
  CHECK(read_values("uuid", {"'" + uuid + "'"}) == Texts{uuid});
  CHECK(read_values_as(Carrier::text, "uuid", {"'" + uuid + "'"}) == Texts{uuid});
  CHECK(read_values_as(Carrier::uuid, "binary(16)", {"x'123e4567e89b12d3a456426614174000'"}) ==
        Texts{uuid});
  CHECK(read_values_as(Carrier::uuid, "char(36)",
                       {"'123E4567-E89B-12D3-A456-426614174000'", "'none'", "''"}) ==
        Texts{uuid, "!not_a_uuid:none", "!not_a_uuid:"});
  CHECK(read_values("inet6", {"'::1'", "'2001:db8::ff'"}) == Texts{"::1", "2001:db8::ff"});
  CHECK(read_values("inet4", {"'10.0.0.1'"}) == Texts{"10.0.0.1"});
}

TEST_CASE("a point of MySQL arrives as the server stores it: SRID, then WKB") {
  CHECK(read_values("point", {"ST_GeomFromText('POINT(1 2)', 4326)", "NULL"}) ==
        Texts{"\\xe61000000101000000000000000000f03f0000000000000040", "NULL"});
}

TEST_CASE("a text of 20 MiB arrives whole between short ones") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE t (id int primary key, a longtext, b longblob, c varchar(9));"
      "INSERT INTO t VALUES (1, 'x', x'01', 'p'),"
      "(2, REPEAT('0123456789abcdef', 1310720), REPEAT(x'00ff', 3000), 'q'), (3, '', x'', 'r')");
  const db::TableRead table = table_read(db, "t");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  const Texts rows = read_all(*sessions.sessions.at(0), table, {});
  REQUIRE(rows.size() == 3);
  CHECK(rows[0] == "1|x|\\x01|p");
  CHECK(rows[2] == "3||\\x|r");
  CHECK(rows[1].size() == 20971520 + 12000 + std::string_view("2||\\x|q").size());
  CHECK(rows[1].substr(0, 20) == "2|0123456789abcdef01");
  CHECK(rows[1].substr(20971520, 5) == "ef|\\x");
}

TEST_CASE("generated and invisible columns of MariaDB can be read") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE t (a int, v int AS (a + 1) VIRTUAL, s int AS (a + 2) STORED, i int INVISIBLE "
      "DEFAULT 9); INSERT INTO t (a) VALUES (1)");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  CHECK(read_all(*sessions.sessions.at(0), table_read(db, "t"), whole_table()) == Texts{"1|2|3|9"});
}

}  // namespace sluice::test::mysql
