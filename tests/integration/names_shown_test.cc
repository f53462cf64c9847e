// Names and values of a database that would steer a terminal, or make lines that sluice has not
// said, in what every verb tells people.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/mariadb_server.h"
#include "support/outcome.h"
#include "support/whole_database.h"

namespace sluice::test {
namespace {

/// In a string of either engine's SQL and as a name between quotation marks of either.
const std::string kEvil = "\x1b[31mred\nNext: rm -rf";

bool has_line(const std::string& text, std::string_view beginning) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(beginning)) return true;
  }
  return false;
}

void check_shown(const RunResult& result, int exit_code, std::string_view what) {
  INFO(what << "\n" << result.out << result.err);
  CHECK(result.exit_code == exit_code);
  for (const std::string& text : {result.out, result.err}) {
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK_FALSE(has_line(text, "Next: rm"));
  }
}

/// Every verb that lists tables, of a source whose tables and columns are called so.
void show_all(const WholeDatabase& whole, const std::string& spoil_target) {
  check_shown(whole.init({"--all"}), 0, "init");
  whole.forget_config();
  check_shown(whole.init(), 0, "init");
  for (const char* verb : {"inspect", "plan"}) check_shown(whole.sluice(verb), 0, verb);
  check_shown(whole.sluice("copy"), 0, "copy");
  for (const char* verb : {"verify", "status", "quarantine", "runs"}) {
    check_shown(whole.sluice(verb), 0, verb);
  }
  whole.target().run(spoil_target);
  const RunResult different = whole.sluice("verify");
  check_shown(different, 3, "verify");
  CHECK(different.out.find("\\x1b[31mred\\nNext: rm -rf") != std::string::npos);
  whole.target().run(fmt::format("DROP TABLE \"{}\"", kEvil));
  check_shown(whole.sluice("verify"), 10, "verify without a table");
}

const std::string kSpoil = fmt::format(
    "UPDATE \"{0}\" SET \"v{0}\" = '{0}' WHERE id = 1; DELETE FROM \"{0}\" WHERE id = 2", kEvil);

}  // namespace

TEST_CASE("no name of a PostgreSQL database steers a terminal or makes a line of its own") {
  const PostgresDatabase source;
  const WholeDatabase whole(reader_url(source));
  source.run(fmt::format(
      "CREATE TABLE \"{0}\" (id int PRIMARY KEY, \"v{0}\" text DEFAULT '{0}', CONSTRAINT \"c{0}\" "
      "CHECK (id > 0)); CREATE INDEX \"i{0}\" ON \"{0}\" (\"v{0}\");"
      "COMMENT ON TABLE \"{0}\" IS '{0}'; INSERT INTO \"{0}\" VALUES (1, '{0}'), (2, 'b');"
      "CREATE VIEW \"w{0}\" AS SELECT 1 AS \"{0}\";"
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
      "CREATE TRIGGER \"t{0}\" BEFORE INSERT ON \"{0}\" FOR EACH ROW EXECUTE FUNCTION f()",
      kEvil));
  show_all(whole, kSpoil);
}

TEST_CASE("no name of a MariaDB database steers a terminal or makes a line of its own") {
  const MysqlFamilyDatabase source(MariadbServer::shared());
  const WholeDatabase whole(reader_url(source));
  source.run(fmt::format(
      "CREATE TABLE `{0}` (id int PRIMARY KEY, `v{0}` varchar(60) DEFAULT '{0}' COMMENT '{0}', "
      "KEY `i{0}` (`v{0}`), FULLTEXT KEY `f{0}` (`v{0}`)) COMMENT '{0}';"
      "INSERT INTO `{0}` VALUES (1, '{0}'), (2, 'b'); CREATE VIEW `w{0}` AS SELECT 1 AS `x{0}`",
      kEvil));
  show_all(whole, kSpoil);
}

TEST_CASE("a message that names a table stays on its line") {
  const PostgresDatabase source;
  const WholeDatabase whole(reader_url(source));
  source.run(fmt::format("CREATE TABLE \"{0}\" (id int PRIMARY KEY)", kEvil));
  require_exit(whole.init(), 0);
  source.run(fmt::format("DROP TABLE \"{0}\"; CREATE TABLE t (id int)", kEvil));
  const RunResult refused = whole.sluice("copy");
  check_shown(refused, 2, "copy");
  CHECK(refused.err.find("\\x1b[31mred\\nNext: rm -rf") != std::string::npos);
}

}  // namespace sluice::test
