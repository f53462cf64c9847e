// Two migrations from two servers into one target database: one ledger, two runs that do not touch
// each other.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "keys_fixture.h"
#include "support/reader.h"

namespace sluice::test {
namespace {

/// Two sources, both with a table of the same name and keys, and the first one's target for both.
struct TwoSources {
  Migration first{From::postgresql};
  Migration second{From::mariadb};

  TwoSources() {
    second.target_url(url_of(first.target_database(), first.target_database().server().user()));
    second.member("name", "\"second\"");
    for (const Migration* migration : {&first, &second}) {
      migration->source("CREATE TABLE t (id int PRIMARY KEY, payload varchar(100))");
      migration->source(fmt::format("INSERT INTO t SELECT n, {} FROM {}",
                                    migration == &first ? kPayload : "repeat('second', 16)",
                                    numbers(migration->from(), 1500)));
    }
    first.target(
        "CREATE TABLE t (id int PRIMARY KEY, payload text);"
        "CREATE TABLE other (id int PRIMARY KEY, payload text)");
    first.move("t");
  }
  [[nodiscard]] std::string first_difference_of(const Migration& source,
                                                const std::string& side) const {
    return first_difference(source.source("SELECT id, payload FROM t ORDER BY id"),
                            first.target("SELECT id, payload FROM " + side + " ORDER BY id"));
  }
};

}  // namespace

TEST_CASE("runs from two sources into one ledger are killed, go on and are verified apart") {
  TwoSources two;
  two.second.move("t", "other");
  REQUIRE(two.first.copy_killed_at("after_commit:2").signal == SIGKILL);
  REQUIRE(two.second.copy_killed_at("after_commit:2").signal == SIGKILL);
  require_exit(two.first.copy(), 0);
  CHECK(two.first.target_value("SELECT string_agg(name || ' ' || state, ', ' ORDER BY name) FROM "
                               "sluice.run") == "second running, test finished");
  CHECK(two.first.target_value("SELECT count(*) < 1500 FROM other__side") == "t");
  require_exit(two.second.copy(), 0);
  CHECK(two.first_difference_of(two.first, "t__side") == "");
  CHECK(two.first_difference_of(two.second, "other__side") == "");
  require_exit(two.first.sluice("verify"), 0);
  require_exit(two.second.sluice("verify"), 0);
  two.first.target("UPDATE other__side SET payload = 'x' WHERE id = 7");
  CHECK(two.second.sluice("verify").exit_code == 3);
  CHECK(two.first.sluice("verify").exit_code == 0);
}

TEST_CASE("a second source is refused the table and the name of a run under way") {
  TwoSources two;
  REQUIRE(two.first.copy_killed_at("after_commit:2").signal == SIGKILL);
  const auto refused = [&two](const char* reason) {
    const RunResult result = two.second.copy();
    INFO(result.out << result.err);
    CHECK((result.exit_code == 2 || result.exit_code == 7));
    CHECK(result.err.find(reason) != std::string::npos);
  };
  two.second.move("t");
  refused("t__side");
  two.second.forget_tables();
  two.second.move("t", "other");
  two.second.member("name", "\"test\"");
  refused("source");
  CHECK(two.first.target_value("SELECT count(*) FROM sluice.run") == "1");
  require_exit(two.first.copy(), 0);
  CHECK(two.first_difference_of(two.first, "t__side") == "");
}

}  // namespace sluice::test
