#pragma once

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "integration/verify_fixture.h"

/// What MariaDB and MySQL must do alike with texts that are longer than max_allowed_packet: many of
/// their functions make NULL of such a text, with no more than a warning.
namespace sluice::test::long_text {

/// 200,000 to 400,000 bytes a text, in sessions to come whose packets are 64 KiB.
inline void fill(Migration& migration) {
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, note longtext CHARACTER SET utf8mb4, "
      "old longtext CHARACTER SET latin1, czech longtext CHARACTER SET cp1250, data longblob, "
      "kind enum('sm\u00f6rg\u00e5s', 'b') CHARACTER SET utf8mb4);"
      "INSERT INTO t VALUES "
      "(1, CONCAT(REPEAT('\u00e9', 100000), ' needle'), REPEAT('\u00fc', 200000), "
      "REPEAT('\u0159', 200000), REPEAT(x'00ff', 100000), 'sm\u00f6rg\u00e5s'), "
      "(2, CONCAT(REPEAT('\u00e9', 100000), ' other'), 'x', 'x', x'00', 'b'), "
      "(3, REPEAT(' \t', 100000), 'x', 'x', x'00', 'b'), "
      "(4, REPEAT('\u00a0', 100000), 'x', 'x', x'00', 'b'), "
      "(5, 'short', NULL, NULL, NULL, NULL);"
      "SET GLOBAL max_allowed_packet = 65536");
  REQUIRE(migration.source_value("SELECT @@max_allowed_packet") == "65536");
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY, note text, old text, czech text, data bytea, kind "
      "text)");
}

inline void configure(Migration& migration) {
  migration.move("t", "t", "", R"({"same_names": true, "latin1_holds": {"old": "latin1"},
      "columns": {"czech": {"from": "czech", "lossy": true, "steps": [
          {"map": {"x": "y"}, "otherwise": "keep"}]}},
      "filter": {"not": {"column": "note", "op": "is_blank"}}})");
  migration.member("checks", R"([
      {"name": "needles", "measure": "count",
       "source": {"table": "t", "filter": {"column": "note", "op": "contains", "values": ["needle"]}},
       "target": {"table": "t", "filter": {"column": "note", "op": "contains", "values": ["needle"]}}},
      {"name": "notes", "measure": "count_distinct",
       "source": {"table": "t", "column": "note",
                  "filter": {"not": {"column": "note", "op": "is_blank"}}},
       "target": {"table": "t", "column": "note"}},
      {"name": "by text", "measure": "count",
       "source": {"table": "t", "group_by": ["old", "kind"],
                  "filter": {"not": {"column": "note", "op": "is_blank"}}},
       "target": {"table": "t", "group_by": ["old", "kind"]}},
      {"name": "last", "measure": "max",
       "source": {"table": "t", "column": "note"}, "target": {"table": "t", "column": "note"}}])");
}

/// "name outcome" of each check.
inline Lines checks_of(const Verified& verified) {
  Lines lines;
  for (const auto& check : verified.root().at("checks").items()) {
    lines.push_back(check.at("name").as_string() + " " + check.at("outcome").as_string());
  }
  return lines;
}

/// Texts arrive whole; each figure sees all of them, and a difference at their end.
inline void check_figures(Migration& migration) {
  fill(migration);
  configure(migration);
  copy_all(migration);
  CHECK(migration.quarantine("t").empty());
  CHECK(migration.target_value("SELECT string_agg(concat_ws(' ', id, length(note), length(old), "
                               "length(czech), length(data), kind), ', ' ORDER BY id) "
                               "FROM t__side") ==
        "1 100007 200000 200000 200000 sm\u00f6rg\u00e5s, 2 100006 1 1 1 b, 5 5");
  const Verified same = verify(migration);
  CHECK(same.exit_code() == 0);
  CHECK(checks_of(same) == Lines{"needles equal", "notes equal", "by text equal", "last equal"});
  CHECK(same.table().at("value_maps").items().at(0).at("outcome").as_string() == "equal");
  for (const auto& fact : same.table().at("facts").items()) {
    CHECK(fact.at("result").as_string() == "equal");
  }
  migration.target("UPDATE t__side SET note = left(note, 100000) || ' nether' WHERE id = 2");
  const Verified other = verify(migration);
  CHECK(other.exit_code() == 3);
  CHECK(other.counts() == "changed 1");
  CHECK(checks_of(other) ==
        Lines{"needles equal", "notes equal", "by text equal", "last different"});
}

}  // namespace sluice::test::long_text
