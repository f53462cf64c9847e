#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "integration/verify_fixture.h"

/// What MariaDB and MySQL must do alike with texts of every character set.
namespace sluice::test::charset {

/// Every byte; pairs that begin with every byte; and some of three and four bytes: of sets that
/// have such characters, beyond the plane of two bytes, and halves of surrogate pairs.
inline std::vector<std::string> byte_texts() {
  std::vector<std::string> texts;
  for (int a = 0; a < 256; ++a) {
    texts.push_back(fmt::format("{:02x}", a));
    for (const int b : {0x30, 0x40, 0x5c, 0x7e, 0x80, 0xa1, 0xbf, 0xcc, 0xfe}) {
      texts.push_back(fmt::format("{:02x}{:02x}", a, b));
    }
    texts.push_back(fmt::format("8fb0{:02x}", a));
    texts.push_back(fmt::format("41{:02x}42", a));
    texts.push_back(fmt::format("00{:02x}0041", a));
  }
  for (const char* text : {"0000d83d", "d83dde00", "de00d83d", "3dd800de", "3dd84100", "0001f600",
                           "fffd", "fdff", "0000fffd", "efbfbd", "eda0bd", "f09f9880", "8431a437",
                           "81308130", "e0a480", "8ea1", "8eb5"}) {
    texts.emplace_back(text);
  }
  return texts;
}

/// Each table t_<character set> has the texts that the server takes for it, byte for byte.
inline std::vector<std::string> make_tables(Migration& migration) {
  std::string values;
  for (const std::string& text : byte_texts()) {
    values += (values.empty() ? "(x'" : "'), (x'") + text;
  }
  migration.source(
      "CREATE TABLE raw (id int PRIMARY KEY AUTO_INCREMENT, b varbinary(4));"
      "INSERT INTO raw (b) VALUES " +
      values + "')");
  std::vector<std::string> charsets;
  for (const Row& row :
       migration.source("SELECT CHARACTER_SET_NAME FROM information_schema.CHARACTER_SETS "
                        "WHERE CHARACTER_SET_NAME <> 'binary' ORDER BY 1")) {
    const std::string& charset = charsets.emplace_back(row.at(0).value());
    const std::string table = "t_" + charset;
    migration.source(fmt::format(
        "SET sql_mode = ''; CREATE TABLE {0} (id int PRIMARY KEY, v varchar(4) CHARACTER SET {1});"
        "INSERT IGNORE INTO {0} SELECT id, CONVERT(b USING {1}) FROM raw;"
        "DELETE t FROM {0} t JOIN raw USING (id) "
        "WHERE t.v IS NULL OR CONVERT(t.v USING binary) <> raw.b",
        table, charset));
    migration.target("CREATE TABLE " + table + " (id int PRIMARY KEY, v text)");
    migration.move(table, table, R"("quarantine_limit": 100000)",
                   charset == "latin1" ? R"({"same_names": true, "latin1_holds": {"v": "latin1"}})"
                                       : R"({"same_names": true})");
  }
  migration.leave("raw");
  return charsets;
}

struct Quarantined {
  std::string reason;
  std::string bytes;
};

inline std::map<std::string, Quarantined> quarantined(const Migration& migration,
                                                      const std::string& table) {
  std::map<std::string, Quarantined> rows;
  for (const Row& row : migration.target(fmt::format(
           "SELECT q.source_key::jsonb ->> 0, q.reason, encode(q.raw_value, 'hex') "
           "FROM sluice.quarantine q JOIN sluice.run USING (run_id) WHERE table_no = (SELECT "
           "ordinality FROM json_array_elements(plan::json->'tables') WITH ORDINALITY AS t(t, "
           "ordinality) WHERE t->'target'->>'table' = '{}')",
           table))) {
    rows[row.at(0).value()] = {row.at(1).value(), row.at(2).value()};
  }
  return rows;
}

/// Every row has arrived as the text that gives its bytes back, or is in quarantine with them.
inline void check_table(const Migration& migration, const std::string& charset) {
  const std::string table = "t_" + charset;
  std::map<std::string, std::string> arrived;
  for (const Row& row : migration.target(
           fmt::format("SELECT id, encode(convert_to(v, 'UTF8'), 'hex') FROM {}__side", table))) {
    REQUIRE(arrived.emplace(row.at(0).value(), row.at(1).value()).second);
  }
  const std::map<std::string, Quarantined> held = quarantined(migration, table);
  const Rows rows = migration.source(fmt::format(
      "SELECT id, LOWER(HEX(CONVERT(v USING binary))), LOWER(HEX(CONVERT(v USING utf8mb4))), "
      "LOWER(HEX(CONVERT(CONVERT(v USING utf8mb4) USING {}))) FROM {}",
      charset, table));
  CHECK(rows.size() == arrived.size() + held.size());
  CHECK(arrived.size() > 10);
  const bool is_unicode = charset.starts_with("u") && charset != "ujis";
  for (const Row& row : rows) {
    const std::string& id = row.at(0).value();
    CAPTURE(charset, row.at(1).value(), row.at(2).value_or("NULL"));
    if (const auto found = arrived.find(id); found != arrived.end()) {
      CHECK_FALSE(held.contains(id));
      CHECK(found->second == row.at(2));
      CHECK(row.at(3) == row.at(1));
      CHECK((is_unicode || charset == "gb18030" || row.at(2)->find("efbfbd") == std::string::npos));
      continue;
    }
    REQUIRE(held.contains(id));
    const Quarantined& kept = held.at(id);
    if (kept.reason == "no_character") {
      CHECK(kept.bytes == row.at(1));
      CHECK((row.at(3) != row.at(1) || row.at(2)->find("efbfbd") != std::string::npos));
    } else if (kept.reason == "invalid_utf8") {
      CHECK(is_unicode);
    } else {
      CHECK(kept.reason == "nul_byte");
      CHECK(kept.bytes == row.at(2));
    }
  }
}

inline void check_all(From from) {
  Migration migration(from);
  const std::vector<std::string> charsets = make_tables(migration);
  REQUIRE(charsets.size() > 35);
  copy_all(migration);
  for (const std::string& charset : charsets) check_table(migration, charset);
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 0);
  CHECK(verified.outcome() == "equal_except_quarantined");
}

}  // namespace sluice::test::charset
