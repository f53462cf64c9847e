// Columns of latin1 in which programs have stored UTF-8: found, kept apart, and moved as the
// mapping says.
#include "sluice/codec/latin1.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "integration/latin1_fixture.h"

namespace sluice::test {
namespace {

/// Both kinds of names: 2 is of latin1; 3 and 4 are UTF-8, the latter with bytes that Windows-1252
/// does not define; 5 was cut within a character.
void make_people(Migration& migration, const std::string& mapping) {
  migration.source(
      "CREATE TABLE people (id int PRIMARY KEY, name varchar(40) CHARACTER SET latin1, "
      "alias varchar(40) CHARACTER SET utf8mb4);"
      "INSERT INTO people VALUES (1, 'Ann', x'4DC383C2BC6C6C6572'), (2, x'4DFC6C6C6572', NULL), "
      "(3, x'4DC3BC6C6C6572', NULL), (4, x'D09CD0BED181D0BAD0B2D0B0', ''), "
      "(5, x'4DC3BC6C6C6572C3', 'x'), (6, NULL, NULL)");
  migration.target("CREATE TABLE people (id int PRIMARY KEY, name varchar(40), alias text)");
  migration.move("people", "people", "", mapping);
}

std::string holding(const std::string& word) {
  const std::string name =
      R"("columns": {"name": {"from": "name", "lossy": true, "keep_rest": true}}, )";
  return fmt::format(R"({{"same_names": true, {}"latin1_holds": {{"name": "{}"}}}})",
                     word == "both" ? name : "", word);
}

std::string arrived(const Migration& migration) {
  return to_text(migration.target("SELECT id, name FROM people__side ORDER BY id"));
}

void check_equal_but_for(const Migration& migration, std::int64_t quarantined) {
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 0);
  CHECK(verified.outcome() == (quarantined == 0 ? "equal" : "equal_except_quarantined"));
  CHECK(verified.rows("quarantined") == quarantined);
}

}  // namespace

TEST_CASE("every byte that MariaDB can hold in latin1 comes back from the text that it sends") {
  latin1::check_bytes(MariadbDatabase());
}

TEST_CASE("UTF-8 in a latin1 column goes to quarantine where nobody said what it holds") {
  Migration migration(From::mariadb);
  make_people(migration, R"({"same_names": true})");
  const RunResult planned = migration.sluice("plan");
  CHECK(planned.err.find("latin1-may-hold-utf8") != std::string::npos);
  copy_all(migration);
  CHECK(arrived(migration) == "1 | Ann\n2 | M\u00fcller\n6 | NULL\n");
  CHECK(migration.quarantine("people") ==
        "[\"3\"] | name | utf8_in_latin1 | open\n[\"4\"] | name | utf8_in_latin1 | open\n"
        "[\"5\"] | name | utf8_in_latin1 | open\n");
  CHECK(migration.target_value("SELECT DISTINCT message FROM sluice.quarantine") ==
        "the bytes of this latin1 text are UTF-8, or were until it was cut: \"latin1_holds\" or a "
        "decision says what it is");
  check_equal_but_for(migration, 3);
  // A column of UTF-8 holds what it says, whatever it looks like.
  CHECK(migration.target_value("SELECT alias FROM people__side WHERE id = 1") ==
        "M\u00c3\u00bcller");
}

TEST_CASE("a latin1 column that is said to hold UTF-8 is repaired exactly") {
  Migration migration(From::mariadb);
  make_people(migration, holding("utf8"));
  copy_all(migration);
  CHECK(arrived(migration) ==
        "1 | Ann\n3 | M\u00fcller\n4 | \u041c\u043e\u0441\u043a\u0432\u0430\n6 | NULL\n");
  CHECK(migration.quarantine("people") ==
        "[\"2\"] | name | latin1_not_utf8 | open\n[\"5\"] | name | latin1_not_utf8 | open\n");
  check_equal_but_for(migration, 2);
  migration.target("UPDATE people__side SET name = 'M\u00c3\u00bcller' WHERE id = 3");
  const Verified damaged = verify(migration);
  CHECK(damaged.exit_code() == 3);
  REQUIRE(damaged.differences().size() == 1);
  CHECK(damaged.differences()[0].find("name: M\u00fcller -> M\u00c3\u00bcller") !=
        std::string::npos);
}

TEST_CASE("a latin1 column that is said to hold latin1 is taken as the server reads it") {
  Migration migration(From::mariadb);
  make_people(migration, holding("latin1"));
  copy_all(migration);
  CHECK(migration.table_difference("people", "id, name, alias").empty());
  CHECK(migration.target_value("SELECT name FROM people__side WHERE id = 3") ==
        "M\u00c3\u00bcller");
  check_equal_but_for(migration, 0);
}

TEST_CASE("a latin1 column of both kinds becomes one kind, and what was read is kept") {
  Migration migration(From::mariadb);
  make_people(migration, holding("both"));
  copy_all(migration);
  CHECK(arrived(migration) ==
        "1 | Ann\n2 | M\u00fcller\n3 | M\u00fcller\n4 | \u041c\u043e\u0441\u043a\u0432\u0430\n"
        "6 | NULL\n");
  CHECK(migration.quarantine("people") == "[\"5\"] | name | utf8_in_latin1 | open\n");
  CHECK(to_text(migration.target(
            "SELECT source_key, value FROM people__rest WHERE source_key = '[\"3\"]'")) ==
        "[\"3\"] | M\u00c3\u00bcller\n");
  CHECK(migration.target_value("SELECT count(*) FROM people__rest") == "2");
  check_equal_but_for(migration, 1);
}

TEST_CASE("filters, value maps and checks are compared by the text that was read anew") {
  latin1::check_figures(From::mariadb, GENERATE("utf8", "both"));
}

TEST_CASE("a key that is read anew still finds its row on either side") {
  Migration migration(From::mariadb);
  migration.source(
      "CREATE TABLE codes (code varchar(20) CHARACTER SET latin1 PRIMARY KEY, v int);"
      "INSERT INTO codes SELECT CONCAT(x'C3BC', seq), seq FROM seq_1_to_300;"
      "INSERT INTO codes VALUES (x'FC', 0)");
  migration.target("CREATE TABLE codes (code text PRIMARY KEY, v int)");
  migration.move("codes", "codes", "", R"({"same_names": true, "latin1_holds": {"code": "utf8"}})");
  copy_all(migration);
  CHECK(migration.target_value("SELECT count(*) FROM codes__side WHERE code = '\u00fc' || v") ==
        "300");
  CHECK(migration.quarantine("codes") == "[\"\u00fc\"] | code | latin1_not_utf8 | open\n");
  check_equal_but_for(migration, 1);
  migration.target("DELETE FROM codes__side WHERE v = 7");
  const Verified damaged = verify(migration);
  CHECK(damaged.counts() == "missing 1");
  REQUIRE(damaged.differences().size() == 1);
  CHECK(damaged.differences()[0].starts_with("missing [\"\u00fc7\"]"));
}

TEST_CASE("a suspected text is moved as people decide") {
  Migration migration(From::mariadb);
  make_people(migration, R"({"same_names": true})");
  copy_all(migration);
  const TempDir dir;
  const auto file = dir.write("d.json", R"({"schema": "sluice.decisions/1", "decisions": [
      {"table": "people", "source_key": ["3"], "person": "Ann", "reason": "asked her",
       "decision": {"set": {"name": "M\u00fcller"}}},
      {"table": "people", "source_key": ["4"], "person": "Ann", "reason": "it is that",
       "decision": "retry"}]})");
  const RunResult decided = migration.sluice("quarantine", {"decide", "--file", file.string()});
  CHECK(decided.exit_code == 3);
  CHECK(arrived(migration) == "1 | Ann\n2 | M\u00fcller\n3 | M\u00fcller\n6 | NULL\n");
  check_equal_but_for(migration, 2);
}

TEST_CASE("an answer about a column that is not of latin1 is refused before anything is copied") {
  Migration migration(From::mariadb);
  make_people(migration, R"({"same_names": true, "latin1_holds": {"alias": "utf8"}})");
  const RunResult copied = migration.copy();
  CHECK(copied.exit_code == 2);
  CHECK(copied.err.find("not-latin1") != std::string::npos);
}

}  // namespace sluice::test
