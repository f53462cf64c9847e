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
#include "support/random_arrived.h"
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

std::string report(const RandomDatabase& database, const Refused& refused) {
  const std::string text = fmt::format("{}; refused: {} rows, {} statements", database.sizes(),
                                       refused.rows, refused.statements);
  std::cerr << text << "\n";
  return text;
}

void check_postgresql(std::uint64_t seed) {
  const RandomDatabase database = random_postgresql(seed);
  const PostgresDatabase source;
  const PostgresDatabase target;
  PgSql session(source.conninfo());
  const Refused refused =
      make_database(database, [&session](const std::string& sql) { return session.query(sql); });
  INFO(report(database, refused));
  RandomMove move(url_of(source, reader_of(source)), url_of(target, target.server().user()));
  Random random(seed);
  if (!moves(move, random)) return;
  for (const RandomTable& table : database.tables) {
    CHECK(table_difference(database.name_of(table), source, target) == "");
  }
  CHECK(schema_dump_difference(source, target) == "");
  CHECK(sequences_behind(target) == "");
}

std::string url_of(const MysqlFamilyDatabase& db, const std::string& user) {
  return fmt::format("mysql:///{}?socket={}&user={}&defaults_file=/dev/null", db.name(),
                     db.server().socket(), user);
}

std::string reader_of(const MysqlFamilyDatabase& db) {
  const char* const more =
      db.server().is_mysql() ? "REPLICATION CLIENT, FLUSH_TABLES" : "BINLOG MONITOR, SLAVE MONITOR";
  db.run(
      fmt::format("CREATE USER IF NOT EXISTS random_reader@localhost;"
                  "GRANT SELECT, SHOW VIEW ON {}.* TO random_reader@localhost;"
                  "GRANT {} ON *.* TO random_reader@localhost",
                  db.name(), more));
  return "random_reader";
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
  const PostgresDatabase target;
  MysqlSql connection(server.option_file(), source.name());
  const Session session = [&connection](const std::string& sql) { return connection.query(sql); };
  const Refused refused = make_database(database, session);
  INFO(report(database, refused));
  RandomMove move(url_of(source, reader_of(source)), url_of(target, target.server().user()));
  Random random(seed);
  if (!moves(move, random)) return;
  check_rows(database, session, target);
  CHECK(keys_difference(session, [&target](const std::string& sql) { return target.query(sql); }) ==
        "");
}

}  // namespace

TEST_CASE("random databases of PostgreSQL arrive as they are") {
  for (const std::uint64_t seed : {1, 2, 3}) check_postgresql(seed);
}

TEST_CASE("random databases of MariaDB arrive as they are") {
  for (const std::uint64_t seed : {1, 2, 3}) check_mysql(MariadbServer::shared(), seed);
}

TEST_CASE("many random databases arrive as they are", "[long]") {
  const std::uint64_t first = number_of("SLUICE_RANDOM_SEED", std::random_device{}());
  const std::uint64_t runs = number_of("SLUICE_RANDOM_RUNS", 40);
  const std::string only = std::getenv("RT_ONLY") ? std::getenv("RT_ONLY") : "";
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    if (only != "mysql") check_postgresql(seed);
    if (only != "pg") check_mysql(MariadbServer::shared(), seed);
  }
}

}  // namespace sluice::test
