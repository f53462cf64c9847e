// Archived rows come back: into the source, and into a scratch database.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"
#include "support/mariadb_server.h"
#include "support/reader.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// All columns of the awkward table but two: the archive is the only place that keeps them.
std::string dropped_columns(bool is_mysql) {
  const std::vector<std::string> names =
      is_mysql
          ? std::vector<std::string>{"zero",  "part", "moment", "span", "y", "bits", "bytes", "big",
                                     "exact", "f",    "d",      "e",    "s", "doc",  "l",     "g"}
          : std::vector<std::string>{"n", "f4", "f8", "t", "b", "d", "ts", "i", "u",
                                     "j", "js", "a",  "m", "x", "r", "ip", "v", "g"};
  std::string json;
  for (const std::string& name : names) {
    json += fmt::format(R"({}{{"column": "{}", "lossy": true, "reason": "archived"}})",
                        json.empty() ? "" : ", ", name);
  }
  return json;
}

/// A table with a value of every kind that a way through text could spoil.
void make_awkward_table(Retirement& retirement) {
  if (retirement.is_mysql()) {
    retirement.migration.source(
        "SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO';"
        "CREATE TABLE w (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, keep int, zero date, part "
        "datetime, moment timestamp(6) NULL, span time(3), y year, bits bit(9), bytes "
        "varbinary(20), big bigint unsigned, exact decimal(65,30), f float, d double, e "
        "enum('a','b'), s set('x','y'), doc json, l varchar(20) CHARACTER SET latin1, g int AS "
        "(keep * 2) STORED);"
        "INSERT IGNORE INTO w (id, keep, zero, part, moment, span, y, bits, bytes, big, exact, f, "
        "d, e, s, doc, l) VALUES (0, 1, '0000-00-00', '2020-00-15 10:00:00', '2001-09-09 "
        "01:46:40.123456', '-838:59:59', 0, b'101010101', x'00ff27', 18446744073709551615, "
        "-0.000000000000000000000000000001, 1e-20, -0e0, 'nix', 'x,y', '{\"a\" : 1}', "
        "'gr\u00fc\u00df'),"
        "(1, 2, '2020-02-30', NULL, NULL, NULL, 1901, NULL, '', 0, 0, 0.1, 0.1, 'b', '', NULL, "
        "''), (2, 3, NULL, NULL, NULL, '838:59:59', NULL, NULL, NULL, NULL, NULL, 3.4e38, 1.7e308, "
        "NULL, "
        "NULL, NULL, NULL)");
  } else {
    retirement.migration.source(
        "CREATE TYPE mood AS ENUM ('sad', 'ok');"
        "CREATE TABLE w (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, keep int, n numeric, f4 "
        "float4, f8 float8, t text, b bytea, d date, ts timestamptz, i interval, u uuid, j jsonb, "
        "js json, a text[], m mood, x xml, r int4range, ip inet, v varbit, g int GENERATED ALWAYS "
        "AS (keep * 2) STORED);"
        "INSERT INTO w (keep, n, f4, f8, t, b, d, ts, i, u, j, js, a, m, x, r, ip, v) VALUES (1, "
        "'NaN', '-0', 'Infinity', E'a\\tb\\\\N\\n', '\\x00ff', '-infinity', '4713-01-01 BC', '1 "
        "mon -3 days', '00000000-0000-0000-0000-000000000001', '{\"a\": 1.10}', '{\"a\" : 1}', "
        "'{a,NULL,\"b,c\"}', 'ok', '<a>1</a>', '[1,5)', '10.0.0.1/8', '101'), (2, 1e-30, 1e-40, "
        "0.1, '', '', 'infinity', 'infinity', '0', NULL, '[]', '[]', '{}', 'sad', NULL, 'empty', "
        "NULL, ''), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
        "NULL, NULL, NULL, NULL, NULL)");
  }
  retirement.migration.move(
      "w", "w", R"("create": {})",
      R"({"columns": {"id": {"from": "id"}, "keep": {"from": "keep"}}, "drop": [)" +
          dropped_columns(retirement.is_mysql()) + "]}");
}

std::string text_of(const Retirement& retirement) {
  return to_text(retirement.migration.source(
      retirement.is_mysql()
          ? "SELECT id, keep, zero, part, moment, span, y, HEX(bits), HEX(bytes), big, exact, "
            "f + 0e0, d, 1 / d, e + 0, s, doc, HEX(l), g FROM w ORDER BY id"
          : "SELECT *, f4::text, x::text FROM w ORDER BY id"));
}

}  // namespace

TEST_CASE("every value of a row that went comes back as it was") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  make_awkward_table(retirement);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const std::string before = text_of(retirement);
  require_exit(retirement.retire(), 0);
  REQUIRE(retirement.migration.source_value("SELECT count(*) FROM w") == "0");
  const std::vector<std::string> restore = retirement.restore_words();
  require_exit(run_sluice(restore), 0);
  CHECK(text_of(retirement) == before);
  // Once more: all are there.
  const RunResult again = run_sluice(restore);
  require_exit(again, 0);
  CHECK_THAT(again.out, ContainsSubstring("were there"));
  CHECK(text_of(retirement) == before);
}

TEST_CASE("ten rows into the source, all of them into a scratch database") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table(1000);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const std::string columns = "id, name, kind, amount, born, note";
  const std::string wanted = "id IN (1, 2, 4, 5, 6, 8, 9, 500, 501, 1000)";
  const Rows before =
      retirement.migration.source("SELECT " + columns + " FROM t WHERE " + wanted + " ORDER BY id");
  const Rows all = retirement.migration.source(
      fmt::format("SELECT {} FROM t WHERE {} ORDER BY id", columns, Retirement::kGoes));
  require_exit(retirement.retire(), 0);
  REQUIRE(retirement.count(wanted) == "0");
  std::string keys;
  for (const int id : {1, 2, 4, 5, 6, 8, 9, 500, 501, 1000}) keys += fmt::format("[\"{}\"]\n", id);
  retirement.dir.put("keys", keys);
  const std::string table = retirement.migration.source_schema() + ".t";
  require_exit(
      run_sluice({"restore", "--archive", retirement.archive(), "--into",
                  retirement.migration.superuser_url(), "--table", table, "--keys",
                  retirement.dir.file("keys"), "--config", retirement.migration.config_file()}),
      0);
  CHECK(
      first_difference(before, retirement.migration.source("SELECT " + columns + " FROM t WHERE " +
                                                           wanted + " ORDER BY id")) == "");
  CHECK(retirement.count(Retirement::kGoes) == "10");

  const PostgresDatabase scratch;
  const RunResult result = run_sluice({"restore", "--archive", retirement.archive(), "--into",
                                       url_of(scratch, scratch.server().user()), "--table", table,
                                       "--rename", "back.t2"});
  require_exit(result, 0);
  CHECK_THAT(result.out, ContainsSubstring("rows/s"));
  CHECK(first_difference(all, scratch.query("SELECT " + columns + " FROM back.t2 ORDER BY id")) ==
        "");
}

TEST_CASE("a row that is there with other values stays, and is named") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  require_exit(retirement.retire(), 0);
  retirement.migration.source("INSERT INTO t VALUES (4, 'another', 'a', 1, 'x', 'y')");
  std::vector<std::string> restore = {"restore", "--archive", retirement.archive(), "--into",
                                      retirement.migration.superuser_url()};
  // Into their own source rows go by whom the policy admits, and that is recorded.
  const RunResult unnamed = run_sluice(restore);
  CHECK(unnamed.exit_code == 4);
  CHECK_THAT(unnamed.err, ContainsSubstring("--config"));
  restore.insert(restore.end(), {"--config", retirement.migration.config_file()});
  std::vector<std::string> by_another = restore;
  by_another.insert(by_another.end(), {"--operator", "alice@corp"});
  CHECK(run_sluice(by_another).exit_code == 4);
  CHECK(retirement.count(Retirement::kGoes) == "1");
  CHECK(retirement.migration.events("restore-begun").empty());
  const RunResult result = run_sluice(restore);
  CHECK(result.exit_code == 3);
  CHECK(retirement.migration.events("restore-begun").size() == 1);
  CHECK_THAT(retirement.migration.events("restored").at(0),
             ContainsSubstring(R"("others":1,"restored":39)"));
  CHECK_THAT(result.out, ContainsSubstring("[\"4\"]"));
  CHECK(retirement.migration.source_value("SELECT name FROM t WHERE id = 4") == "another");
  CHECK(retirement.count("true") == "50");
}

TEST_CASE("MariaDB: rows go into the database of the URL, not into that of the archive") {
  Retirement retirement(From::mariadb);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const std::string columns = "id, name, kind, amount, born, note";
  const Rows gone = retirement.migration.source(
      fmt::format("SELECT {} FROM t WHERE {} ORDER BY id", columns, Retirement::kGoes));
  require_exit(retirement.retire(), 0);
  MariadbDatabase scratch;
  const std::vector<std::string> restore = {
      "restore", "--archive", retirement.archive(), "--into",
      url_of(scratch, "defaults_file=" + scratch.server().option_file())};
  // The table is not there: the one of the source is no stand-in.
  CHECK(run_sluice(restore).exit_code == 7);
  CHECK(retirement.count(Retirement::kGoes) == "0");
  scratch.query(fmt::format("CREATE TABLE t LIKE {}.t", retirement.migration.source_schema()));
  require_exit(run_sluice(restore), 0);
  CHECK(retirement.count(Retirement::kGoes) == "0");
  CHECK(first_difference(
            gone, scratch.query(fmt::format("SELECT {} FROM t ORDER BY id", columns))) == "");
}

TEST_CASE("MariaDB: rows go into their source by whichever database a URL names, and on record") {
  Retirement retirement(From::mariadb);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  require_exit(retirement.retire(), 0);
  const MariadbDatabase scratch;
  const std::string schema = retirement.migration.source_schema();
  scratch.query(fmt::format("CREATE TABLE t LIKE {}.t", schema));
  const auto restore = [&](const std::string& into, const std::string& rename,
                           const std::vector<std::string>& more) {
    std::vector<std::string> words = {"restore",     "--archive", retirement.archive(),
                                      "--into",      into,        "--table",
                                      schema + ".t", "--rename",  rename};
    words.insert(words.end(), more.begin(), more.end());
    return run_sluice(words);
  };
  const std::string elsewhere = url_of(scratch, "defaults_file=" + scratch.server().option_file());
  const RunResult unnamed = restore(elsewhere, schema + ".t", {});
  CHECK(unnamed.exit_code == 4);
  CHECK_THAT(unnamed.err, ContainsSubstring("--config"));
  CHECK(retirement.count(Retirement::kGoes) == "0");
  // Out of the source's database, by its own URL: that is nobody's business.
  require_exit(restore(retirement.migration.superuser_url(), scratch.name() + ".t", {}), 0);
  CHECK(scratch.value("SELECT count(*) FROM t") == "40");
  CHECK(retirement.migration.events("restore-begun").empty());
  require_exit(restore(elsewhere, schema + ".t", {"--config", retirement.migration.config_file()}),
               0);
  CHECK(retirement.count(Retirement::kGoes) == "40");
  CHECK(retirement.migration.events("restored").size() == 1);
}

TEST_CASE("a dry run of a restore writes nothing, and a missed window is told") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  require_exit(retirement.retire(), 0);
  const PostgresDatabase scratch;
  const std::vector<std::string> restore = {"restore", "--archive", retirement.archive(), "--into",
                                            url_of(scratch, scratch.server().user())};
  std::vector<std::string> dry = restore;
  dry.emplace_back("--dry-run");
  const RunResult result = run_sluice(dry);
  require_exit(result, 0);
  CHECK_THAT(result.out, ContainsSubstring("CREATE TABLE"));
  CHECK(scratch.value("SELECT to_regclass('public.t') IS NULL") == "t");
  // The rows are back all the same; what is missed is the promise.
  require_exit(run_sluice(restore), 0);
  scratch.query("DELETE FROM public.t");
  scratch.query(
      "CREATE FUNCTION takes_long() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN PERFORM pg_sleep(1.2); RETURN NULL; END'");
  scratch.query(
      "CREATE TRIGGER takes_long BEFORE INSERT ON public.t FOR EACH STATEMENT "
      "EXECUTE FUNCTION takes_long()");
  std::vector<std::string> in_time = restore;
  in_time.insert(in_time.end(), {"--window", "1"});
  const RunResult late = run_sluice(in_time);
  CHECK(late.exit_code == 5);
  CHECK_THAT(late.err, ContainsSubstring("the window is 1 s"));
  CHECK(scratch.value("SELECT count(*) FROM public.t") == "40");
  in_time.back() = "3600";
  require_exit(run_sluice(in_time), 0);
}

}  // namespace sluice::test
