// Whole databases in three commands from MySQL's own server.
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/mysql_server.h"
#include "whole_fixture.h"

namespace sluice::test {

TEST_CASE("CiviCRM arrives from MySQL in three commands with all that it promises") {
  NEEDS_MYSQL();
  NEEDS_FIELD_DATA("civicrm");
  const Civicrm civi(MysqlServer::shared());
  REQUIRE(civi.failure == "");
  check_rows_arrived(civi);
  check_promises_arrived(civi);
}

TEST_CASE("Chinook arrives from MySQL in three commands with all that it promises") {
  NEEDS_MYSQL();
  NEEDS_FIELD_DATA("chinook");
  check_chinook_arrives(MysqlServer::shared());
}

TEST_CASE("a database of MySQL's own features arrives in three commands") {
  NEEDS_MYSQL();
  const MysqlDatabase source;
  source.run(fmt::format(R"(
CREATE TABLE defaults (
  id int AUTO_INCREMENT PRIMARY KEY, text_1 text DEFAULT ('it''s \\\\ "q" {e}{s}'),
  text_2 varchar(20) DEFAULT (_utf8mb4'x'), text_3 varchar(20) DEFAULT (concat('a', '{e}')),
  text_4 varchar(20) DEFAULT '{s}?', number_1 bigint DEFAULT ((1 + 2) * 3),
  number_2 decimal(10,2) DEFAULT (1.5), json_1 json DEFAULT (json_object()), json_2 json DEFAULT ('[1]'),
  bytes_1 binary(4) DEFAULT 0xff00fe, bytes_2 varbinary(9) DEFAULT 'a\0b', bytes_3 blob DEFAULT ('{e}'),
  kind enum('a', '{e}') DEFAULT '{e}', bits bit(4) DEFAULT b'101',
  bits_2 bit(5) DEFAULT (b'11'), bits_3 bit(16) DEFAULT (x'6162'), number_3 int DEFAULT b'101',
  number_4 int DEFAULT (b'101'), number_5 bigint unsigned DEFAULT (0xffffffffffffffff),
  number_6 decimal(9,2) DEFAULT (x'0a'), bytes_4 varbinary(9) DEFAULT (x'00ff'));
INSERT INTO defaults () VALUES (), ();
CREATE TABLE keys_and_columns (
  id int, k int, name varchar(40), at geometry NOT NULL SRID 4326, v vector(3), hidden int INVISIBLE
  DEFAULT 7, loud varchar(50) AS (concat(name, '{e}!')), PRIMARY KEY (id DESC, k),
  KEY sum ((id + k)), KEY back (k DESC), KEY unseen (name) INVISIBLE, FULLTEXT KEY words (name),
  SPATIAL KEY place (at), CONSTRAINT above CHECK (k > 0), CONSTRAINT below CHECK (k < 0) NOT ENFORCED);
INSERT INTO keys_and_columns (id, k, name, at, v) VALUES
  (1, 1, 'x', ST_GeomFromText('POINT(10 20)', 4326), TO_VECTOR('[1, -2.5, 3e10]')),
  (1, 2, NULL, ST_GeomFromText('POINT(-10.5 170)', 4326), NULL);
SET sql_generate_invisible_primary_key = ON;
CREATE TABLE without_key (a int, b varchar(20));
INSERT INTO without_key VALUES (1, 'x'), (1, 'x'), (NULL, 'z'))",
                         fmt::arg("e", "\xc3\xa9"), fmt::arg("s", "\xf0\x9f\x98\x80")));
  const WholeDatabase whole(reader_url(source));
  const RunResult init = whole.init({"--all"});
  for (const char* const rule :
       {"[invisible-column]\n    DB.keys_and_columns.hidden, DB.without_key.my_row_id\n",
        "[vector-as-bytes]\n    DB.keys_and_columns.v\n",
        "[spatial-as-bytes]\n    DB.keys_and_columns.at\n",
        "[invisible-index]\n    DB.keys_and_columns.unseen\n",
        "[descending-key]\n    DB.keys_and_columns.PRIMARY\n",
        "[check-not-enforced]\n    DB.keys_and_columns.below\n",
        "[fulltext-not-moved]\n    DB.keys_and_columns.words\n"}) {
    std::string wanted = rule;
    for (std::size_t at = wanted.find("DB."); at != std::string::npos; at = wanted.find("DB.")) {
      wanted.replace(at, 2, source.name());
    }
    CAPTURE(wanted);
    CHECK(init.out.find(wanted) != std::string::npos);
  }
  whole.forget_config();
  REQUIRE(whole.move() == "");
  check_arrived_whole(whole, 3);
  // Both servers' own defaults.
  source.run("INSERT INTO defaults () VALUES ()");
  whole.target().run("INSERT INTO defaults DEFAULT VALUES");
  CHECK(dump_difference(source, whole.target()) == "");
}

}  // namespace sluice::test
