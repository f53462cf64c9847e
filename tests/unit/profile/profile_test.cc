#include "sluice/profile/profile.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"
#include "sluice/codec/utf8.h"

namespace sluice::profile {
namespace {

model::Column column(std::string name, std::string sql) {
  model::Column made;
  made.name = std::move(name);
  made.type.sql = std::move(sql);
  made.nullable = false;
  return made;
}

model::Table orders() {
  model::Table table;
  table.name = {"legacy", "orders"};
  table.storage_engine = "InnoDB";
  table.comment = "what people bought";
  table.estimated_rows = 123456;
  table.estimated_bytes = 40100200;
  table.columns = {column("id", "int(10) unsigned"), column("customer_id", "int(11)"),
                   column("status", "varchar(20)"), column("gross", "decimal(12,2)")};
  table.columns[0].identity = model::Identity::auto_increment;
  table.columns[1].nullable = true;
  table.columns[2].default_sql = "'new'";
  table.columns[2].type.charset = "latin1";
  table.columns[2].type.collation = "latin1_swedish_ci";
  table.columns[2].comment = "new, paid, sent; anything else is a mistake of the old shop system";
  table.columns[3].generated = model::Generated::stored;
  table.columns[3].generation_sql = "net * 1.19";
  model::Index primary;
  primary.name = "PRIMARY";
  primary.unique = primary.primary = true;
  primary.parts = {{"id", "", false, std::nullopt, std::nullopt}};
  model::Index prefix;
  prefix.name = "by_status";
  prefix.method = "FULLTEXT";
  prefix.parts = {{"status", "", true, 5, std::nullopt},
                  {"", "lower(status)", false, std::nullopt, std::nullopt}};
  table.indexes = {primary, prefix};
  model::ForeignKey key;
  key.name = "fk_customer";
  key.columns = {"customer_id"};
  key.referenced = {"legacy", "customers"};
  key.referenced_columns = {"id"};
  key.on_delete = "CASCADE";
  key.on_update = "NO ACTION";
  table.foreign_keys = {key};
  table.checks = {{"positive", "CHECK (gross >= 0)", false, ""}};
  table.triggers = {{"audit", "AFTER UPDATE: ..."}};
  return table;
}

Profile profile() {
  Profile made;
  made.side = "source";
  made.catalog.server = {model::Engine::mariadb, "10.11.6-MariaDB", 101106,    "uid-1",
                         "socket:/run/m.sock",   "legacy",          "reader@%"};
  made.catalog.tables = {orders()};
  made.storage.database_bytes = 5000000000;
  return made;
}

TEST_CASE("a profile for people shows everything, 80 columns wide") {
  CHECK(to_text(profile()) ==
        "source    mariadb 10.11.6-MariaDB at socket:/run/m.sock\n"
        "database  legacy, 5 GB\n"
        "identity  uid-1\n"
        "role      reader@%, can only read\n"
        "\n"
        "TABLE            ROWS     SIZE  KIND          PRIMARY KEY\n"
        "legacy.orders  123456  40.1 MB  table InnoDB  id\n"
        "1 table, about 123456 rows, 40.1 MB without secondary indexes\n"
        "\n"
        "legacy.orders, InnoDB\n"
        "  \"what people bought\"\n"
        "  id           int(10) unsigned  not null  auto_increment\n"
        "  customer_id  int(11)           null\n"
        "  status       varchar(20)       not null  default 'new', latin1_swedish_ci\n"
        "      \"new, paid, sent; anything else is a mistake of the old shop system\"\n"
        "  gross        decimal(12,2)     not null  generated stored as net * 1.19\n"
        "  primary key  PRIMARY (id)\n"
        "  index        by_status (status(5) desc, lower(status)), FULLTEXT\n"
        "  foreign key  fk_customer (customer_id) to legacy.customers (id), on delete\n"
        "               CASCADE\n"
        "  check        positive: CHECK (gross >= 0) (not validated)\n"
        "  trigger      audit\n");
}

TEST_CASE("what a role may do beyond reading, and publications that catch new tables, are shown") {
  Profile made = profile();
  made.write_privileges = {"DELETE on legacy.*", "INSERT on legacy.*"};
  made.catalog.wide_publications = {{"everything", {}}, {"some", {"a", "b"}}};
  made.storage.free_bytes = 999;
  const std::string text = to_text(made);
  CHECK(text.find("\nrole         reader@%\n             DELETE on legacy.*\n"
                  "             INSERT on legacy.*\n") != std::string::npos);
  CHECK(text.find("\npublication  everything, of all tables\n") != std::string::npos);
  CHECK(text.find("\npublication  some, of all tables in a, b\n") != std::string::npos);
  CHECK(text.find("\nfree         999 B\n") != std::string::npos);
}

TEST_CASE("text from a server cannot steer a terminal or break a line") {
  Profile made = profile();
  made.catalog.tables[0].name.table = "a\x1b[2Jb\nc";
  made.catalog.tables[0].columns[0].name = "bad\xff";
  made.catalog.tables[0].comment = "two\nlines";
  const std::string text = to_text(made);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("legacy.a\\x1b[2Jb\\nc") != std::string::npos);
  CHECK(text.find("bad\\xff") != std::string::npos);
  CHECK(text.find("two\\nlines") != std::string::npos);
  CHECK(codec::is_utf8(text));
}

TEST_CASE("long names push the rest of their line down, and nothing is cut off") {
  Profile made = profile();
  const std::string name(63, 'n');
  made.catalog.tables[0].columns[0].name = name;
  const std::string text = to_text(made);
  CHECK(text.find("\n  " + name + "\n" + std::string(34, ' ') + "int(10) unsigned  not null") !=
        std::string::npos);
}

TEST_CASE("an empty database is a profile too") {
  Profile made = profile();
  made.catalog.tables.clear();
  CHECK(to_text(made).ends_with("0 tables, about 0 rows, 0 B without secondary indexes\n"));
  CHECK(codec::parse_json_or_throw(to_json({made}), "json")
            .root()
            .at("servers")
            .items()[0]
            .at("tables")
            .items()
            .empty());
}

TEST_CASE("the JSON holds every fact of the catalogue") {
  Profile made = profile();
  made.catalog.tables[0].key_correlation = 0.5;
  const codec::JsonDocument document = codec::parse_json_or_throw(to_json({made}), "json");
  CHECK(document.root().at("schema").as_string() == "sluice.inspect/1");
  const codec::JsonValue& server = document.root().at("servers").items()[0];
  CHECK(server.at("side").as_string() == "source");
  CHECK(server.at("server").at("engine").as_string() == "mariadb");
  CHECK(server.at("server").at("identity").as_string() == "uid-1");
  CHECK(server.at("write_privileges").items().empty());
  const codec::JsonValue& table = server.at("tables").items()[0];
  CHECK(table.at("table").as_string() == "orders");
  CHECK(table.at("engine").as_string() == "InnoDB");
  CHECK(table.at("estimated_rows").as_integer() == 123456);
  CHECK(table.at("key_correlation").number_text() == "0.5");
  const auto& columns = table.at("columns").items();
  REQUIRE(columns.size() == 4);
  CHECK(columns[0].at("identity").as_string() == "auto_increment");
  CHECK(columns[1].at("nullable").as_bool());
  CHECK(columns[2].at("default").as_string() == "'new'");
  CHECK(columns[2].at("collation").as_string() == "latin1_swedish_ci");
  CHECK(columns[3].at("expression").as_string() == "net * 1.19");
  const auto& parts = table.at("indexes").items()[1].at("parts").items();
  CHECK(parts[0].at("prefix_length").as_integer() == 5);
  CHECK(parts[0].at("descending").as_bool());
  CHECK(parts[1].at("expression").as_string() == "lower(status)");
  const codec::JsonValue& key = table.at("foreign_keys").items()[0];
  CHECK(key.at("referenced_table").as_string() == "customers");
  CHECK(key.at("on_delete").as_string() == "CASCADE");
  CHECK(table.at("checks").items()[0].at("not_validated").as_bool());
  CHECK(table.at("triggers").items()[0].at("name").as_string() == "audit");
}

}  // namespace
}  // namespace sluice::profile
