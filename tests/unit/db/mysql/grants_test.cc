#include "db/mysql/grants.h"

#include <catch2/catch_test_macros.hpp>

namespace sluice::db::mysql {
namespace {

using Texts = std::vector<std::string>;

Texts writing(std::string_view line) {
  return writing_privileges(read_grant(line), {{"crm", "customers"}, {"crm", "orders"}});
}

}  // namespace

TEST_CASE("privileges that change rows are found in what SHOW GRANTS prints") {
  CHECK(writing("GRANT SELECT, DELETE ON `crm`.* TO `u`@`%`") == Texts{"DELETE on crm.*"});
  CHECK(writing("GRANT ALL PRIVILEGES ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*AB' WITH GRANT "
                "OPTION") == Texts{"ALL PRIVILEGES on *.*"});
  CHECK(
      writing("GRANT SELECT (`a`, `b`), UPDATE (`c ON d`, `e`), INSERT (`a`) ON `crm`.`orders` TO "
              "'u'@'%'") == Texts{"UPDATE on crm.orders", "INSERT on crm.orders"});
  CHECK(writing("GRANT DELETE HISTORY, SUPER ON *.* TO `u`@`%`").size() == 2);
}

TEST_CASE("privileges that only read, or on other tables, are not found") {
  for (const char* const line :
       {"GRANT SELECT, SHOW VIEW, LOCK TABLES, TRIGGER ON `crm`.* TO `u`@`%`",
        "GRANT USAGE, RELOAD, PROCESS, REPLICATION CLIENT, BINLOG MONITOR ON *.* TO `u`@`%`",
        "GRANT DELETE ON `crm2`.* TO `u`@`%`", "GRANT DELETE ON `crm`.`log` TO `u`@`%`",
        "GRANT `writers` TO `u`@`%`", "GRANT PROXY ON ''@'%' TO 'u'@'%' WITH GRANT OPTION",
        "GRANT ALTER ROUTINE ON PROCEDURE `crm`.`customers` TO `u`@`%`",
        "SET DEFAULT ROLE `writers` FOR `u`@`%`", "", "GRANT DELETE", "GRANT DELETE ON `crm`"}) {
    CAPTURE(line);
    CHECK(writing(line).empty());
  }
}

TEST_CASE("MySQL's dynamic privileges, which have no blank between them, are found") {
  CHECK(writing("GRANT BACKUP_ADMIN,BINLOG_ADMIN,FLUSH_TABLES,SET_ANY_DEFINER ON *.* TO `u`@`%` "
                "WITH GRANT OPTION") == Texts{"BINLOG_ADMIN on *.*", "SET_ANY_DEFINER on *.*"});
}

TEST_CASE("database names of grants are patterns") {
  CHECK(writing("GRANT DROP ON `c%`.* TO `u`@`%`").size() == 1);
  CHECK(writing("GRANT DROP ON `cr_`.* TO `u`@`%`").size() == 1);
  CHECK(writing("GRANT DROP ON `cr\\_`.* TO `u`@`%`").empty());
  CHECK(writing("GRANT DROP ON `%`.* TO `u`@`%`").size() == 1);
  CHECK(writing("GRANT DROP ON `%x`.* TO `u`@`%`").empty());
}

TEST_CASE("whether a privilege is given on a table, or on all of its schema") {
  const std::vector<Grant> grants = {
      read_grant("GRANT TRIGGER, SELECT ON `crm`.`orders` TO `u`@`%`"),
      read_grant("GRANT EVENT ON `c%`.* TO `u`@`%`"),
      read_grant("GRANT SHOW_ROUTINE ON *.* TO `u`@`%`"),
      read_grant("GRANT ALL PRIVILEGES ON `wiki`.* TO `u`@`%`")};
  CHECK(gives_one_of(grants, {"TRIGGER"}, {"crm", "orders"}));
  CHECK_FALSE(gives_one_of(grants, {"TRIGGER"}, {"crm", "log"}));
  CHECK_FALSE(gives_one_of(grants, {"TRIGGER"}, {"crm", ""}));
  CHECK(gives_one_of(grants, {"EVENT", "TRIGGER"}, {"crm", ""}));
  CHECK_FALSE(gives_one_of(grants, {"EVENT"}, {"shop", ""}));
  CHECK(gives_one_of(grants, {"SHOW_ROUTINE"}, {}));
  CHECK(gives_one_of(grants, {"EVENT"}, {"wiki", ""}));
  CHECK_FALSE(gives_one_of(grants, {"EVENT"}, {}));
}

TEST_CASE("names in quotes may hold anything") {
  const Grant grant = read_grant("GRANT DROP ON `a``. ON b`.`c TO d` TO `u`@`%`");
  CHECK(grant.schema == "a`. ON b");
  CHECK(grant.table == "c TO d");
  CHECK(grant.privileges == Texts{"DROP"});
}

}  // namespace sluice::db::mysql
