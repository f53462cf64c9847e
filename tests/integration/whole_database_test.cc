// Whole databases in three commands, from MariaDB, and on from PostgreSQL to PostgreSQL.
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/mariadb_server.h"
#include "whole_fixture.h"

namespace sluice::test {
namespace {

/// What statements answer in one transaction that is rolled back: "23505" where one is refused,
/// else the last one's only value.
std::string tried(const PostgresDatabase& db, const std::string& sql) {
  PgSql session(db.conninfo());
  session.query(
      "CREATE FUNCTION pg_temp.tried(sql text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE "
      "answer text; BEGIN EXECUTE sql INTO answer; RETURN answer; EXCEPTION WHEN OTHERS THEN "
      "RETURN SQLSTATE; END $$; BEGIN");
  return single_value(session.query(fmt::format("SELECT pg_temp.tried($q${}$q$)", sql)));
}

constexpr const char* kForeignKeyViolated = "23503";
constexpr const char* kDuplicate = "23505";
constexpr const char* kCheckViolated = "23514";
constexpr const char* kNullRefused = "23502";

const Civicrm& civicrm() {
  NEEDS_FIELD_DATA("civicrm");
  static const Civicrm moved(MariadbServer::shared());
  INFO(moved.failure);
  REQUIRE(moved.failure.empty());
  return moved;
}

}  // namespace

TEST_CASE("CiviCRM arrives from MariaDB in three commands, each row as it was") {
  check_rows_arrived(civicrm());
}

TEST_CASE("every key, default and comment of CiviCRM comes along but for what is said not to") {
  check_promises_arrived(civicrm());
}

TEST_CASE("CiviCRM goes on from PostgreSQL to PostgreSQL, and both dumps are the same") {
  const Civicrm& civi = civicrm();
  const WholeDatabase further(reader_url(civi.whole.target()));
  let_reader_read(civi.whole.target(), "public");
  REQUIRE(further.move() == "");
  check_arrived_whole(further, 154);
  CHECK(dump_difference(civi.whole.target(), further.target()) == "");
}

TEST_CASE("the CiviCRM that arrived numbers new rows and holds its promises") {
  const PostgresDatabase& target = civicrm().whole.target();
  for (const char* const table : {"civicrm_contact", "civicrm_tag", "civicrm_country"}) {
    CAPTURE(table);
    const std::string before = target.value(fmt::format("SELECT max(id) FROM {}", table));
    const std::string name = std::string(table) == "civicrm_contact" ? "first_name" : "name";
    const std::string id =
        tried(target, fmt::format("INSERT INTO {} ({}) VALUES ('new') RETURNING id", table, name));
    CHECK(std::stoll(id) > std::stoll(before));
  }
  CHECK(tried(target, "INSERT INTO civicrm_email (contact_id) VALUES (99999999) RETURNING id") ==
        kForeignKeyViolated);
  CHECK(tried(target,
              "INSERT INTO civicrm_worldregion SELECT * FROM civicrm_worldregion LIMIT 1 "
              "RETURNING id") == kDuplicate);
  CHECK(tried(target, "UPDATE civicrm_activity SET activity_type_id = NULL RETURNING NULL") ==
        kNullRefused);
  CHECK(tried(target, "UPDATE civicrm_contact SET employer_id = -1 RETURNING NULL") ==
        kCheckViolated);
}

TEST_CASE("what compares the dumps sees a letter and a row that differ") {
  const Civicrm& civi = civicrm();
  const PostgresDatabase& target = civi.whole.target();
  target.run("UPDATE civicrm_country SET iso_code = 'af' WHERE iso_code = 'AF'");
  CHECK(dump_difference(civi.source, target)
            .starts_with("civicrm_country: 1 rows are on the source only, 1 on the target only; "
                         "the first differ in iso_code\n"));
  target.run(
      "UPDATE civicrm_country SET iso_code = 'AF' WHERE iso_code = 'af';"
      "DELETE FROM civicrm_entity_tag WHERE id = (SELECT min(id) FROM civicrm_entity_tag)");
  CHECK(dump_difference(civi.source, target)
            .starts_with(
                "civicrm_entity_tag: 1 rows are on the source only, 0 on the target only\n"));
}

TEST_CASE("Chinook arrives from MariaDB in three commands with all that it promises") {
  NEEDS_FIELD_DATA("chinook");
  check_chinook_arrives(MariadbServer::shared());
}

TEST_CASE(
    "Chinook goes from PostgreSQL to PostgreSQL in three commands, and the dumps are the same") {
  NEEDS_FIELD_DATA("chinook");
  const std::filesystem::path data = field_data("chinook");
  const PostgresDatabase source;
  const WholeDatabase whole(reader_url(source));
  source.run(chinook::script_after(data / "Chinook_PostgreSql.sql", "\\c "));
  REQUIRE(whole.move() == "");
  check_arrived_whole(whole, 11);
  CHECK(dump_difference(source, whole.target()) == "");
  CHECK(promises_difference(promises_of(source), promises_of(whole.target())) == "");
}

TEST_CASE("a database of MariaDB's types and promises arrives in three commands") {
  const MysqlFamilyDatabase source(MariadbServer::shared());
  source.run(R"(
CREATE TABLE kinds (
  id int unsigned AUTO_INCREMENT PRIMARY KEY COMMENT 'it''s the number',
  tiny tinyint NOT NULL DEFAULT -7, flag tinyint(1) NOT NULL DEFAULT 1, small smallint unsigned,
  medium mediumint zerofill, big bigint unsigned, exact decimal(65,30), half float, whole double,
  bits bit(10) DEFAULT b'101', born year, day date DEFAULT '2026-01-31', at datetime(3),
  seen timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  span time(6) DEFAULT '-01:30:00', code char(5) DEFAULT 'a b', name varchar(40) DEFAULT 'it''s',
  body longtext, pad binary(4), raw varbinary(9), pict mediumblob,
  pick enum('a', 'it''s', 'c d') DEFAULT 'c d', many set('x', 'y', 'z') DEFAULT 'x,z', doc json,
  ident uuid, address inet6, place point, twice int AS (tiny * 2) STORED,
  KEY (day, code DESC), UNIQUE (code, born), CONSTRAINT small_enough CHECK (small < 65535)
) COMMENT 'one of each';
INSERT INTO kinds (tiny, flag, small, medium, big, exact, half, whole, bits, born, day, at, seen, span,
                   code, name, body, pad, raw, pict, pick, many, doc, ident, address, place) VALUES
  (-128, 0, 0, 1, 0, -99999999999999999999999999999999999.999999999999999999999999999999, -0.1, -0.0,
   b'0', 0, '0001-01-01', '9999-12-31 23:59:59.999', '1970-01-01 00:00:01.000001',
   '-838:59:59.999999', ' x ', CONCAT(CONVERT(x'C39C20E697A5E69CACF09F9AB2' USING utf8mb4), '\\ "q" \n\t'),
   '', '', '', x'00ff', 'it''s', '',
   '{"a": [1.10, "b"], "a": 2}', '00000000-0000-0000-0000-000000000001', '::1', POINT(1.5, -2)),
  (127, 2, 65534, 8388607, 18446744073709551615, 0.1, 3.4028234e38, 2.2250738585072014e-308,
   b'1111111111', 2155, '9999-12-31', '1000-01-01 00:00:00', '2038-01-19 03:14:07.999999',
   '838:59:59.999999', '', '', REPEAT('long ', 40000), x'00000000', x'00', REPEAT('b', 70000), 'a',
   'x,y,z', 'null', NULL, '::ffff:192.168.0.1', NULL);
INSERT INTO kinds () VALUES ();
CREATE TABLE parts (kind int unsigned, no int, next int, note text, PRIMARY KEY (kind, no),
  FULLTEXT KEY words (note),
  CONSTRAINT of_kind FOREIGN KEY (kind) REFERENCES kinds (id) ON DELETE CASCADE,
  CONSTRAINT follows FOREIGN KEY (kind, next) REFERENCES parts (kind, no) ON UPDATE CASCADE);
INSERT INTO parts VALUES (1, 2, NULL, 'b'), (1, 1, 2, 'a'), (2, -5, NULL, '');
CREATE TABLE empty (id int PRIMARY KEY);
CREATE TRIGGER watch BEFORE UPDATE ON parts FOR EACH ROW SET NEW.note = 'x')");
  const WholeDatabase whole(reader_url(source));
  REQUIRE(whole.move() == "");
  check_arrived_whole(whole, 3);
  CHECK(dump_difference(source, whole.target()) == "");
  CHECK(promises_difference(promises_of(source), promises_of(whole.target())) ==
        "- kinds.seen: set on update\n"
        "- parts: fulltext (note)\n"
        "- parts: trigger watch\n"
        "+ kinds: check kinds_many_members_check\n");
}

TEST_CASE("defaults in bits and bytes are MariaDB's own, or are said not to move") {
  const MysqlFamilyDatabase source(MariadbServer::shared());
  source.run(R"(
CREATE TABLE moved (
  id int AUTO_INCREMENT PRIMARY KEY, bits_1 bit(5) DEFAULT b'11', bits_2 bit(5) DEFAULT (b'11'),
  bits_3 bit(16) DEFAULT x'6162', bits_4 bit(16) DEFAULT ('1'), bits_5 bit(64) DEFAULT 0xffffffffffffffff,
  bits_6 bit(1) DEFAULT (true), number_1 int DEFAULT b'101', number_2 int DEFAULT (0x10),
  number_3 bigint unsigned DEFAULT 0xffffffffffffffff, exact_1 decimal(9,2) DEFAULT (b'11'),
  double_1 double DEFAULT 0x0a, text_1 varchar(9) DEFAULT b'1100001', text_2 varchar(9) DEFAULT (x'6162'),
  text_3 varchar(9) CHARACTER SET latin1 DEFAULT x'fc', text_4 char(5) DEFAULT x'6120',
  bytes_1 binary(3) DEFAULT b'1100001', bytes_2 varbinary(9) DEFAULT (x'00ff'), bytes_3 blob DEFAULT x'00ff',
  bytes_4 blob DEFAULT (b'100000000'), kind enum('a', 'b') DEFAULT x'61', many set('a', 'b') DEFAULT (x'62'),
  born year DEFAULT b'11');
CREATE TABLE left_out (id int PRIMARY KEY, bits_1 bit(5) DEFAULT (b'11' | b'100'),
  bits_2 bit(5) DEFAULT (b'11' + 1), number_1 int DEFAULT (b'11' | b'100'), text_1 text DEFAULT x'6162',
  text_2 varchar(9) DEFAULT (concat(b'1100001', 'z')), bytes_1 blob DEFAULT (b'11' | b'100'));
INSERT INTO moved () VALUES ())");
  const WholeDatabase whole(reader_url(source));
  const RunResult init = whole.init({"--all"});
  const std::size_t at = init.out.find("[default-not-moved]\n");
  REQUIRE(at != std::string::npos);
  const std::string left_out = init.out.substr(at, init.out.find("\n\n", at) - at);
  for (const char* const column : {"bits_1", "bits_2", "number_1", "text_1", "text_2", "bytes_1"}) {
    INFO(column);
    CHECK(left_out.find(std::string("left_out.") + column) != std::string::npos);
  }
  CHECK(left_out.find("moved.") == std::string::npos);
  whole.forget_config();
  REQUIRE(whole.move() == "");
  check_arrived_whole(whole, 2);
  source.run("INSERT INTO moved () VALUES ()");
  whole.target().run("INSERT INTO moved DEFAULT VALUES");
  CHECK(dump_difference(source, whole.target()) == "");
}

}  // namespace sluice::test
