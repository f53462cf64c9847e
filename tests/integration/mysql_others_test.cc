// What a database of MariaDB holds beside tables, and how its tables are cut.

#include <catch2/catch_test_macros.hpp>

#include "mysql_others_fixture.h"

namespace sluice::test::mysql {
TEST_CASE("what a MariaDB database holds beside tables is listed") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE t (id int PRIMARY KEY, a int);"
      "CREATE VIEW v AS SELECT * FROM t;"
      "CREATE SEQUENCE s;"
      "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;"
      "CREATE FUNCTION f(x int) RETURNS int DETERMINISTIC RETURN x;"
      "CREATE PROCEDURE p() SELECT 1;"
      "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DISABLE DO SELECT 1");
  db.run(
      "SET sql_mode = ORACLE;"
      "CREATE PACKAGE pack AS FUNCTION one RETURN int; END;"
      "CREATE PACKAGE BODY pack AS FUNCTION one RETURN int AS BEGIN RETURN 1; END; END");
  CHECK(others_of(db::read_catalog(*session_of(db))) ==
        Texts{"event e", "function f", "package pack", "procedure p", "sequence s", "trigger t.tr",
              "view v"});
}

TEST_CASE("a MariaDB user is told of what he is not shown, and by which right he would be") {
  const MariadbDatabase db;
  check_unseen(db, "SELECT", "mysql.proc");
}

TEST_CASE("how a MariaDB table is cut into partitions is read") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE whole (a int);"
      "CREATE TABLE r (day date, `o``d` int) PARTITION BY RANGE (year(day))"
      " SUBPARTITION BY HASH (`o``d`) SUBPARTITIONS 2"
      " (PARTITION a VALUES LESS THAN (2020), PARTITION b VALUES LESS THAN MAXVALUE);"
      "CREATE TABLE k (a int, b int) PARTITION BY LINEAR KEY (a, b) PARTITIONS 3;"
      "CREATE TABLE l (a int, b int) PARTITION BY LIST COLUMNS (a) (PARTITION x VALUES IN (1, 2));"
      "CREATE TABLE own (a int PRIMARY KEY) PARTITION BY KEY () PARTITIONS 2");
  const auto key = [&](const char* table) { return table_of(db, table).partition_key; };
  CHECK(key("whole").empty());
  CHECK(key("r") == "RANGE (year(`day`)) SUBPARTITION BY HASH (`o``d`)");
  CHECK(key("k") == "LINEAR KEY (`a`,`b`)");
  CHECK(key("l") == "LIST COLUMNS (`a`)");
  CHECK(key("own") == "KEY");
}

}  // namespace sluice::test::mysql
