// Databases of random tables and rows through init, copy (killed and resumed) and verify; what
// arrived is compared by SQL that shares nothing with sluice.
//
// SLUICE_RANDOM_SEED and SLUICE_RANDOM_RUNS say where the long case begins and how many databases
// it makes; `scripts/test --random N [SEED]` does so.
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "random_move.h"
#include "support/mariadb_server.h"
#include "support/random_arrived.h"
#include "support/random_same.h"

namespace sluice::test {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): one thread
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Notes are many, and what failed stands at the end.
std::string end_of(const RunResult& result) {
  constexpr std::size_t kShown = 3000;
  const std::string text = result.out + result.err;
  return text.size() <= kShown ? text : "..." + text.substr(text.size() - kShown);
}

bool succeeds(const RunResult& result) {
  INFO(end_of(result));
  CHECK(result.exit_code == 0);
  return result.exit_code == 0;
}

/// The three commands.
bool moves(const WholeDatabase& move, std::uint64_t seed) {
  if (!succeeds(move.init({"--all"}))) return false;
  set_limits(move);
  Random random(seed);
  const std::vector<std::string> kills = random_kills(random);
  CAPTURE(kills);
  return succeeds(copy_killed_at(move, kills)) && succeeds(move.sluice("verify"));
}

std::string report(const RandomDatabase& database, const Refused& refused) {
  const std::string text = fmt::format("{}; refused: {} rows, {} statements", database.sizes(),
                                       refused.rows, refused.statements);
  std::cerr << text << "\n";
  return text;
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

/// Rows of the source in quarantine.
std::size_t quarantined(const PostgresDatabase& target, const RandomTable& table) {
  return std::stoul(target.value(fmt::format(
      "SELECT count(DISTINCT source_key) FROM sluice.quarantine JOIN sluice.run r USING (run_id) "
      "WHERE table_no = (SELECT ordinality FROM json_array_elements(r.plan::json->'tables') WITH "
      "ORDINALITY AS t(t, ordinality) WHERE t->'target'->>'table' = {})",
      RandomDialect{}.literal(table.name))));
}

/// Every row of the source has arrived, or is in quarantine with a reason: a value that PostgreSQL
/// cannot hold, or a reference to such a row.
void check_rows(const RandomDatabase& database, const Session& source,
                const PostgresDatabase& target) {
  std::size_t unfit = 0;
  std::size_t missing = 0;
  PgSql session(target.conninfo() + " options='-c timezone=UTC'");
  for (const RandomTable& table : database.tables) {
    CAPTURE(database.create(table));
    const ArrivedTable compared = compare_rows(
        database, table, source, [&session](const std::string& sql) { return session.query(sql); });
    CHECK(compared.added == std::vector<std::string>{});
    CHECK(compared.unfit + compared.missing.size() == quarantined(target, table));
    if (table.foreign_keys.empty()) CHECK(compared.missing == std::vector<std::string>{});
    unfit += compared.unfit;
    missing += compared.missing.size();
  }
  if (unfit == 0) CHECK(missing == 0);
}

void check_mysql(MysqlFamilyServer& server, std::uint64_t seed) {
  const RandomDatabase database = random_mysql(seed, !server.is_mysql());
  const MysqlFamilyDatabase source(server);
  MysqlSql connection(server.option_file(), source.name());
  const Session session = [&connection](const std::string& sql) { return connection.query(sql); };
  const Refused refused = make_database(database, session);
  INFO(report(database, refused));
  const WholeDatabase move(reader_url(source));
  if (!moves(move, seed)) return;
  const PostgresDatabase& target = move.target();
  check_rows(database, session, target);
  CHECK(keys_difference(session, [&target](const std::string& sql) { return target.query(sql); }) ==
        "");
}

}  // namespace

TEST_CASE("random databases of PostgreSQL arrive as they are") {
  for (const std::uint64_t seed : {1, 3}) check_postgresql(seed);
}

TEST_CASE("random databases of MariaDB arrive as they are") {
  for (const std::uint64_t seed : {3, 5}) check_mysql(MariadbServer::shared(), seed);
}

TEST_CASE("many random databases arrive as they are", "[long]") {
  const std::uint64_t first = number_of("SLUICE_RANDOM_SEED", std::random_device{}());
  const std::uint64_t runs = number_of("SLUICE_RANDOM_RUNS", 20);
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    check_postgresql(seed);
    check_mysql(MariadbServer::shared(), seed);
  }
}

}  // namespace sluice::test
