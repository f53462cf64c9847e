#pragma once

#include "keys_fixture.h"

namespace sluice::test {

/// Equal rows of a table without a key are all there, and pairs of them do not cancel each other.
inline void check_twins_arrive(From from) {
  CAPTURE(to_string(from));
  Migration migration(from);
  migration.on_both("CREATE TABLE t (a int, b varchar(200))");
  migration.source(
      fmt::format("INSERT INTO t SELECT n % 50, repeat('x', 90) FROM {};"
                  "INSERT INTO t VALUES (1000, 'A'), (1000, 'A'), (NULL, NULL), "
                  "(NULL, NULL)",
                  numbers(from, 1500)));
  analyze(migration, "t");
  migration.move("t");
  copy_in_two_lives(migration);
  const std::string counts = "SELECT coalesce(a, -1), b, count(*) FROM {} GROUP BY a, b ORDER BY 1";
  CHECK(migration.difference(fmt::format(fmt::runtime(counts), "t"),
                             fmt::format(fmt::runtime(counts), "t__side")) == "");
  // As many rows, and each value an even number of times: only what they are differs.
  migration.target("UPDATE t__side SET b = 'B' WHERE b = 'A'");
  const RunResult verified = migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 3);
  CHECK(migration.sluice("verify", {"--target"}).exit_code == 3);
}

}  // namespace sluice::test
