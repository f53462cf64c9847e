// Databases of other people, whole, in three commands: what arrived is compared by each server's
// own words for its rows and promises, by nothing that sluice says of itself.
#include "support/whole_database.h"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_read.h"

#include "chinook_fixture.h"
#include "field_data.h"
#include "support/dump_diff.h"
#include "support/mariadb_server.h"
#include "support/promises.h"

namespace sluice::test {
namespace {

/// How many tables a verification found equal; -1 where it found something else.
int equal_tables(const WholeDatabase& whole) {
  const RunResult verified = whole.sluice("verify", {"--json"});
  const codec::JsonDocument report = codec::parse_json_or_throw(verified.out, "verify");
  if (report.root().at("outcome").as_string() != "equal") return -1;
  int equal = 0;
  for (const codec::JsonValue& table : report.root().at("tables").items()) {
    if (table.at("outcome").as_string() != "equal") return -1;
    ++equal;
  }
  return equal;
}

void check_arrived_whole(const WholeDatabase& whole, int tables) {
  CHECK(equal_tables(whole) == tables);
  CHECK(whole.target().value("SELECT count(*) FROM sluice.quarantine") == "0");
  CHECK(whole.target().value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") ==
        std::to_string(tables));
  CHECK(numbers_given_again(whole.target()) == "");
}

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

/// CiviCRM with its sample data on MariaDB, and moved once for all tests of this file.
struct Civicrm {
  MysqlFamilyDatabase source{MariadbServer::shared()};
  std::string loaded = load();
  WholeDatabase whole{reader_url(source)};
  std::string failure = whole.move();

  std::string load() const {
    const std::filesystem::path data = field_data("civicrm");
    for (const char* const file : {"civicrm.mysql", "civicrm_generated.mysql"}) {
      source.run(field_text(data / file));
    }
    return source.name();
  }
};

const Civicrm& civicrm() {
  if (field_data("civicrm").empty()) {
    SKIP("no field data: set SLUICE_FIELD_DATA to a folder that holds civicrm/");
  }
  static const Civicrm moved;
  INFO(moved.failure);
  REQUIRE(moved.failure.empty());
  return moved;
}

}  // namespace

TEST_CASE("CiviCRM arrives from MariaDB in three commands, each row as it was") {
  const Civicrm& civi = civicrm();
  check_arrived_whole(civi.whole, 154);
  CHECK(dump_difference(civi.source, civi.whole.target()) == "");
}

TEST_CASE("every key, default and comment of CiviCRM comes along but for what is said not to") {
  const Civicrm& civi = civicrm();
  const Promises there = promises_of(civi.source);
  CHECK(there.size() > 3800);
  // Two prefixes that may as well be whole columns; what needs a trigger.
  CHECK(promises_difference(there, promises_of(civi.whole.target())) ==
        "- civicrm_activity.modified_date: set on update\n"
        "- civicrm_case.modified_date: set on update\n"
        "- civicrm_contact.modified_date: set on update\n"
        "- civicrm_cxn.modified_date: set on update\n"
        "- civicrm_mailing.modified_date: set on update\n"
        "- civicrm_option_value: index (name(128), option_group_id)\n"
        "- civicrm_option_value: index (value(128), option_group_id)\n"
        "+ civicrm_option_value: index (name, option_group_id)\n"
        "+ civicrm_option_value: index (value, option_group_id)\n");
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
  const std::filesystem::path data = field_data("chinook");
  if (data.empty()) SKIP("no field data: set SLUICE_FIELD_DATA to a folder that holds chinook/");
  const MysqlFamilyDatabase source(MariadbServer::shared());
  source.run(chinook::script_after(data / "Chinook_MySql.sql", "USE "));
  const WholeDatabase whole(reader_url(source));
  REQUIRE(whole.move() == "");
  check_arrived_whole(whole, 11);
  CHECK(dump_difference(source, whole.target()) == "");
  CHECK(promises_difference(promises_of(source), promises_of(whole.target())) == "");
}

TEST_CASE(
    "Chinook goes from PostgreSQL to PostgreSQL in three commands, and the dumps are the same") {
  const std::filesystem::path data = field_data("chinook");
  if (data.empty()) SKIP("no field data: set SLUICE_FIELD_DATA to a folder that holds chinook/");
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

}  // namespace sluice::test
