#include "sluice/plan/grants.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/plan/draft.h"

#include "example.h"

namespace sluice::plan {
namespace {

config::Config with_endpoints() {
  config::Config config = example::config();
  config.source.engine = model::Engine::mysql;
  config.target.database = "crm";
  return config;
}

TEST_CASE(
    "a MySQL source user sees whole databases, cannot log in yet, and is told what more it may "
    "need") {
  config::Config config = with_endpoints();
  config.source.host = "db1";
  CHECK(source_grants(config, {}, nullptr) ==
        "-- source: a user that can read, and change nothing\n"
        "CREATE USER 'sluice_source'@'%' REQUIRE SSL ACCOUNT LOCK;\n"
        "GRANT SELECT ON `legacy`.* TO 'sluice_source'@'%';\n"
        "-- whether the source has moved since is told by its binary log alone, and only to users "
        "who may look at\n"
        "-- log and replication; for others every copy that goes on reads again what it has. On "
        "MariaDB (from 10.5 on):\n"
        "-- GRANT BINLOG MONITOR, SLAVE MONITOR ON *.* TO 'sluice_source'@'%';\n"
        "-- on MySQL:\n"
        "-- GRANT REPLICATION CLIENT ON *.* TO 'sluice_source'@'%';\n"
        "-- one point in time for all sessions: nothing more on MariaDB with a binary log; "
        "without one a lock of a moment:\n"
        "-- GRANT RELOAD ON *.* TO 'sluice_source'@'%';\n"
        "-- on MySQL always that lock; before 8.0.23 it is RELOAD, which may empty the binary log "
        "too:\n"
        "-- GRANT FLUSH_TABLES ON *.* TO 'sluice_source'@'%';\n"
        "-- to be shown triggers, events and routines, which are not moved; the first two it may "
        "make then, too:\n"
        "-- GRANT TRIGGER, EVENT ON `legacy`.* TO 'sluice_source'@'%';\n"
        "-- on MariaDB:\n"
        "-- GRANT SELECT ON mysql.proc TO 'sluice_source'@'%';\n"
        "-- on MySQL (from 8.0.20 on):\n"
        "-- GRANT SHOW_ROUTINE ON *.* TO 'sluice_source'@'%';\n"
        "-- nobody can use it yet. Then, so that the password stands in no file:\n"
        "-- ALTER USER 'sluice_source'@'%' IDENTIFIED BY '<password>' ACCOUNT UNLOCK;\n");
}

TEST_CASE("a database's name is no pattern, and names cannot leave their quotes") {
  config::Config config = with_endpoints();
  config.tables[0].source.schema = "old_c%m`";
  config.source.user = "o'brien";
  const std::string sql = source_grants(config, {"", "", "localhost"}, nullptr);
  CHECK(sql.find("CREATE USER 'o''brien'@'localhost' ACCOUNT LOCK;") != std::string::npos);
  CHECK(sql.find("GRANT SELECT ON `old\\_c\\%m```.* TO 'o''brien'@'localhost';") !=
        std::string::npos);
}

TEST_CASE("who reaches a MySQL server on the same machine can log in that way") {
  config::Config config = with_endpoints();
  const std::string local = "CREATE USER 'sluice_source'@'localhost' ACCOUNT LOCK;";
  const std::string remote = "CREATE USER 'sluice_source'@'%' REQUIRE SSL ACCOUNT LOCK;";
  const auto says = [&config](const std::string& sql) {
    return source_grants(config, {}, nullptr).find(sql) != std::string::npos;
  };
  CHECK(says(local));
  config.source.defaults_file = "/home/me/.my.cnf";  // says where the server is
  CHECK(says(remote));
  config.source.socket = "/run/mysqld/mysqld.sock";
  CHECK(says(local));
  CHECK_FALSE(says("skip_name_resolve"));
  config.source.socket = "";
  config.source.host = "127.0.0.1";
  CHECK(says(local));
  CHECK(says("skip_name_resolve"));
  config.source.host = "db1";
  CHECK(says(remote));
}

TEST_CASE("a line feed in a name does not make SQL of what is a comment") {
  config::Config config = with_endpoints();
  config.tables[0].source.schema = "a\nDROP TABLE t;";
  const std::string sql = source_grants(config, {"r\nDROP USER u;", "", ""}, nullptr);
  const std::size_t granted = sql.find("-- whether");
  REQUIRE(granted != std::string::npos);
  CHECK(sql.find("\nDROP", granted) == std::string::npos);
  CHECK(sql.find("\n-- DROP TABLE t;`.* TO", granted) != std::string::npos);
}

TEST_CASE(
    "a PostgreSQL source role reads the mapped tables and those of checks, and nothing else") {
  config::Config config = with_endpoints();
  config.source = {};
  config.source.database = "old";
  config::Check check;
  check.source.table = {"reports", "monthly"};
  config.checks = {check};
  CHECK(source_grants(config, {"reader", "", ""}, nullptr) ==
        "-- source: a role that can read what is copied, and change nothing\n"
        "CREATE ROLE \"reader\" LOGIN;\n"
        "ALTER ROLE \"reader\" SET default_transaction_read_only = on;\n"
        "GRANT CONNECT ON DATABASE \"old\" TO \"reader\";\n"
        "GRANT USAGE ON SCHEMA \"legacy\" TO \"reader\";\n"
        "GRANT USAGE ON SCHEMA \"reports\" TO \"reader\";\n"
        "GRANT SELECT ON TABLE \"legacy\".\"customers\" TO \"reader\";\n"
        "GRANT SELECT ON TABLE \"legacy\".\"orders\" TO \"reader\";\n"
        "GRANT SELECT ON TABLE \"reports\".\"monthly\" TO \"reader\";\n"
        "-- where sequences stand, so that no number is given out twice\n"
        "GRANT SELECT ON ALL SEQUENCES IN SCHEMA \"legacy\" TO \"reader\";\n"
        "GRANT SELECT ON ALL SEQUENCES IN SCHEMA \"reports\" TO \"reader\";\n"
        "-- then, in psql, so that it stands in no file: \\password \"reader\"\n");
}

TEST_CASE("a target role can make tables and read, but change no live table") {
  const std::string sql = target_grants(with_endpoints(), {}, nullptr);
  CHECK(sql.find("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE \"crm\"") != std::string::npos);
  CHECK(sql.find("GRANT USAGE, CREATE ON SCHEMA \"crm\"") != std::string::npos);
  CHECK(sql.find("GRANT SELECT ON TABLE \"crm\".\"customers\"") != std::string::npos);
  CHECK(sql.find("GRANT SELECT ON ALL SEQUENCES IN SCHEMA \"crm\"") != std::string::npos);
  CHECK(sql.find("GRANT pg_read_all_settings TO") != std::string::npos);
  for (const char* word : {"INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", " ALL ON"}) {
    CHECK(sql.find(word) == std::string::npos);
  }
}

TEST_CASE("rights on what the config makes are given where it is there") {
  config::Config config = with_endpoints();
  config.tables[0].create.emplace();
  config.tables[0].target = {"new$grants$\"", "it's"};
  const std::string sql = target_grants(config, {}, nullptr);
  CHECK(sql.find("GRANT USAGE, CREATE ON SCHEMA \"crm\" TO \"sluice_target\";") !=
        std::string::npos);
  CHECK(sql.find("-- what may not be there yet: whoever makes it owns it and needs no rights\n"
                 "DO $grants_$\nBEGIN\n"
                 "  IF to_regnamespace('\"new$grants$\"\"\"') IS NOT NULL THEN\n"
                 "    GRANT USAGE, CREATE ON SCHEMA \"new$grants$\"\"\" TO \"sluice_target\";\n"
                 "    GRANT SELECT ON ALL SEQUENCES IN SCHEMA \"new$grants$\"\"\" TO "
                 "\"sluice_target\";\n"
                 "  END IF;\n"
                 "  IF to_regclass('\"new$grants$\"\"\".\"it''s\"') IS NOT NULL THEN\n"
                 "    GRANT SELECT ON TABLE \"new$grants$\"\"\".\"it's\" TO \"sluice_target\";\n"
                 "  END IF;\nEND $grants_$;\n") != std::string::npos);
}

TEST_CASE("with a plan it is known what is there, and what lies elsewhere") {
  config::Config config = with_endpoints();
  Draft draft = plan::draft(config, "", example::source_catalog(), example::target_catalog());
  REQUIRE(draft.plan);
  draft.plan->tables.at(0).is_new = true;
  draft.plan->objects = {
      {model::SchemaObject::Kind::schema, {"", "types"}, "CREATE SCHEMA types", {}},
      {model::SchemaObject::Kind::extension, {"", "hstore"}, "", {}},
      {model::SchemaObject::Kind::type, {"types", "mood"}, "", {}}};
  draft.plan->counters = {{"legacy", "a_seq"}, {"elsewhere", "b_seq"}};
  const std::string target = target_grants(config, {}, &*draft.plan);
  CHECK(target.find("ON SCHEMA \"crm\"") != std::string::npos);
  CHECK(target.find("ON TABLE \"crm\".\"customers\"") == std::string::npos);
  CHECK(target.find("ON TABLE \"crm\".\"orders\"") != std::string::npos);
  CHECK(target.find("  IF to_regnamespace('\"types\"') IS NOT NULL") != std::string::npos);
  CHECK(target.find("\nGRANT USAGE, CREATE ON SCHEMA \"types\"") == std::string::npos);
  CHECK(target.find("\n-- CREATE EXTENSION IF NOT EXISTS \"hstore\";") != std::string::npos);

  config.source = {};
  const std::string source = source_grants(config, {}, &*draft.plan);
  CHECK(source.find("SEQUENCE \"elsewhere\".\"b_seq\"") != std::string::npos);
  CHECK(source.find("SCHEMA \"elsewhere\"") != std::string::npos);
  CHECK(source.find("a_seq") == std::string::npos);
}

TEST_CASE("with a plan, tables that foreign keys refer to outside it are there") {
  config::Config config = with_endpoints();
  config.tables.erase(config.tables.begin());
  config.leave.push_back({{"legacy", "customers"}, "moved last week", ""});
  const Draft draft = plan::draft(config, "", example::source_catalog(), example::target_catalog());
  REQUIRE(draft.plan);
  CHECK(
      target_grants(config, {}, &*draft.plan)
          .find("GRANT SELECT, REFERENCES ON TABLE \"crm\".\"customers\" TO \"sluice_target\";") !=
      std::string::npos);
}

TEST_CASE("a cutover needs the owners of live tables, whatever the names") {
  config::Config config = with_endpoints();
  config.tables.at(0).target = {"c'rm", "$grants$"};
  GrantRoles roles;
  roles.target = "mo'ver";
  const std::string sql = cutover_grants(config, roles);
  CHECK(sql.find("to_regclass('\"c''rm\".\"$grants$\"')") != std::string::npos);
  CHECK(sql.find("format('GRANT %I TO %I', owner.rolname, 'mo''ver')") != std::string::npos);
  // A name does not end the statement before its end.
  CHECK(sql.find("DO $grants$") == std::string::npos);
}

TEST_CASE(
    "a role that deletes can read and delete named tables, and add to the list of what went") {
  config::Config config = with_endpoints();
  config.tables.resize(1);
  config.tables[0].source = {"le`gacy", "per'son"};
  config.source.host = "db1";
  GrantRoles roles;
  roles.retire = "gone";
  CHECK(retire_grants(config, roles, "CREATE TABLE sluice.consumed ();\n") ==
        "-- source: a role that can delete rows of the tables that are copied; for the days in "
        "which\n-- rows are retired, and to be dropped then\n"
        "CREATE USER 'gone'@'%' REQUIRE SSL ACCOUNT LOCK;\n"
        "GRANT SELECT, DELETE, TRIGGER ON `le``gacy`.`per'son` TO 'gone'@'%';\n"
        "-- TRIGGER shows what would fire on a delete. PROCESS shows the foreign keys of all "
        "databases:\n-- one with ON DELETE CASCADE would take rows along that nobody has archived\n"
        "GRANT PROCESS ON *.* TO 'gone'@'%';\n"
        "-- what was deleted, written in the transactions that delete: it can be added to, and not "
        "changed\n"
        "CREATE TABLE sluice.consumed ();\n"
        "GRANT SELECT, INSERT ON sluice.consumed TO 'gone'@'%';\n"
        "-- nobody can use it yet. Then, so that the password stands in no file: ALTER USER ... "
        "IDENTIFIED BY\n-- '<password>' ACCOUNT UNLOCK\n");
  config.source.engine = model::Engine::postgresql;
  config.source.database = "crm";
  config.tables[0].source = {"a\"b", "per'son"};
  CHECK(retire_grants(config, {}, "CREATE TABLE sluice.consumed ();\n") ==
        "-- source: a role that can delete rows of the tables that are copied; for the days in "
        "which\n-- rows are retired, and to be dropped then\n"
        "CREATE ROLE \"sluice_retire\" LOGIN;\n"
        "GRANT CONNECT ON DATABASE \"crm\" TO \"sluice_retire\";\n"
        "GRANT USAGE ON SCHEMA \"a\"\"b\" TO \"sluice_retire\";\n"
        "GRANT SELECT, DELETE ON TABLE \"a\"\"b\".\"per'son\" TO \"sluice_retire\";\n"
        "-- what was deleted, written in the transactions that delete: it can be added to, and not "
        "changed\n"
        "CREATE TABLE sluice.consumed ();\n"
        "GRANT USAGE ON SCHEMA sluice TO \"sluice_retire\";\n"
        "GRANT SELECT, INSERT ON TABLE sluice.consumed TO \"sluice_retire\";\n"
        "-- then, in psql, so that it stands in no file: \\password \"sluice_retire\"\n");
}

}  // namespace
}  // namespace sluice::plan
