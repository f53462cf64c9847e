// Where counters stand, of more than one statement asks for.
#include "sluice/db/counters.h"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "sluice/ledger/ledger.h"

#include "mysql_fixture.h"
#include "pg_fixture.h"

namespace sluice::test {
namespace {

constexpr int kMany = 1101;

/// c1, c2, ...; in the order of names every statement would give, none would be in its place.
std::vector<model::QualifiedName> names(const std::string& schema, int count) {
  std::vector<model::QualifiedName> counters;
  for (int n = count; n > 0; --n) counters.push_back({schema, fmt::format("c{}", n)});
  return counters;
}

void make_sequences(const PostgresDatabase& database) {
  database.query(fmt::format(
      "DO $$ BEGIN FOR n IN 1..{} LOOP EXECUTE format('CREATE SEQUENCE c%s', n); "
      "EXECUTE format('SELECT setval(''c%s'', %s, %L)', n, n, n % 2 = 0); END LOOP; END $$",
      kMany));
}

}  // namespace

TEST_CASE("many sequences are read in their order, recorded, and recorded again") {
  const PostgresDatabase database;
  make_sequences(database);
  const auto session = db::open_session(endpoint_of(database), db::Purpose::target);
  std::vector<model::QualifiedName> asked = names("public", kMany);
  asked.insert(asked.begin() + 3, {"public", "nobody"});
  const auto positions = db::read_counters(*session, asked);
  REQUIRE(positions.size() == asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    INFO(asked[i].text());
    CHECK(positions[i].name == asked[i]);
    if (i == 3) {
      CHECK_FALSE(positions[i].last_value);
      continue;
    }
    CHECK("c" + positions[i].last_value.value() == asked[i].table);
    CHECK(positions[i].is_called == (std::stoi(positions[i].last_value.value()) % 2 == 0));
  }
  ledger::ensure_schema(*session);
  ledger::Run run;
  run.id = "run";
  run.stage = "copying";
  session->begin();
  ledger::create_run(*session, run, "{}", {});
  ledger::record_counters(*session, run.id, positions);
  ledger::record_counters(*session, run.id, positions);
  session->commit();
  CHECK(
      to_text(database.query("SELECT count(*), sum(last_value), count(*) FILTER (WHERE is_called) "
                             "FROM sluice.counter")) ==
      fmt::format("{} | {} | {}\n", kMany + 1, kMany * (kMany + 1) / 2, kMany / 2));
  const auto unseen = ledger::unseen_counters(*session, run.id);
  REQUIRE(unseen.size() == 1);
  CHECK(unseen.front().table == "nobody");
}

TEST_CASE("many tables of MariaDB say in their order which number is next") {
  const MariadbDatabase database;
  constexpr int kTables = 101;
  for (int n = 1; n <= kTables; ++n) {
    database.query(fmt::format(
        "CREATE TABLE c{} (id int AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = {}", n, n + 1));
  }
  const auto session = db::open_session(mysql::endpoint_of(database), db::Purpose::catalog);
  const auto asked = names(database.name(), kTables);
  const auto positions = db::read_counters(*session, asked);
  REQUIRE(positions.size() == asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    CHECK(positions[i].name == asked[i]);
    CHECK(positions[i].last_value == std::to_string(kTables - static_cast<int>(i) + 1));
  }
}

}  // namespace sluice::test
