// Values that an index of a new table has no room for.
#include <cstdint>
#include <random>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_read.h"

#include "support/mariadb_server.h"
#include "support/whole_database.h"

namespace sluice::test {
namespace {

/// Four bytes a character, of which no compression makes much less.
std::string long_text(std::size_t characters) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same text each time
  std::string text;
  for (std::size_t i = 0; i < characters; ++i) {
    const std::uint32_t point = 0x10000 + random() % 0x10000;
    text.push_back(static_cast<char>(0xF0));
    text.push_back(static_cast<char>(0x80 | (point >> 12 & 0x3F)));
    text.push_back(static_cast<char>(0x80 | (point >> 6 & 0x3F)));
    text.push_back(static_cast<char>(0x80 | (point & 0x3F)));
  }
  return text;
}

/// Two tables; `index` is one of column v of the first.
struct LongValues {
  explicit LongValues(const std::string& index, std::size_t characters = 768) {
    source.run(fmt::format(
        "CREATE TABLE wide (id int PRIMARY KEY, v varchar(768) CHARACTER SET utf8mb4 COLLATE "
        "utf8mb4_bin, n int, {}, KEY by_n (n)); CREATE TABLE plain (id int PRIMARY KEY); "
        "INSERT INTO wide VALUES (1, 'short', 1), (2, '{}', 2); INSERT INTO plain VALUES (1)",
        index, long_text(characters)));
  }
  [[nodiscard]] std::string indexes() const {
    return whole.target().value(
        "SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes WHERE schemaname = "
        "'public'");
  }
  MysqlFamilyDatabase source{MariadbServer::shared()};
  WholeDatabase whole{reader_url(source)};
};

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a new table arrives without an index that has no room for a value, and says so") {
  const LongValues values("KEY by_v (v)");
  const RunResult init = values.whole.init({"--all"});
  INFO(init.out << init.err);
  REQUIRE(init.exit_code == 0);
  CHECK(says(init.out, "the longest of the keys of v has 3072 bytes"));
  // Whatever happens between the index that is missing and the end.
  const std::string point =
      GENERATE("", "before_step_commit", "before_checked_commit", "after_name_commit");
  if (!point.empty()) {
    const RunResult killed = values.whole.sluice(
        "copy", {}, {.env = {{"SLUICE_KILL_AT", point}}, .input = "", .directory = {}});
    REQUIRE(killed.signal == 9);
  }
  const RunResult copy = values.whole.sluice("copy", {"--json"});
  INFO(copy.out << copy.err);
  REQUIRE(copy.exit_code == 0);
  CHECK(says(copy.err, "public.wide has no index by_v, every row is there all the same: "));
  const auto json = codec::parse_json_or_throw(copy.out, "copy");
  REQUIRE(json.root().at("left_out").items().size() == 1);
  CHECK(json.root().at("left_out").items()[0].at("index").as_string() == "by_v");
  CHECK(values.indexes() == "by_n plain_pkey wide_pkey");
  CHECK(values.whole.target().value("SELECT string_agg(char_length(v)::text, ' ' ORDER BY id) FROM "
                                    "wide") == "5 768");
  CHECK(values.whole.sluice("verify").exit_code == 0);
  const RunResult status = values.whole.sluice("status");
  CHECK(says(status.out, "public.wide is without index by_v\n"));
  const RunResult status_json = values.whole.sluice("status", {"--json"});
  CHECK(says(status_json.out, "\"index\": \"by_v\""));
  const RunResult again = values.whole.sluice("copy");
  INFO(again.err);
  CHECK(again.exit_code == 0);
  CHECK(says(again.err, "has no index by_v"));
}

TEST_CASE("a run whose new table does without an index goes on with other limits") {
  const LongValues values("KEY by_v (v)");
  REQUIRE(values.whole.init().exit_code == 0);
  const RunOptions killed{
      .env = {{"SLUICE_KILL_AT", "after_name_commit"}}, .input = "", .directory = {}};
  REQUIRE(values.whole.sluice("copy", {}, killed).signal == 9);
  values.whole.edit_config("\"tables\"", "\"limits\": {\"quarantine_rows\": 7}, \"tables\"");
  const RunResult copy = values.whole.sluice("copy");
  INFO(copy.out << copy.err);
  CHECK(copy.exit_code == 0);
  CHECK(values.whole.sluice("verify").exit_code == 0);
}

TEST_CASE("a value that a new table's unique index has no room for sinks the table, as foretold") {
  const LongValues values("UNIQUE KEY by_v (v)");
  const RunResult init = values.whole.init({"--all"});
  INFO(init.out << init.err);
  REQUIRE(init.exit_code == 0);
  CHECK(says(init.out, "the longest of the keys of v has 3072 bytes"));
  const RunResult copy = values.whole.sluice("copy");
  INFO(copy.out << copy.err);
  CHECK(copy.exit_code == 3);
  CHECK(says(copy.err, "wide failed: index by_v: "));
  CHECK(values.whole.target().value("SELECT count(*) FROM wide__side") == "2");
}

TEST_CASE("keys that may be too long and are not are no more than noted") {
  const LongValues values("KEY by_v (v)", 600);
  const RunResult init = values.whole.init({"--all"});
  INFO(init.out << init.err);
  REQUIRE(init.exit_code == 0);
  CHECK(says(init.out, "though the longest now has 2400 bytes"));
  const RunResult copy = values.whole.sluice("copy");
  INFO(copy.err);
  CHECK(copy.exit_code == 0);
  CHECK(values.indexes() == "by_n by_v plain_pkey wide_pkey");
}

}  // namespace sluice::test
