// Texts in character sets that are not UTF-8: what has no character in Unicode is kept apart.

#include <csignal>
#include <fstream>

#include "integration/charset_fixture.h"
#include "integration/mysql_fixture.h"

namespace sluice::test {
namespace {

/// Bytes that no server takes any more, as old ones did: the files of a table of bytes become those
/// of a table of texts.
void make_corrupt(Migration& migration, const std::string& charset, int character_bytes) {
  migration.source(fmt::format(
      "CREATE TABLE bytes (id int PRIMARY KEY, v varbinary({})) ENGINE=MyISAM;"
      "CREATE TABLE texts (id int PRIMARY KEY, v varchar(10) CHARACTER SET {}) ENGINE=MyISAM;"
      "INSERT INTO bytes VALUES (1, x'41E94220'), (2, x'EDA0BD20'), (3, x'D8412041'), "
      "(4, x'00110000'), (5, NULL), (6, CONVERT(CONVERT('\u00fc?' USING {}) USING binary));"
      "FLUSH TABLES bytes, texts",
      10 * character_bytes, charset, charset));
  const std::string dir = migration.source_value("SELECT CONCAT(@@datadir, DATABASE())");
  for (const char* end : {".MYD", ".MYI"}) {
    const std::ifstream from(dir + "/bytes" + end, std::ios::binary);
    std::ofstream to(dir + "/texts" + end, std::ios::binary | std::ios::trunc);
    to << from.rdbuf();
    REQUIRE(to.good());
  }
  migration.source("FLUSH TABLES; ALTER TABLE texts ENGINE=InnoDB; DROP TABLE bytes");
}

void make_codes(Migration& migration, const std::string& column) {
  migration.source("CREATE TABLE codes (code varchar(20) " + column +
                   " PRIMARY KEY, v int);"
                   "CREATE TABLE other (id int PRIMARY KEY);"
                   "INSERT INTO codes SELECT CONCAT(x'8A', seq), seq FROM seq_1_to_20000;"
                   "INSERT INTO other VALUES (1)");
  migration.target(
      "CREATE TABLE codes (code text PRIMARY KEY, v int);"
      "CREATE TABLE other (id int PRIMARY KEY)");
  migration.move("codes");
  migration.move("other");
}

}  // namespace

TEST_CASE("every text of MariaDB, in any character set, arrives as its bytes say or not at all") {
  charset::check_all(From::mariadb);
}

TEST_CASE("bytes that are no text in a column of Unicode go to quarantine as they are stored") {
  struct Case {
    const char* charset;
    int character_bytes;
    const char* held;
  };
  for (const Case& one : {Case{"utf8mb3", 3,
                               "1 41e94220 invalid_utf8; 2 eda0bd20 invalid_utf8; "
                               "3 d8412041 invalid_utf8; 4 00110000 nul_byte; "},
                          Case{"utf8mb4", 4,
                               "1 41e94220 invalid_utf8; 2 eda0bd20 invalid_utf8; "
                               "3 d8412041 invalid_utf8; 4 00110000 nul_byte; "},
                          Case{"utf16", 4, "3 d8412041 no_character; 4 1100 nul_byte; "},
                          Case{"utf32", 4,
                               "1 41e94220 no_character; 2 eda0bd20 no_character; "
                               "3 d8412041 no_character; 4 00110000 no_character; "}}) {
    CAPTURE(one.charset);
    Migration migration(From::mariadb);
    make_corrupt(migration, one.charset, one.character_bytes);
    migration.target("CREATE TABLE texts (id int PRIMARY KEY, v text)");
    migration.move("texts");
    copy_all(migration);
    std::string held;
    for (const auto& [id, row] : charset::quarantined(migration, "texts")) {
      held += id + " " + row.bytes + " " + row.reason + "; ";
    }
    CHECK(held == one.held);
    CHECK(to_text(migration.target("SELECT id, v FROM texts__side WHERE id > 4 ORDER BY id")) ==
          "5 | NULL\n6 | \u00fc?\n");
    CHECK(verify(migration).outcome() == "equal_except_quarantined");
  }
}

TEST_CASE("a key in another character set is found again after every stop") {
  Migration migration(From::mariadb);
  make_codes(migration, "CHARACTER SET cp1250 COLLATE cp1250_bin");
  CHECK(migration.sluice("plan").err.find("key-charset") != std::string::npos);
  for (int stop = 0; stop < 3; ++stop) {
    const RunResult killed = migration.copy_killed_at("after_commit");
    INFO("exit code " << killed.exit_code << ": " << killed.out << killed.err);
    REQUIRE(killed.signal == SIGKILL);
  }
  copy_all(migration);
  CHECK(migration.table_difference("other", "id").empty());
  CHECK(migration.target_value("SELECT count(*) FROM codes__side WHERE code = '\u0160' || v") ==
        "20000");
  CHECK(verify(migration).outcome() == "equal");
}

TEST_CASE("a key whose bytes have no character stops its table, and no other") {
  Migration migration(From::mariadb);
  make_codes(migration, "CHARACTER SET cp1250 COLLATE cp1250_bin");
  migration.source("UPDATE codes SET code = CONCAT(x'41', x'81', v) WHERE v = 700");
  const RunResult copied = migration.copy();
  CHECK(copied.exit_code != 0);
  CHECK(
      copied.err.find("key column code holds the bytes 4181373030, which are no text in cp1250") !=
      std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM other__side") == "1");
}

TEST_CASE("a text longer than the server's packets arrives whole from any character set") {
  MariadbServer server;
  Migration migration(server, PostgresServer::shared());
  migration.source("SET GLOBAL max_allowed_packet = 1 << 24");
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, a longtext CHARACTER SET utf8mb3, b longtext CHARACTER "
      "SET latin2, c longtext CHARACTER SET cp1250);"
      "INSERT INTO t VALUES (1, REPEAT('ab', 1 << 20), REPEAT('cd', 1 << 20), 'x'), "
      "(2, NULL, NULL, CONCAT(REPEAT('ef', 1 << 20), x'81'));"
      "SET GLOBAL max_allowed_packet = 1 << 20");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text)");
  migration.move("t");
  copy_all(migration);
  CHECK(to_text(migration.target("SELECT id, length(a), length(b), c FROM t__side")) ==
        "1 | 2097152 | 2097152 | x\n");
  CHECK(charset::quarantined(migration, "t").at("2").bytes.size() == 2 * 2097153);
}

}  // namespace sluice::test
