// Databases of random tables and rows through init, copy (killed and resumed) and verify; what
// arrived is compared by SQL that shares nothing with sluice.
//
// SLUICE_RANDOM_SEED and SLUICE_RANDOM_RUNS say where the long case begins and how many databases
// it makes; `scripts/test --random N [SEED]` does so.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>

#include "random_move.h"
#include "support/random_same.h"

namespace sluice::test {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): one thread
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::string url_of(const PostgresDatabase& db, const std::string& user) {
  return fmt::format("postgresql:///{}?host={}&port={}&user={}", db.name(),
                     db.server().socket_dir(), db.server().port(), user);
}

/// A role that can only read.
std::string reader_of(const PostgresDatabase& db) {
  constexpr const char* kReader = "random_reader";
  if (db.value("SELECT count(*) FROM pg_roles WHERE rolname = 'random_reader'") == "0") {
    db.run("CREATE ROLE random_reader LOGIN; GRANT pg_read_all_data TO random_reader");
  }
  return kReader;
}

/// Notes are many, and what failed stands at the end.
std::string end_of(const RunResult& result) {
  constexpr std::size_t kShown = 3000;
  const std::string text = result.out + result.err;
  return text.size() <= kShown ? text : "..." + text.substr(text.size() - kShown);
}

/// The three commands, and what they said where one failed.
bool moves(RandomMove& move, Random& random) {
  {
    INFO(end_of(move.init()));
    CHECK(move.init().exit_code == 0);
  }
  if (move.init().exit_code != 0) return false;
  move.set_limits();
  const RunResult copied = move.copy(random);
  UNSCOPED_INFO("killed at: " << move.kills());
  {
    INFO(end_of(copied));
    CHECK(copied.exit_code == 0);
  }
  if (copied.exit_code != 0) return false;
  const RunResult verified = move.verify();
  INFO(end_of(verified));
  CHECK(verified.exit_code == 0);
  return true;
}

void check_postgresql(std::uint64_t seed) {
  const RandomDatabase database = random_postgresql(seed);
  const PostgresDatabase source;
  const PostgresDatabase target;
  PgSql session(source.conninfo());
  const Refused refused =
      make_database(database, [&session](const std::string& sql) { return session.query(sql); });
  INFO(database.sizes() << "; refused: " << refused.rows << " rows, " << refused.statements
                        << " statements");
  std::cerr << database.sizes() << "; refused: " << refused.rows << " rows, " << refused.statements
            << " statements\n";
  RandomMove move(url_of(source, reader_of(source)), url_of(target, target.server().user()));
  Random random(seed);
  if (!moves(move, random)) return;
  for (const RandomTable& table : database.tables) {
    CHECK(table_difference(database.name_of(table), source, target) == "");
  }
  CHECK(dump_difference(source, target) == "");
  CHECK(sequences_behind(target) == "");
}

}  // namespace

TEST_CASE("random databases of PostgreSQL arrive as they are") {
  for (const std::uint64_t seed : {1, 2, 3}) check_postgresql(seed);
}

TEST_CASE("many random databases arrive as they are", "[long]") {
  const std::uint64_t first = number_of("SLUICE_RANDOM_SEED", std::random_device{}());
  const std::uint64_t runs = number_of("SLUICE_RANDOM_RUNS", 40);
  for (std::uint64_t seed = first; seed < first + runs; ++seed) check_postgresql(seed);
}

}  // namespace sluice::test
