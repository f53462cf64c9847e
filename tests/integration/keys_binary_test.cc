// Keys that are bytes: uuids in each of their forms, and bytes that end texts elsewhere.
#include <catch2/generators/catch_generators.hpp>

#include "keys_fixture.h"

namespace sluice::test {

TEST_CASE("uuid keys arrive from char(36), binary(16) and uuid") {
  struct Form {
    From from;
    const char* type;
    const char* value;  // of the 32 hexadecimal digits h
    const char* text;   // the same value as a uuid's text
  };
  const Form form = GENERATE(
      Form{From::mariadb, "char(36) CHARACTER SET ascii",
           "insert(insert(insert(insert(h, 21, 0, '-'), 17, 0, '-'), 13, 0, '-'), 9, 0, '-')",
           "id"},
      Form{From::mariadb, "binary(16)", "unhex(h)",
           "insert(insert(insert(insert(lower(hex(id)), 21, 0, '-'), 17, 0, '-'), 13, 0, '-'), 9, "
           "0, '-')"},
      Form{From::postgresql, "uuid", "h::uuid", "id"});
  CAPTURE(form.type);
  Migration migration(form.from);
  migration.source(fmt::format(
      "CREATE TABLE t (id {} PRIMARY KEY, n int, payload text);"
      "INSERT INTO t SELECT {}, n, {} FROM (SELECT n, md5(concat('u', n)) AS h FROM {}) hashed",
      form.type, form.value, kPayload, numbers(form.from, 1500)));
  analyze(migration, "t");
  migration.target("CREATE TABLE t (id uuid PRIMARY KEY, n int, payload text)");
  migration.move("t");
  copy_in_two_lives(migration);
  CHECK(migration.difference(fmt::format("SELECT n, {}, payload FROM t ORDER BY n", form.text),
                             "SELECT n, id, payload FROM t__side ORDER BY n") == "");
  CHECK(migration.target_value("SELECT count(*) > 2 FROM sluice.batch") == "t");
}

TEST_CASE("binary keys with zero bytes arrive, the empty one beside them") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  const bool mysql = from == From::mariadb;
  migration.source(fmt::format("CREATE TABLE t (id {} PRIMARY KEY, n int, payload text)",
                               mysql ? "varbinary(20)" : "bytea"));
  migration.target("CREATE TABLE t (id bytea PRIMARY KEY, n int, payload text)");
  const auto bytes = [mysql](const char* hex) {
    return mysql ? fmt::format("unhex('{}')", hex) : fmt::format("decode('{}', 'hex')", hex);
  };
  migration.source(fmt::format(
      "INSERT INTO t VALUES ({}, -1, ''), ({}, -2, ''), ({}, -3, ''), ({}, -4, ''), ({}, -5, '')",
      bytes(""), bytes("00"), bytes("0000"), bytes("0001"), bytes("ff00")));
  migration.source(fmt::format("INSERT INTO t SELECT {}, n, {} FROM {}",
                               mysql ? "concat(unhex('6100'), unhex(md5(n)), unhex('00'))"
                                     : "decode('6100' || md5(n::text) || '00', 'hex')",
                               kPayload, numbers(from, 1500)));
  analyze(migration, "t");
  migration.move("t");
  copy_in_two_lives(migration);
  CHECK(migration.difference(fmt::format("SELECT n, {}, payload FROM t ORDER BY n",
                                         mysql ? "lower(hex(id))" : "encode(id, 'hex')"),
                             "SELECT n, encode(id, 'hex'), payload FROM t__side ORDER BY n") == "");
  CHECK(migration.target_value("SELECT count(*) > 2 FROM sluice.batch") == "t");
}

}  // namespace sluice::test
