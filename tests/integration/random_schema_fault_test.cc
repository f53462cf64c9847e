// Databases of random tables and rows through init, copy (killed and resumed) and verify; what
// arrived is compared by SQL that shares nothing with sluice.
//
// SLUICE_RANDOM_SEED and SLUICE_RANDOM_RUNS say where the long case begins and how many databases
// it makes; `scripts/test --random N [SEED]` does so.
#include <cstdlib>
#include <random>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "random_move.h"
#include "support/mariadb_server.h"
#include "support/mysql_server.h"
#include "support/random_postgresql.h"
#include "support/random_same.h"

namespace sluice::test {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): one thread
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

void check_postgresql(std::uint64_t seed) {
  const RandomDatabase database = random_postgresql(seed);
  const PostgresDatabase source;
  PgSql session(source.conninfo());
  const Refused refused =
      make_database(database, [&session](const std::string& sql) { return session.query(sql); });
  INFO(report(database, refused));
  const WholeDatabase move(reader_url(source));
  for (const RandomTable& table : database.tables) let_reader_read(source, table.schema);
  if (!moves(move, seed)) return;
  const PostgresDatabase& target = move.target();
  for (const RandomTable& table : database.tables) {
    CHECK(table_difference(database.name_of(table), source, target) == "");
  }
  CHECK(schema_difference(source, target) == "");
  CHECK(sequences_behind(target) == "");
}

}  // namespace

TEST_CASE("random databases of PostgreSQL arrive as they are") {
  for (const std::uint64_t seed : {1U, 3U}) check_postgresql(seed);
}

TEST_CASE("random databases of MariaDB arrive as they are") {
  for (const std::uint64_t seed : {3U, 5U}) check_random_mysql(MariadbServer::shared(), seed);
}

TEST_CASE("many random databases arrive as they are", "[long]") {
  const std::uint64_t first = number_of("SLUICE_RANDOM_SEED", std::random_device{}());
  const std::uint64_t runs = number_of("SLUICE_RANDOM_RUNS", 20);
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    check_postgresql(seed);
    check_random_mysql(MariadbServer::shared(), seed);
    if (MysqlServer::missing().empty()) check_random_mysql(MysqlServer::shared(), seed);
  }
}

}  // namespace sluice::test
