// What a database of MySQL's own server holds beside tables.

#include <catch2/catch_test_macros.hpp>

#include "mysql_others_fixture.h"

namespace sluice::test::mysql {

TEST_CASE("what a MySQL database holds beside tables is listed") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  make_one_of_each(db);
  CHECK(others_of(db::read_catalog(*session_of(db))) ==
        Texts{"event e", "function f", "procedure p", "trigger u.tr", "view v"});
}

TEST_CASE("a MySQL user is told of what he is not shown, and by which right he would be") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  check_unseen(db, "SHOW_ROUTINE", "*.*");
}

}  // namespace sluice::test::mysql
