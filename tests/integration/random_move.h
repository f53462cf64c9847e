#pragma once

#include <csignal>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "kill_points.h"
#include "support/random.h"
#include "support/random_arrived.h"
#include "support/random_mysql.h"
#include "support/whole_database.h"

/// A random database through init, copy (killed and resumed) and verify.
namespace sluice::test {

/// Small batches, so that some rows are many, and room for every row that cannot be moved.
inline void set_limits(const WholeDatabase& move) {
  move.edit_config("{", R"({"limits": {"batch_bytes": 65536, "min_free_bytes": 0,
                           "quarantine_rows": 100000},)");
}

/// Up to two places at which a copy is killed: "after_step:3".
inline std::vector<std::string> random_kills(Random& random) {
  const std::set<std::string> found = points_in_the_source();
  const std::vector<std::string> points(found.begin(), found.end());
  std::vector<std::string> kills;
  for (int left = random.between(0, 2); left > 0; --left) {
    const std::string point = random.pick(points);
    kills.push_back(fmt::format("{}:{}", point, random.one_in(2) ? 1 : random.between(1, 12)));
  }
  return kills;
}

/// Killed at all of these, as far as it comes by so often, then to the end.
inline RunResult copy_killed_at(const WholeDatabase& move, const std::vector<std::string>& kills) {
  for (const std::string& kill : kills) {
    RunOptions options;
    options.env = {{"SLUICE_KILL_AT", kill}};
    const RunResult killed = move.sluice("copy", {}, options);
    if (killed.signal != SIGKILL && killed.exit_code != 0) return killed;
  }
  return move.sluice("copy");
}

/// Notes are many, and what failed stands at the end.
inline std::string end_of(const RunResult& result) {
  constexpr std::size_t kShown = 3000;
  const std::string text = result.out + result.err;
  return text.size() <= kShown ? text : "..." + text.substr(text.size() - kShown);
}

inline bool succeeds(const RunResult& result) {
  INFO(end_of(result));
  CHECK(result.exit_code == 0);
  return result.exit_code == 0;
}

/// The three commands.
inline bool moves(const WholeDatabase& move, std::uint64_t seed) {
  if (!succeeds(move.init({"--all"}))) return false;
  set_limits(move);
  Random random(seed);
  const std::vector<std::string> kills = random_kills(random);
  CAPTURE(kills);
  return succeeds(copy_killed_at(move, kills)) && succeeds(move.sluice("verify"));
}

inline std::string report(const RandomDatabase& database, const Refused& refused) {
  const std::string text = fmt::format("{}; refused: {} rows, {} statements", database.sizes(),
                                       refused.rows, refused.statements);
  std::cerr << text << "\n";
  return text;
}

/// Rows of the source in quarantine.
inline std::size_t quarantined(const PostgresDatabase& target, const RandomTable& table) {
  return std::stoul(target.value(fmt::format(
      "SELECT count(DISTINCT source_key) FROM sluice.quarantine JOIN sluice.run r USING (run_id) "
      "WHERE table_no = (SELECT ordinality FROM json_array_elements(r.plan::json->'tables') WITH "
      "ORDINALITY AS t(t, ordinality) WHERE t->'target'->>'table' = {})",
      RandomDialect{}.literal(table.name))));
}

/// Every row of the source has arrived, or is in quarantine with a reason: a value that PostgreSQL
/// cannot hold, or a reference to such a row.
inline void check_rows(const RandomDatabase& database, const Session& source,
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

inline void check_random_mysql(MysqlFamilyServer& server, std::uint64_t seed) {
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

}  // namespace sluice::test
