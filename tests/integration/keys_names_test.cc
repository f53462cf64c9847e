// Names: characters that quote, escape and end lines, the longest there are, other schemas and
// several databases.
#include <regex>

#include <catch2/generators/catch_generators.hpp>

#include "sluice/model/quote.h"
#include "sluice/schema/names.h"

#include "keys_fixture.h"
#include "support/mariadb_server.h"
#include "support/whole_database.h"

namespace sluice::test {
namespace {

std::string pg(std::string_view name) {
  return model::quote_identifier(model::Engine::postgresql, name);
}
std::string my(std::string_view name) {
  return model::quote_identifier(model::Engine::mariadb, name);
}

}  // namespace

TEST_CASE("tables, columns and schemas of any name arrive") {
  const std::string name =
      GENERATE("double\"quote", "back\\slash\\", "new\nline", "UPPER Case", "single'quote",
               "back`tick", "do.t", "percent%s{}$1?", "select");
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(name, to_string(from));
  Migration migration(from);
  const bool mysql = from == From::mariadb;
  const std::string column = "c " + name;
  const std::string key = "k " + name;
  const std::string schema = pg("s " + name);
  const auto create = [&](const auto& quoted, const std::string& table) {
    return fmt::format("CREATE TABLE {} ({} int PRIMARY KEY, {} varchar(20))", table, quoted(key),
                       quoted(column));
  };
  const std::string target = schema + "." + pg(name);
  migration.target(
      "CREATE SCHEMA " + schema + ";" + create(pg, target) +
      fmt::format("; CREATE INDEX {} ON {} ({})", pg("i " + name), target, pg(column)));
  const std::string source = mysql ? my(name) : target;
  if (mysql) {
    migration.source(create(my, source));
  } else {
    migration.source("CREATE SCHEMA " + schema + "; GRANT USAGE ON SCHEMA " + schema +
                     " TO sluice_reader;" + create(pg, source));
  }
  migration.source(fmt::format("INSERT INTO {} VALUES (1, 'one'), (2, NULL)", source));
  const std::string in_schema = config_part("s " + name) + "." + config_part(name);
  migration.move(mysql ? config_part(name) : in_schema, in_schema);
  copy_in_two_lives(migration);
  const auto select = [&](const auto& quoted, const std::string& table) {
    return fmt::format("SELECT {0}, {1} FROM {2} ORDER BY {0}", quoted(key), quoted(column), table);
  };
  const std::string side = schema + "." + pg(name + "__side");
  CHECK((mysql ? migration.difference(select(my, source), select(pg, side))
               : migration.difference(select(pg, source), select(pg, side))) == "");
  CHECK(migration.sluice("status").exit_code == 0);
}

TEST_CASE("names of 63 bytes that differ in the last one arrive side by side") {
  Migration migration;
  const std::string stem(62, 'n');
  for (const char* last : {"a", "b"}) {
    const std::string name = stem + last;
    migration.on_both(fmt::format("CREATE TABLE {0} ({0} int PRIMARY KEY, {1} int, UNIQUE ({1}))",
                                  name, stem + "c"));
    migration.source(fmt::format("INSERT INTO {} VALUES (1, 7), (2, 8)", name));
    migration.move(name);
  }
  migration.source(fmt::format("INSERT INTO {}b VALUES (3, 9)", stem));
  copy_in_two_lives(migration);
  // By what the plan has called them.
  for (const auto& [last, rows] : {std::pair("a", "2"), std::pair("b", "3")}) {
    const std::string side = migration.target_value(fmt::format(
        "SELECT t -> 'side' ->> 'table' FROM sluice.run, json_array_elements(plan::json -> "
        "'tables') t WHERE t -> 'target' ->> 'table' = '{}{}'",
        stem, last));
    CHECK(migration.target_value("SELECT count(*) FROM " + pg(side)) == rows);
    CHECK(migration.target_value(fmt::format("SELECT count(*) FROM pg_index WHERE indrelid = "
                                             "'{}'::regclass",
                                             pg(side))) == "2");
  }
}

TEST_CASE("names of 64 characters, which only MySQL has, are read") {
  Migration migration(From::mariadb);
  const std::string table(64, 't');
  // 128 bytes
  std::string column;
  for (int i = 0; i < 64; ++i) column += "\xc3\xa4";
  migration.source(
      fmt::format("CREATE TABLE {} ({} int PRIMARY KEY, b int); INSERT INTO {} VALUES "
                  "(1, 2), (2, NULL)",
                  my(table), my(column), my(table)));
  migration.target("CREATE TABLE t (a int PRIMARY KEY, b int)");
  migration.move(table, "t", "", fmt::format(R"({{"columns": {{"a": "{}", "b": "b"}}}})", column));
  copy_in_two_lives(migration);
  CHECK(migration.difference(
            fmt::format("SELECT {0}, b FROM {1} ORDER BY {0}", my(column), my(table)),
            "SELECT a, b FROM t__side ORDER BY a") == "");
}

TEST_CASE("names of 64 characters that are one after 63 bytes become two tables") {
  const MysqlFamilyDatabase source(MariadbServer::shared());
  const std::string stem(63, 'n');
  for (const char* const last : {"a", "b"}) {
    source.run(fmt::format(
        "CREATE TABLE {0}{1} (id int PRIMARY KEY, {0}{1} int, KEY {0}a ({0}{1}), KEY {0}b ({0}{1}, "
        "id)); INSERT INTO {0}{1} VALUES (1, 2), (3, NULL)",
        stem, last));
  }
  source.run(fmt::format("INSERT INTO {}b VALUES (5, 6)", stem));
  const WholeDatabase whole(reader_url(source));
  REQUIRE(whole.move() == "");
  CHECK(whole.target().value("SELECT string_agg(rows::text, ' ' ORDER BY rows) FROM (SELECT "
                             "(xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n "
                             "FROM %I', tablename), false, true, '')))[1]::text::int AS rows FROM "
                             "pg_tables WHERE schemaname = 'public') counts") == "2 3");
  CHECK(whole.target().value("SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'") == "6");
}

TEST_CASE(
    "columns of 64 characters that are one after 63 bytes arrive with all that speaks of them") {
  const MysqlFamilyDatabase source(MariadbServer::shared());
  const std::string stem(63, 'n');
  source.run(fmt::format(
      "CREATE TABLE parent ({0}a int PRIMARY KEY, {0}b int NOT NULL UNIQUE, {0}c int UNSIGNED "
      "COMMENT 'third', {0}d bigint AS ({0}b + {0}a) STORED, {0}e enum('x','y') DEFAULT 'y', "
      "{0}f enum('', 'z'), CHECK ({0}b > {0}a), KEY both_keys ({0}c, {0}b DESC));"
      "CREATE TABLE child (id int AUTO_INCREMENT PRIMARY KEY, {0}a int, {0}b int, "
      "CONSTRAINT first_key FOREIGN KEY ({0}a) REFERENCES parent ({0}a), "
      "CONSTRAINT second_key FOREIGN KEY ({0}b) REFERENCES parent ({0}b));"
      "INSERT INTO parent ({0}a, {0}b, {0}c, {0}f) VALUES (1, 2, 3, 'z'), (4, 5, NULL, '');"
      "INSERT INTO child ({0}a, {0}b) VALUES (1, 5), (4, NULL)",
      stem));
  const WholeDatabase whole(reader_url(source));
  const RunResult init = whole.init({"--all"});
  INFO(init.out << init.err);
  REQUIRE(init.exit_code == 0);
  CHECK(init.out.find("name-shortened") != std::string::npos);
  // Whoever writes the config by hand need not say what becomes of such names.
  const bool by_hand = GENERATE(false, true);
  if (by_hand) {
    static const std::regex kColumns(R"re(,"columns":\{[^}]*\})re");
    std::string text = std::regex_replace(whole.config_text(), kColumns, "");
    CHECK(text != whole.config_text());
    whole.edit_config(whole.config_text(), text);
  }
  const RunResult copy = whole.sluice("copy");
  INFO(copy.out << copy.err);
  REQUIRE(copy.exit_code == 0);
  const RunResult verify = whole.sluice("verify");
  INFO(verify.out << verify.err);
  REQUIRE(verify.exit_code == 0);
  const auto row = [&](const std::string& table, const std::string& condition) {
    return whole.target().value(
        fmt::format("SELECT translate(t::text, ' ', '_') FROM {} t WHERE {}", table, condition));
  };
  CHECK(row("parent", "t::text LIKE '(1,%'") == "(1,2,3,3,y,z)");
  CHECK(row("parent", "t::text LIKE '(4,%'") == "(4,5,,9,y,\"\")");
  CHECK(row("child", "id = 1") == "(1,1,5)");
  const auto name = [&](int number) {
    return whole.target().value(fmt::format(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'parent'::regclass AND attnum = {}",
        number));
  };
  CHECK(name(1) == schema::short_name(stem + "a"));
  CHECK(name(4) == schema::short_name(stem + "d"));
  CHECK(whole.target().value("SELECT attgenerated FROM pg_attribute WHERE attrelid = "
                             "'parent'::regclass AND attnum = 4") == "s");
  CHECK(whole.target().value("SELECT col_description('parent'::regclass, 3)") == "third");
  CHECK(whole.target().value("SELECT pg_get_indexdef('both_keys'::regclass)") ==
        fmt::format("CREATE INDEX both_keys ON public.parent USING btree ({}, {} DESC)", name(3),
                    name(2)));
  // The source's own, unsigned, and the members of an enum that is none here.
  CHECK(
      whole.target().value("SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid = "
                           "'parent'::regclass") == "3");
  CHECK(
      whole.target().value("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = "
                           "'second_key'") ==
      fmt::format("FOREIGN KEY ({0}) REFERENCES parent({0}) ON UPDATE RESTRICT ON DELETE RESTRICT",
                  name(2)));
  CHECK(whole.target().value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid "
                             "= 'child'::regclass") == "2");
}

TEST_CASE("a column that is called as another one would be cut arrives beside it") {
  const MysqlFamilyDatabase source(MariadbServer::shared());
  const std::string cut(64, 'n');
  const std::string same = schema::short_name(cut);
  const bool cut_first = GENERATE(true, false);
  source.run(fmt::format(
      "CREATE TABLE parent ({0} int NOT NULL, {1} int NOT NULL, UNIQUE KEY {2} ({0}), UNIQUE KEY "
      "{3} ({1}), CHECK ({2} > 0));"
      "CREATE TABLE child (id int PRIMARY KEY, {2} int, KEY {2} ({2}), CONSTRAINT cut FOREIGN KEY "
      "({2}) REFERENCES parent ({2}), CONSTRAINT same FOREIGN KEY (id) REFERENCES parent ({3}));"
      "INSERT INTO parent ({2}, {3}) VALUES (1, 2), (3, 4); INSERT INTO child VALUES (2, 3)",
      cut_first ? cut : same, cut_first ? same : cut, cut, same));
  const WholeDatabase whole(reader_url(source));
  const RunResult init = whole.init({"--all"});
  INFO(init.out << init.err);
  REQUIRE(init.exit_code == 0);
  // Whoever writes the config by hand need not say what becomes of such names.
  const bool by_hand = GENERATE(false, true);
  if (by_hand) {
    static const std::regex kColumns(R"re(,"columns":\{[^}]*\})re");
    const std::string text = std::regex_replace(whole.config_text(), kColumns, "");
    CHECK(text != whole.config_text());
    whole.edit_config(whole.config_text(), text);
  }
  const RunResult copy = whole.sluice("copy");
  INFO(copy.out << copy.err);
  REQUIRE(copy.exit_code == 0);
  const RunResult verify = whole.sluice("verify");
  INFO(verify.out << verify.err);
  REQUIRE(verify.exit_code == 0);
  const std::string other = schema::derived_name(cut, "_2");
  CHECK(whole.target().value(fmt::format("SELECT string_agg({} || '-' || {}, ',' ORDER BY 1) FROM "
                                         "parent",
                                         other, same)) == "1-2,3-4");
  const auto definition = [&](const std::string& constraint) {
    return whole.target().value(fmt::format(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conname = "
        "'{}'",
        constraint));
  };
  CHECK(definition("cut").find("parent(" + other + ")") != std::string::npos);
  CHECK(definition("same").find("parent(" + same + ")") != std::string::npos);
}

TEST_CASE("tables may be called as the ledger's are, or as what verify computes") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  for (const char* const name :
       {"checksum", "checksums", "run", "batch", "quarantine", "counter", "sluice"}) {
    const std::string table = from == From::mariadb ? my(name) : pg(name);
    const std::string create =
        "CREATE TABLE {0} ({1} int PRIMARY KEY, {2} varchar(9), {3} varchar(9))";
    migration.source(
        fmt::format(fmt::runtime(create + "; INSERT INTO {0} VALUES (1, 'x', NULL), (2, '', 'y')"),
                    table, name, "digest", "row_form"));
    migration.target(fmt::format(fmt::runtime(create), pg(name), name, "digest", "row_form"));
    migration.move(name);
  }
  copy_in_two_lives(migration);
  for (const char* const name : {"checksum", "run", "sluice"}) {
    CHECK(migration.table_difference(name, fmt::format("{}, digest, row_form", name)) == "");
  }
}

TEST_CASE("tables of several databases of one server arrive in one run") {
  Migration migration(From::mariadb);
  const std::string other = migration.source_value("SELECT database()") + "_other";
  migration.source(
      fmt::format("CREATE DATABASE {0}; GRANT SELECT, SHOW VIEW ON {0}.* TO "
                  "sluice_reader@localhost;"
                  "CREATE TABLE t (id int PRIMARY KEY, v varchar(9));"
                  "CREATE TABLE {0}.t (id int PRIMARY KEY, v varchar(9));"
                  "INSERT INTO t VALUES (1, 'here'); "
                  "INSERT INTO {0}.t VALUES (1, 'there'), (2, 'there')",
                  other));
  migration.target(
      "CREATE SCHEMA other; CREATE TABLE t (id int PRIMARY KEY, v text);"
      "CREATE TABLE other.t (id int PRIMARY KEY, v text)");
  migration.move("t");
  migration.move(other + ".t", "other.t");
  copy_in_two_lives(migration);
  CHECK(migration.table_difference("t", "id, v") == "");
  CHECK(migration.difference(fmt::format("SELECT id, v FROM {}.t ORDER BY id", other),
                             "SELECT id, v FROM other.t__side ORDER BY id") == "");
  migration.source(
      fmt::format("DROP DATABASE {0}; REVOKE SELECT, SHOW VIEW ON {0}.* FROM "
                  "sluice_reader@localhost",
                  other));
}

}  // namespace sluice::test
