// `sluice init` and the new tables that its config makes, with small databases of the test's own.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_read.h"

#include "support/dump_diff.h"
#include "support/mariadb_server.h"
#include "support/outcome.h"
#include "support/promises.h"
#include "support/whole_database.h"

namespace sluice::test {
namespace {

/// A shop whose tables and columns are named as people name them on MySQL.
void make_shop(const MysqlFamilyDatabase& db) {
  db.run(
      "CREATE TABLE Customer (Id int AUTO_INCREMENT PRIMARY KEY, Name varchar(40) NOT NULL UNIQUE,"
      " Kind enum('a','b') DEFAULT 'a');"
      "CREATE TABLE orders (id int unsigned AUTO_INCREMENT PRIMARY KEY, Buyer int, note text,"
      " CONSTRAINT bought FOREIGN KEY (Buyer) REFERENCES Customer (Id) ON DELETE CASCADE);"
      "INSERT INTO Customer (Name) VALUES ('x'), ('y'); INSERT INTO orders (Buyer, note) "
      "SELECT 1 + seq % 2, repeat('n', seq) FROM seq_1_to_500");
}

struct Shop {
  Shop() { make_shop(source); }
  MysqlFamilyDatabase source{MariadbServer::shared()};
  WholeDatabase whole{reader_url(source)};
  [[nodiscard]] const PostgresDatabase& target() const { return whole.target(); }
};

/// Tables of the target that are not sluice's own: "public.orders public.parts".
std::string tables_of(const PostgresDatabase& db) {
  return db.value(
      "SELECT coalesce(string_agg(schemaname || '.' || tablename, ' ' ORDER BY schemaname COLLATE "
      "\"C\", tablename COLLATE \"C\"), '') FROM pg_tables WHERE schemaname NOT IN ('sluice', "
      "'pg_catalog', 'information_schema')");
}

std::string columns_of(const PostgresDatabase& db, const std::string& table) {
  return db.value(fmt::format(
      "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = "
      "'{}'::regclass AND attnum > 0",
      table));
}

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("init writes a config that is there then, and does not touch one that was") {
  const Shop shop;
  const RunResult first = shop.whole.init();
  INFO(first.out << first.err);
  REQUIRE(first.exit_code == 0);
  CHECK(says(first.out, "2 tables, about 50"));
  CHECK(says(first.out, "2 new in the target, 0 there already"));
  CHECK_FALSE(says(first.out, "aside]"));
  CHECK(says(first.out + first.err, "Next: sluice copy --config " + shop.whole.config()));
  const std::string written = shop.whole.config_text();
  const RunResult second = shop.whole.init({"--lower"});
  CHECK(second.exit_code == 2);
  CHECK(says(second.err, shop.whole.config() + " is there already"));
  CHECK(shop.whole.config_text() == written);
  CHECK(tables_of(shop.target()) == "");
}

TEST_CASE("init and plan say once what the source's user cannot see, and nothing to one who can") {
  const Shop shop;
  const std::string& name = shop.source.name();
  const RunResult reader = shop.whole.init();
  INFO(reader.out << reader.err);
  REQUIRE(reader.exit_code == 0);
  CHECK(says(reader.out,
             fmt::format("cannot be seen by this user, and would not be moved [objects-not-seen]\n"
                         "    triggers of {0}, events of {0}, routines of {0}\n"
                         "    a user with TRIGGER on {0}, EVENT on {0}, SELECT on mysql.proc would "
                         "see them",
                         name)));
  const RunResult planned = shop.whole.sluice("plan");
  const std::size_t at = planned.err.find("[objects-not-seen]");
  CHECK(at != std::string::npos);
  CHECK(planned.err.find("[objects-not-seen]", at + 1) == std::string::npos);

  shop.source.run("CREATE TRIGGER tr BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = 'x'");
  const WholeDatabase all(
      url_of(shop.source, "defaults_file=" + shop.source.server().option_file()));
  const RunResult owner = all.init();
  INFO(owner.out << owner.err);
  // Once, with one thing to do about it.
  const std::size_t trigger = owner.out.find("[trigger-not-moved]");
  REQUIRE(trigger != std::string::npos);
  CHECK(owner.out.find("[trigger-not-moved]", trigger + 1) == std::string::npos);
  CHECK(owner.out.find("orders.tr", owner.out.find("orders.tr") + 1) == std::string::npos);
  CHECK_FALSE(says(owner.out, "[objects-not-seen]"));
}

TEST_CASE("a table whose defaults cannot be read costs no more than those defaults") {
  const MysqlFamilyDatabase source(MariadbServer::shared());
  source.run(
      "CREATE TABLE t (id int PRIMARY KEY, bytes binary(2) DEFAULT 'a'); INSERT INTO t VALUES (1, "
      "'b'); CREATE TABLE q (id int PRIMARY KEY, bytes binary(2) DEFAULT 'a')");
  const WholeDatabase whole([&] {
    source.run("DROP USER IF EXISTS writes_q@localhost; CREATE USER writes_q@localhost");
    source.run(
        fmt::format("GRANT SELECT ON `{0}`.t TO writes_q@localhost; "
                    "GRANT INSERT ON `{0}`.q TO writes_q@localhost",
                    source.name()));
    return url_of(source, "user=writes_q");
  }());
  const RunResult denied = whole.init();
  INFO(denied.out << denied.err);
  CHECK(denied.exit_code == 0);
  CHECK(says(denied.out, "the default is not moved: "));
  CHECK(says(denied.out, "SELECT command denied"));
  CHECK(says(denied.out, "q.bytes"));
  CHECK_FALSE(says(denied.out, "t.bytes"));

  MysqlSql other(source.server().option_file(), source.name());
  other.query("LOCK TABLES q WRITE");
  const WholeDatabase reader(reader_url(source));
  const RunResult locked = reader.init();
  INFO(locked.out << locked.err);
  CHECK(locked.exit_code == 0);
  CHECK(says(locked.out, "Lock wait timeout"));
  CHECK(says(locked.out, "q.bytes"));
  CHECK_FALSE(says(locked.out, "t.bytes"));
}

TEST_CASE("copy says how much init has said, and does not say it again") {
  const Shop shop;
  shop.source.run("CREATE TABLE tags (tag varchar(9) UNIQUE, FULLTEXT KEY words (tag))");
  require_exit(shop.whole.init(), 0);
  const RunResult planned = shop.whole.sluice("plan");
  CHECK(says(planned.err, "[fulltext-not-moved]"));
  const RunResult copied = shop.whole.sluice("copy");
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK_FALSE(says(copied.err, "note: "));
  CHECK(says(copied.err,
             " more remarks, and what to do: sluice plan --config " + shop.whole.config() + "\n"));
  // Warnings stay, but not what to do about them.
  CHECK(says(planned.err, "make a unique index on an expression"));
  CHECK(says(copied.err, "[collation]"));
  CHECK_FALSE(says(copied.err, "make a unique index on an expression"));
}

TEST_CASE(
    "the user that grants prints for a source on this machine can log in as the config does") {
  const Shop shop;
  require_exit(shop.whole.init(), 0);
  const std::string user = "granted_" + shop.source.name();
  const RunResult grants = shop.whole.sluice("grants", {"--side", "source", "--source-role", user});
  require_exit(grants, 0);
  shop.source.run(grants.out + fmt::format("ALTER USER {}@localhost ACCOUNT UNLOCK", user));
  shop.whole.edit_config("user=sluice_reader", "user=" + user);
  require_exit(shop.whole.sluice("copy"), 0);
  require_exit(shop.whole.sluice("verify"), 0);
  shop.source.run(fmt::format("DROP USER {}@localhost", user));
}

TEST_CASE("init of a source without tables writes nothing") {
  const MysqlFamilyDatabase source(MariadbServer::shared());
  const WholeDatabase whole(reader_url(source));
  const RunResult result = whole.init();
  CHECK(result.exit_code == 2);
  CHECK(says(result.err, "the source holds no tables"));
  CHECK_FALSE(std::filesystem::exists(whole.config()));
}

TEST_CASE("init refuses a URL that is none, a target out of reach and a target of the other kind") {
  const Shop shop;
  const TempDir dir;
  const auto init = [&dir](const std::string& source, const std::string& target) {
    return run_sluice({"init", "--source", source, "--target", target, "--out",
                       (dir.path() / "c.json").string()});
  };
  const std::string source = reader_url(shop.source);
  const RunResult no_url = init(source, "crm");
  CHECK(no_url.exit_code == 2);
  CHECK(says(no_url.err, "--target"));
  CHECK(init(source, "postgresql:///none?host=" + dir.path().string()).exit_code == 8);
  const RunResult other_kind = init(source, source);
  INFO(other_kind.out << other_kind.err);
  CHECK(other_kind.exit_code == 2);
  CHECK_FALSE(std::filesystem::exists(dir.path() / "c.json"));
}

TEST_CASE("two databases of one server go into schemas of their names, and refer to each other") {
  const Shop shop;
  const MysqlFamilyDatabase wiki(MariadbServer::shared());
  wiki.run(
      fmt::format("CREATE TABLE orders (id int PRIMARY KEY, sold int unsigned, kind enum('z'), KEY "
                  "Buyer (sold),"
                  " CONSTRAINT sold FOREIGN KEY (sold) REFERENCES {}.orders (id));"
                  "INSERT INTO orders VALUES (7, 1, 'z')",
                  shop.source.name()));
  REQUIRE(reader_url(wiki) != "");
  REQUIRE(shop.whole.move({"--schema", shop.source.name(), "--schema", wiki.name()}) == "");
  CHECK(tables_of(shop.target()) ==
        fmt::format("{0}.Customer {0}.orders {1}.orders", shop.source.name(), wiki.name()));
  CHECK(dump_difference(shop.source, shop.target(), shop.source.name()) == "");
  CHECK(dump_difference(wiki, shop.target(), wiki.name()) == "");
  for (const MysqlFamilyDatabase* db :
       {static_cast<const MysqlFamilyDatabase*>(&shop.source), &wiki}) {
    CHECK(promises_difference(promises_of(*db), promises_of(shop.target(), db->name())) == "");
  }
  CHECK(shop.target().value(fmt::format(
            "SELECT confrelid = '{}.orders'::regclass FROM pg_constraint WHERE conname = 'sold'",
            shop.source.name())) == "t");
}

TEST_CASE("--into makes a schema and puts all tables and types there") {
  const Shop shop;
  REQUIRE(shop.whole.move({"--into", "the \"new\" Shop"}) == "");
  CHECK(tables_of(shop.target()) == "the \"new\" Shop.Customer the \"new\" Shop.orders");
  CHECK(shop.target().value("SELECT nspname FROM pg_type t JOIN pg_namespace n ON n.oid = "
                            "typnamespace WHERE typtype = 'e'") == "the \"new\" Shop");
  CHECK(shop.target().value("SELECT count(*) FROM \"the \"\"new\"\" Shop\".orders") == "500");
}

TEST_CASE("--into the ledger's schema is refused before anything is made") {
  const Shop shop;
  const RunResult init = shop.whole.init({"--into", "sluice"});
  INFO(init.out << init.err);
  CHECK(init.exit_code == 2);
  CHECK(says(init.out, "[reserved-schema]"));
  CHECK(shop.whole.sluice("copy").exit_code == 2);
  CHECK(shop.target().value("SELECT to_regnamespace('sluice') IS NULL") == "t");
}

TEST_CASE("--lower writes names in lower case and keeps apart those that become one") {
  const Shop shop;
  shop.source.run(
      "CREATE TABLE Orders (Id int PRIMARY KEY, `Two Words` int, Next bigint AS (Id + 1) STORED);"
      "INSERT INTO Orders (Id, `Two Words`) VALUES (1, 2)");
  REQUIRE(shop.whole.move({"--lower"}) == "");
  CHECK(tables_of(shop.target()) == "public.customer public.orders public.orders_2");
  const bool small_first = columns_of(shop.target(), "orders") == "id buyer note";
  CHECK(columns_of(shop.target(), small_first ? "orders_2" : "orders") == "id two words next");
  CHECK(columns_of(shop.target(), "customer") == "id name kind");
  CHECK(shop.target().value("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = "
                            "'bought'") ==
        "FOREIGN KEY (buyer) REFERENCES customer(id) ON UPDATE RESTRICT ON DELETE CASCADE");
}

TEST_CASE("tables that are there are filled aside, and new ones beside them take their names") {
  const Shop shop;
  PgSql(fmt::format("{} user=sluice_creator", shop.target().conninfo()))
      .query(
          "CREATE TABLE \"Customer\" (\"Id\" int PRIMARY KEY, \"Name\" varchar(40) NOT NULL "
          "UNIQUE, \"Kind\" text)");
  const RunResult init = shop.whole.init();
  INFO(init.out << init.err);
  REQUIRE(init.exit_code == 0);
  CHECK(says(init.out, "1 new in the target, 1 there already"));
  CHECK(says(init.out, "[filled-aside]\n    public.Customer\n"));
  CHECK(says(init.out, "<table>__side"));
  CHECK(says(init.out, "[refers-aside]\n    public.orders.bought\n"));
  CHECK(says(init.out, "refers to public.Customer__side, not to public.Customer"));
  REQUIRE(shop.whole.sluice("copy").exit_code == 0);
  REQUIRE(shop.whole.sluice("verify").exit_code == 0);
  CHECK(tables_of(shop.target()) == "public.Customer public.Customer__side public.orders");
  CHECK(shop.target().value("SELECT confrelid::regclass FROM pg_constraint WHERE conname = "
                            "'bought'") == "\"Customer__side\"");
}

TEST_CASE("new tables of a whole database stay aside where its config says so") {
  const Shop shop;
  REQUIRE(shop.whole.init().exit_code == 0);
  shop.whole.edit_config(R"("new_tables": "live")", R"("new_tables": "side")");
  REQUIRE(shop.whole.sluice("copy").exit_code == 0);
  CHECK(shop.whole.sluice("verify").exit_code == 0);
  CHECK(tables_of(shop.target()) == "public.Customer__side public.orders__side");
  CHECK(shop.target().value("SELECT count(*) FROM orders__side") == "500");
  const RunResult again = shop.whole.sluice("copy");
  CHECK(again.exit_code == 0);
  CHECK(says(again.err, "nothing to do"));
}

TEST_CASE("a copy that is killed while new tables are made, filled, indexed and named goes on") {
  const Shop shop;
  REQUIRE(shop.whole.init().exit_code == 0);
  for (const char* const point :
       {"before_side_commit", "after_claim", "before_commit", "after_commit",
        "before_copied_commit", "before_step_commit", "after_step", "before_name_commit",
        "after_name_commit", "before_state_commit", "after_state_commit"}) {
    CAPTURE(point);
    RunOptions options;
    options.env = {{"SLUICE_KILL_AT", point}};
    const RunResult killed = shop.whole.sluice("copy", {}, options);
    INFO(killed.out << killed.err);
    CHECK(killed.signal == SIGKILL);
  }
  const RunResult copied = shop.whole.sluice("copy");
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK(shop.whole.sluice("verify").exit_code == 0);
  CHECK(dump_difference(shop.source, shop.target()) == "");
  CHECK(promises_difference(promises_of(shop.source), promises_of(shop.target())) == "");
  CHECK(numbers_given_again(shop.target()) == "");
}

TEST_CASE("a second init and copy into the same tables is refused before anything is written") {
  const Shop shop;
  REQUIRE(shop.whole.move() == "");
  shop.whole.forget_config();
  const RunResult init = shop.whole.init({"--name", "again"});
  INFO(init.out << init.err);
  CHECK(init.exit_code == 0);
  CHECK(says(init.out, "0 new in the target, 2 there already"));
  CHECK(says(init.out, "[existing-rows]"));
  const RunResult copied = shop.whole.sluice("copy");
  CHECK(copied.exit_code == 2);
  CHECK(says(copied.err, "the live target table already holds rows"));
  CHECK(tables_of(shop.target()) == "public.Customer public.orders");
  CHECK(dump_difference(shop.source, shop.target()) == "");
}

TEST_CASE("a copy of new tables that is done says so, however often it is asked for") {
  const Shop shop;
  REQUIRE(shop.whole.move() == "");
  const RunResult again = shop.whole.sluice("copy");
  CHECK(again.exit_code == 0);
  CHECK(says(again.err, "nothing to do"));
  CHECK(shop.whole.sluice("verify").exit_code == 0);
  const RunResult anew = shop.whole.sluice("copy", {"--new-run"});
  CHECK(anew.exit_code == 2);
  CHECK(dump_difference(shop.source, shop.target()) == "");
}

TEST_CASE(
    "what init finds wrong is an error that names the place, and the config is there to mend") {
  const Shop shop;
  shop.target().run("CREATE TABLE \"Customer\" (\"Id\" int PRIMARY KEY, needed int NOT NULL)");
  const RunResult init = shop.whole.init({"--json"});
  CHECK(init.exit_code == 2);
  const codec::JsonDocument report = codec::parse_json_or_throw(init.out, "init");
  CHECK(report.root().at("schema").as_string() == "sluice.init/1");
  CHECK(report.root().at("new_tables").as_integer() == 1);
  CHECK_FALSE(report.root().at("errors").items().empty());
  CHECK(std::filesystem::exists(shop.whole.config()));
  CHECK(shop.whole.sluice("copy").exit_code == 2);
  CHECK(tables_of(shop.target()) == "public.Customer");
}

}  // namespace sluice::test
