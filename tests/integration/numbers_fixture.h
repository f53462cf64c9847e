#pragma once

#include <catch2/catch_test_macros.hpp>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {

/// MySQL answers questions about numbers from what it knew a day ago, unless it is told not to.
inline void check_auto_increment_goes_on(From from) {
  Migration migration(from);
  migration.source("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, x text)");
  migration.source("INSERT INTO t (x) VALUES ('a')");
  migration.source("SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_NAME = 't'");
  migration.source("INSERT INTO t (x) VALUES ('b'), ('c'), ('d')");
  migration.source("DELETE FROM t WHERE id > 2");
  migration.move("t", "t", R"("create": {})");
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("INSERT INTO t (x) VALUES ('new') RETURNING id") == "5");
}

}  // namespace sluice::test
