#include "db/mysql/create_table.h"

#include <catch2/catch_test_macros.hpp>

using sluice::db::mysql::definitions_of;
using sluice::db::mysql::rules_of;

namespace {

constexpr const char* kTable =
    "CREATE TABLE `odd) (name` (\n"
    "  `id` int(10) unsigned NOT NULL COMMENT 'it''s, CONSTRAINT `a` FOREIGN KEY (x) ON DELETE "
    "CASCADE\\'',\n"
    "  `p``q` decimal(10,2) DEFAULT '1,2',\n"
    "  PRIMARY KEY (`id`),\n"
    "  CONSTRAINT `a` FOREIGN KEY (`p``q`) REFERENCES `t (` (`id)`),\n"
    "  CONSTRAINT `b` FOREIGN KEY (`id`,`x`) REFERENCES `t` (`i`,`j`) ON DELETE SET NULL ON UPDATE "
    "CASCADE,\n"
    "  CONSTRAINT `c` FOREIGN KEY (`id`) REFERENCES `t` (`i`) ON UPDATE NO ACTION\n"
    ") ENGINE=InnoDB COMMENT='CONSTRAINT `z` FOREIGN KEY (`id`) ON DELETE CASCADE'";

}  // namespace

TEST_CASE("the definitions of a table are parted at its own commas") {
  const auto definitions = definitions_of(kTable);
  REQUIRE(definitions.size() == 6);
  CHECK(definitions[1] == "`p``q` decimal(10,2) DEFAULT '1,2'");
  CHECK(definitions[2] == "PRIMARY KEY (`id`)");
  CHECK(definitions[5].ends_with("ON UPDATE NO ACTION"));
  CHECK(definitions_of("").empty());
  CHECK(definitions_of("CREATE TABLE `t").empty());
}

TEST_CASE("what a foreign key does is read from its definition, and from nothing else") {
  const auto definitions = definitions_of(kTable);
  CHECK(rules_of(definitions, "a").on_delete.empty());
  CHECK(rules_of(definitions, "b").on_delete == "SET NULL");
  CHECK(rules_of(definitions, "b").on_update == "CASCADE");
  CHECK(rules_of(definitions, "c").on_delete.empty());
  CHECK(rules_of(definitions, "c").on_update == "NO ACTION");
  CHECK(rules_of(definitions, "z").on_delete.empty());
}
