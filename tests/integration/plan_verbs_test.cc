// inspect, plan and grants, through the program and on real servers.
#include <fstream>
#include <iterator>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_read.h"

#include "support/migration.h"
#include "support/outcome.h"
#include "support/whole_database.h"

namespace sluice::test {
namespace {

codec::JsonDocument json_of(const RunResult& result) {
  INFO(result.err);
  return codec::parse_json_or_throw(result.out, "stdout");
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The URL of one side up to its socket and port, for another user.
std::string url_without_user(const Migration& migration, const char* side) {
  const codec::JsonDocument config = codec::parse_json_or_throw(migration.config_json(), "config");
  const std::string url = config.root().at(side).as_string();
  return url.substr(0, url.find("&user="));
}

/// Customers and orders on both sides, with something that a target can have and a source need not.
void make_shop(const Migration& migration) {
  migration.source(
      "CREATE TABLE customers (id int PRIMARY KEY, name varchar(40) NOT NULL);"
      "CREATE TABLE orders (customer_id int NOT NULL, line int NOT NULL, total decimal(8,2), "
      "PRIMARY KEY (customer_id, line));"
      "INSERT INTO customers VALUES (1, 'Ada'), (2, 'Bob');"
      "INSERT INTO orders VALUES (1, 1, 9.50), (2, 1, NULL)");
  migration.target(
      "CREATE TABLE countries (code text PRIMARY KEY); INSERT INTO countries VALUES ('gb');"
      "CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
      "name varchar(40) NOT NULL, country text DEFAULT 'gb' REFERENCES countries);"
      "CREATE TABLE orders (customer_id int REFERENCES customers, line int, total numeric(8,2), "
      "PRIMARY KEY (customer_id, line))");
}

void move_shop(Migration& migration) {
  migration.move("customers");
  migration.move("orders");
}

/// A migration of the shop, and a plan of it in a file.
struct PlannedShop {
  Migration migration;
  TempDir dir;
  std::string file = (dir.path() / "plan.json").string();

  PlannedShop() {
    make_shop(migration);
    move_shop(migration);
    require_exit(migration.sluice("plan", {"--out", file}), 0);
  }
};

}  // namespace

TEST_CASE("a plan goes to a file that copy takes, and the same config gives the same file") {
  Migration migration;
  make_shop(migration);
  move_shop(migration);
  const TempDir dir;
  const std::string file = (dir.path() / "plan.json").string();
  const RunResult planned = migration.sluice("plan", {"--out", file});
  INFO(planned.out << planned.err);
  REQUIRE(planned.exit_code == 0);
  CHECK(planned.out.find("public.orders to public.orders: by key (customer_id, line), 3 columns") !=
        std::string::npos);
  const std::string first = read_text(file);
  REQUIRE(migration.sluice("plan", {"--out", file}).exit_code == 0);
  CHECK(read_text(file) == first);
  const RunResult copied = migration.copy({"--plan", file});
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK(migration.table_difference("orders", "customer_id, line, total") == "");
}

TEST_CASE("a table that was altered since the plan is named, and nothing is copied") {
  const PlannedShop shop;
  const auto& [migration, dir, file] = shop;
  migration.target("ALTER TABLE customers ALTER name TYPE varchar(80)");
  const RunResult copied = migration.copy({"--plan", file});
  CHECK(copied.exit_code == 7);
  CHECK(copied.err.find("target public.customers: column name: character varying(40) not null is "
                        "now character varying(80) not null") != std::string::npos);
  CHECK(migration.target_value("SELECT to_regclass('customers__side') IS NULL") == "t");
}

TEST_CASE("a comment that changed since the plan was made is named as that") {
  const PlannedShop shop;
  const auto& [migration, dir, file] = shop;
  migration.target("COMMENT ON COLUMN customers.name IS 'as on the passport'");
  const RunResult copied = migration.copy({"--plan", file});
  INFO(copied.out << copied.err);
  CHECK(copied.exit_code == 7);
  CHECK(copied.err.find("target public.customers: comment on column name: is new, as on the "
                        "passport") != std::string::npos);
  CHECK(copied.err.find("is not what it was") == std::string::npos);
}

TEST_CASE("who makes plans need not be allowed to read the ledger") {
  Migration migration;
  make_shop(migration);
  move_shop(migration);
  require_exit(migration.copy(), 0);
  const std::string role = "planner_of_" + migration.target_value("SELECT current_database()");
  migration.target(
      fmt::format("CREATE ROLE {0} LOGIN; GRANT SELECT ON customers, orders TO {0}", role));
  migration.target_url(url_without_user(migration, "target") + "&user=" + role);
  const RunResult planned = migration.sluice("plan");
  INFO(planned.out << planned.err);
  CHECK(planned.exit_code == 0);
  CHECK(planned.err.find("side-tables-unknown") != std::string::npos);
  CHECK(planned.err.find("DROP TABLE") == std::string::npos);
  migration.target(fmt::format("DROP OWNED BY {0}; DROP ROLE {0}", role));
}

TEST_CASE("a plan's file that somebody changed is refused, and the change is named") {
  const PlannedShop shop;
  const auto& [migration, dir, file] = shop;
  const std::string text = read_text(file);
  const std::string statement = "CREATE TABLE ";
  const std::size_t at = text.find(statement);
  REQUIRE(at != std::string::npos);
  const std::string changed = std::string(text).insert(at, "DROP TABLE crm.x; ");
  const auto edited = dir.write("edited.json", changed);
  const RunResult copied = migration.copy({"--plan", edited.string()});
  INFO(copied.out << copied.err);
  CHECK(copied.exit_code == 7);
  CHECK(copied.err.find(": side_ddl is not what it was") != std::string::npos);
  CHECK(migration.target_value("SELECT to_regclass('customers__side') IS NULL") == "t");
}

TEST_CASE("a config without a plan says everything that is wrong, and writes no file") {
  Migration migration;
  make_shop(migration);
  migration.source("CREATE TABLE forgotten (id int PRIMARY KEY)");
  migration.move("customers", "custmers");
  migration.move("orders");
  const TempDir dir;
  const std::string file = (dir.path() / "plan.json").string();
  const RunResult planned = migration.sluice("plan", {"--out", file});
  CHECK(planned.exit_code == 2);
  CHECK(planned.err.find("[unknown-target-table]") != std::string::npos);
  CHECK(planned.err.find("[unmapped-source-table]") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(file));

  const codec::JsonDocument json = json_of(migration.sluice("plan", {"--json"}));
  CHECK(json.root().at("plan_sha256").is_null());
  CHECK(json.root().at("findings").items().size() >= 2);
}

TEST_CASE("what lies in other schemas is not passed over in silence") {
  Migration migration;
  make_shop(migration);
  move_shop(migration);
  migration.source("CREATE SCHEMA archive; CREATE TABLE archive.orders (id int)");
  migration.target(
      "CREATE SCHEMA billing; CREATE TABLE billing.accounts (customer int REFERENCES customers)");
  const RunResult planned = migration.sluice("plan");
  INFO(planned.out << planned.err);
  CHECK(planned.exit_code == 2);
  CHECK(planned.err.find("archive: holds 1 table(s), and the config names none "
                         "[unmapped-source-schema]") != std::string::npos);
  CHECK(planned.err.find(R"("leave": {"archive.*": "..."})") != std::string::npos);
  migration.leave("archive.*");
  const RunResult left = migration.sluice("plan");
  INFO(left.out << left.err);
  CHECK(left.exit_code == 0);
  CHECK(left.out.find("archive.* stays: ") != std::string::npos);
  CHECK(left.err.find("refers to public.customers, and is not in the plan") != std::string::npos);
  migration.leave("attic.*");
  CHECK(migration.sluice("plan").err.find("[unknown-left-schema]") != std::string::npos);
}

TEST_CASE("old values of a table without a key are refused by the plan, not by the copy") {
  Migration migration;
  migration.source("CREATE TABLE log (name text)");
  migration.target("CREATE TABLE log (name text)");
  migration.move("log", "log", "",
                 R"({"columns": {"name": {"from": "name", "steps": [{"truncate": 5}],
                     "lossy": true, "keep_rest": true}}})");
  const RunResult planned = migration.sluice("plan");
  INFO(planned.out << planned.err);
  CHECK(planned.exit_code == 2);
  CHECK(planned.err.find("[rest-needs-key]") != std::string::npos);
  CHECK(planned.err.find("leave \"keep_rest\" out") != std::string::npos);
}

TEST_CASE("the SQL that plan prints can be run as it stands") {
  Migration migration(From::mariadb);
  make_shop(migration);
  move_shop(migration);
  const RunResult planned = migration.sluice("plan", {"--sql"});
  INFO(planned.out << planned.err);
  REQUIRE(planned.exit_code == 0);
  const TempDir dir;
  // The data of a COPY FROM STDIN would follow it: an empty file in binary form stands in for them.
  std::string script;
  for (std::size_t at = 0; at < planned.out.size();) {
    const std::size_t end = planned.out.find('\n', at);
    const std::string line = planned.out.substr(at, end - at);
    if (!line.starts_with("COPY ")) script += line + "\n";
    at = end + 1;
  }
  const RunResult run = run_process({"psql", "-X", "-v", "ON_ERROR_STOP=1", "-d",
                                     migration.target_database().conninfo(), "-f",
                                     dir.write("script.sql", script).string()});
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(migration.target_value("SELECT count(*) FROM pg_constraint WHERE "
                               "conrelid::regclass::text ~ '__side$'") == "4");
}

TEST_CASE("inspect shows both servers, as JSON and for people") {
  for (const From from : {From::postgresql, From::mariadb}) {
    Migration migration(from);
    make_shop(migration);
    move_shop(migration);
    const RunResult text = migration.sluice("inspect");
    INFO(text.out << text.err);
    CHECK(text.exit_code == 0);
    CHECK(text.out.find("customers") != std::string::npos);
    CHECK(text.out.find("identity always") != std::string::npos);
    CHECK(text.out.find("can only read") != std::string::npos);
    const codec::JsonDocument json = json_of(migration.sluice("inspect", {"--json"}));
    REQUIRE(json.root().at("servers").items().size() == 2);
    const codec::JsonValue& source = json.root().at("servers").items()[0];
    CHECK(source.at("server").at("engine").as_string() ==
          (from == From::mariadb ? "mariadb" : "postgresql"));
    CHECK(source.at("write_privileges").items().empty());
    REQUIRE(source.at("tables").items().size() == 2);
    CHECK(source.at("tables").items()[1].at("columns").items()[2].at("type").as_string() ==
          (from == From::mariadb ? "decimal(8,2)" : "numeric(8,2)"));
    CHECK(json_of(migration.sluice("inspect", {"--json", "--side", "target"}))
              .root()
              .at("servers")
              .items()
              .size() == 1);
  }
}

TEST_CASE("inspect needs a config or a URL, and says so") {
  CHECK(run_sluice({"inspect"}).exit_code == 2);
  const RunResult password = run_sluice({"inspect", "--url", "postgresql://me:secret@host/db"});
  CHECK(password.exit_code == 2);
  CHECK(password.err.find("secret") == std::string::npos);
  const MariadbDatabase db;
  db.run("CREATE TABLE t (id int PRIMARY KEY)");
  const RunResult alone =
      run_sluice({"inspect", "--url",
                  fmt::format("mariadb:///{}?socket={}&defaults_file={}", db.name(),
                              db.server().socket(), db.server().option_file())});
  INFO(alone.err);
  CHECK(alone.exit_code == 0);
  CHECK(alone.out.find(db.name() + ".t") != std::string::npos);
}

TEST_CASE("roles made by grants can copy, and can change neither the source nor a live table") {
  for (const From from : {From::postgresql, From::mariadb}) {
    INFO(to_string(from));
    Migration migration(from);
    make_shop(migration);
    // Where nobody but their maker may make anything.
    migration.target(
        "CREATE SCHEMA shelf; CREATE STATISTICS shelf.both ON name, country FROM customers");
    move_shop(migration);
    const std::string suffix = migration.target_value("SELECT current_database()");
    const std::string source_role = "from_" + suffix;
    const std::string target_role = "to_" + suffix;
    const TempDir dir;
    const std::string plan = (dir.path() / "plan.json").string();
    REQUIRE(migration.sluice("plan", {"--out", plan}).exit_code == 0);
    const codec::JsonDocument grants =
        json_of(migration.sluice("grants", {"--json", "--plan", plan, "--source-role", source_role,
                                            "--target-role", target_role, "--host", "localhost"}));
    migration.source(grants.root().at("source").as_string());
    migration.target(grants.root().at("target").as_string());

    if (from == From::mariadb) {
      migration.source("ALTER USER '" + source_role +
                       "'@'localhost' IDENTIFIED BY 'pw of a test' ACCOUNT UNLOCK");
      const auto options = dir.write(
          "source.cnf", "[client]\nuser=" + source_role + "\npassword=\"pw of a test\"\n");
      std::filesystem::permissions(options, std::filesystem::perms::owner_read);
      migration.source_url(url_without_user(migration, "source") +
                           "&defaults_file=" + options.string());
    } else {
      migration.source_url(url_without_user(migration, "source") + "&user=" + source_role);
    }
    migration.target_url(url_without_user(migration, "target") + "&user=" + target_role);

    const RunResult copied = migration.copy();
    INFO(copied.out << copied.err);
    REQUIRE(copied.exit_code == 0);
    CHECK(migration.table_difference("customers", "id, name") == "");
    CHECK(migration.table_difference("orders", "customer_id, line, total") == "");

    for (const char* privilege : {"INSERT", "UPDATE", "DELETE", "TRUNCATE"}) {
      CHECK(migration.target_value(fmt::format(
                "SELECT has_table_privilege('{}', 'customers', '{}')", target_role, privilege)) ==
            "f");
    }
    const codec::JsonDocument seen =
        json_of(migration.sluice("inspect", {"--json", "--side", "source"}));
    CHECK(seen.root().at("servers").items()[0].at("write_privileges").items().empty());
    migration.target("REASSIGN OWNED BY " + target_role + " TO CURRENT_USER; DROP OWNED BY " +
                     target_role + "; DROP ROLE " + target_role);
    if (from == From::mariadb) {
      migration.source("DROP USER '" + source_role + "'@'localhost'");
    } else {
      migration.source("DROP OWNED BY " + source_role + "; DROP ROLE " + source_role);
    }
  }
}

TEST_CASE("a role with the grants of a cutover can rename tables of another, and of no superuser") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT count(*) FROM t;"
      "CREATE VIEW w AS SELECT * FROM v");
  migration.move("t");
  const std::string mover = "to_" + migration.target_value("SELECT current_database()");
  const std::string owner = "own_" + mover;
  const std::string owner_of_view = "view_" + mover;
  const auto grant = [&](const std::string& side) {
    return migration.sluice("grants", {"--side", side, "--target-role", mover}).out;
  };
  migration.target(grant("target"));
  CHECK_THROWS_WITH(migration.target(grant("cutover")),
                    Catch::Matchers::ContainsSubstring("belong to superuser"));
  for (const std::string& role : {owner, owner_of_view}) migration.target("CREATE ROLE " + role);
  migration.target("GRANT CREATE ON SCHEMA public TO " + owner + "; ALTER TABLE t OWNER TO " +
                   owner + "; ALTER VIEW v OWNER TO " + owner + "; ALTER VIEW w OWNER TO " +
                   owner_of_view + "; GRANT SELECT ON v TO " + owner_of_view);
  migration.target_url(url_without_user(migration, "target") + "&user=" + mover);
  require_exit(migration.copy(), 0);
  require_exit(migration.sluice("verify"), 0);
  const RunResult refused = migration.sluice("cutover");
  CHECK(refused.exit_code == 2);
  CHECK(migration.target_value("SELECT * FROM w") == "0");

  migration.target(grant("cutover"));
  CHECK(to_text(migration.target("SELECT roleid::regrole FROM pg_auth_members WHERE member = '" +
                                 mover + "'::regrole ORDER BY 1")) ==
        "pg_read_all_settings\n" + owner + "\n" + owner_of_view + "\n");
  require_exit(migration.sluice("cutover"), 0);
  CHECK(migration.target_value("SELECT * FROM w") == "2");
  CHECK(migration.target_value("SELECT tableowner FROM pg_tables WHERE tablename = 't'") == owner);
  migration.target("REASSIGN OWNED BY " + mover + ", " + owner + ", " + owner_of_view +
                   " TO CURRENT_USER; DROP OWNED BY " + mover + ", " + owner + ", " +
                   owner_of_view + "; DROP ROLE " + mover + ", " + owner + ", " + owner_of_view);
}

TEST_CASE("roles made by grants can move a whole database into schemas that are not there") {
  const bool with_plan = GENERATE(false, true);
  CAPTURE(with_plan);
  const PostgresDatabase source;
  const WholeDatabase whole(reader_url(source));
  source.run(
      "CREATE SCHEMA app; CREATE SCHEMA lists; CREATE TYPE app.mood AS ENUM ('a', 'b');"
      "CREATE SEQUENCE lists.numbers;"
      "CREATE TABLE kept (id serial PRIMARY KEY, v text);"
      "CREATE TABLE app.t (id int DEFAULT nextval('lists.numbers') PRIMARY KEY, m app.mood, "
      "  kept int REFERENCES kept);"
      "INSERT INTO kept VALUES (1, 'x'); INSERT INTO app.t (m, kept) VALUES ('a', 1), ('b', 1);"
      "SELECT setval('lists.numbers', 70)");
  let_reader_read(source, "app");
  whole.target().run("CREATE TABLE kept (id serial PRIMARY KEY, v text)");
  whole.target().run("GRANT SELECT ON kept TO sluice_creator");
  require_exit(whole.init(), 0);
  const std::string from = "from_" + source.name();
  const std::string to = "to_" + source.name();
  const TempDir dir;
  std::vector<std::string> options = {"--json", "--source-role", from, "--target-role", to};
  if (with_plan) {
    const std::string plan = (dir.path() / "plan.json").string();
    require_exit(whole.sluice("plan", {"--out", plan}), 0);
    options.insert(options.end(), {"--plan", plan});
  }
  const codec::JsonDocument grants = json_of(whole.sluice("grants", options));
  source.run(grants.root().at("source").as_string());
  whole.target().run(grants.root().at("target").as_string());
  whole.edit_config("user=sluice_reader", "user=" + from);
  whole.edit_config("user=sluice_creator", "user=" + to);
  require_exit(whole.sluice("copy"), 0);
  require_exit(whole.sluice("verify"), 0);
  CHECK(whole.target().value("SELECT string_agg(m::text, '' ORDER BY id) FROM app.t") == "ab");
  // Where the role may see it, a sequence goes on where it stood.
  if (with_plan) CHECK(whole.target().value("SELECT nextval('lists.numbers')") == "71");
  CHECK(whole.target().value(
            fmt::format("SELECT has_table_privilege('{}', 'kept', 'INSERT')", to)) == "f");
  whole.target().run(
      fmt::format("REASSIGN OWNED BY {0} TO CURRENT_USER; DROP OWNED BY {0}; DROP ROLE {0}", to));
  source.run(fmt::format("DROP OWNED BY {0}; DROP ROLE {0}", from));
}

}  // namespace sluice::test
