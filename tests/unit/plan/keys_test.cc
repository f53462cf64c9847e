#include "plan/keys.h"

#include <catch2/catch_test_macros.hpp>

#include "example.h"

namespace sluice::plan {
namespace {

using config::ReadBy;
using model::Engine;
using model::RangeKind;
using Names = std::vector<std::string>;

struct Chosen {
  SourceKey key;
  std::vector<model::Finding> findings;
};

Chosen choose(Engine engine, const model::Table& table, ReadBy read = ReadBy::automatic) {
  Findings findings;
  SourceKey key = choose_source_key(engine, table, read, findings);
  return {std::move(key), findings.take()};
}

model::Table pg_table(const model::ColumnType& key_type, std::optional<double> correlation) {
  model::Table table;
  table.name = {"s", "t"};
  table.columns = {example::column("k", key_type), example::column("v", example::varchar(9), true)};
  table.indexes = {example::pg_key("s.t", "t_pkey", {"k"}, true)};
  table.key_correlation = correlation;
  return table;
}

TEST_CASE("PostgreSQL is read by key where the key follows the heap, by blocks where it does not") {
  const model::ColumnType bigint = example::type("bigint", "int8");
  CHECK(choose(Engine::postgresql, pg_table(bigint, 1.0)).key.order == RangeKind::key);
  CHECK(choose(Engine::postgresql, pg_table(bigint, -0.95)).key.order == RangeKind::key);
  CHECK(choose(Engine::postgresql, pg_table(bigint, std::nullopt)).key.order == RangeKind::key);
  const Chosen scattered = choose(Engine::postgresql, pg_table(bigint, 0.2));
  CHECK(scattered.key.order == RangeKind::ctid);
  CHECK(scattered.key.columns == Names{"k"});
  CHECK(example::of_rule(scattered.findings, "read-by-blocks").size() == 1);
}

TEST_CASE("text is no key to cut PostgreSQL at, but names rows") {
  const Chosen chosen = choose(Engine::postgresql, pg_table(example::varchar(9), 1.0));
  CHECK(chosen.key.order == RangeKind::ctid);
  CHECK(chosen.key.columns == Names{"k"});
}

TEST_CASE("the config may say how PostgreSQL is read") {
  const model::ColumnType bigint = example::type("bigint", "int8");
  CHECK(choose(Engine::postgresql, pg_table(bigint, 0.2), ReadBy::key).key.order == RangeKind::key);
  CHECK(choose(Engine::postgresql, pg_table(bigint, 1.0), ReadBy::ctid).key.order ==
        RangeKind::ctid);
}

TEST_CASE("a table without a key is read by blocks on PostgreSQL, and cannot be read by key") {
  model::Table table = pg_table(example::type("bigint", "int8"), 1.0);
  table.indexes.clear();
  const Chosen chosen = choose(Engine::postgresql, table);
  CHECK(chosen.key.columns.empty());
  CHECK(chosen.key.order == RangeKind::ctid);
  CHECK_FALSE(model::has_errors(chosen.findings));
  CHECK(model::has_errors(choose(Engine::postgresql, table, ReadBy::key).findings));
}

TEST_CASE("a uuid of MariaDB is a key whose order only the server knows") {
  model::Table table = pg_table(example::type("uuid", "uuid"), std::nullopt);
  const Chosen chosen = choose(Engine::mariadb, table);
  CHECK(chosen.key.columns == Names{"k"});
  CHECK(chosen.key.order == RangeKind::key);
  CHECK_FALSE(model::has_errors(chosen.findings));
  CHECK(example::of_rule(chosen.findings, "text-key").size() == 1);
  CHECK(mysql_key_carrier(example::type("uuid", "uuid")) == codec::Carrier::text);
  CHECK(mysql_key_carrier(example::type("bigint", "bigint")) == codec::Carrier::int8);
}

TEST_CASE("a unique key serves where there is no primary key, if all of it is NOT NULL and whole") {
  model::Table table = pg_table(example::type("bigint", "int8"), 1.0);
  table.indexes = {example::pg_key("s.t", "z", {"k"}, false)};
  CHECK(choose(Engine::postgresql, table).key.columns == Names{"k"});
  SECTION("not where a column may be NULL") { table.columns[0].nullable = true; }
  SECTION("not where it is partial") { table.indexes[0].partial = true; }
  SECTION("not where it is not valid") { table.indexes[0].valid = false; }
  SECTION("not where it is an expression") {
    table.indexes[0].parts = {{"", "(k + 1)", false, std::nullopt, std::nullopt}};
  }
  SECTION("not where it is not unique") { table.indexes[0].unique = false; }
  CHECK(choose(Engine::postgresql, table).key.columns.empty());
}

TEST_CASE("MySQL takes the primary key, then the first usable unique key by name") {
  model::Table table = example::source_customers();
  table.indexes.push_back(example::key("a_first", {"created"}, false));
  CHECK(choose(Engine::mariadb, table).key.columns == Names{"id"});
  table.indexes.erase(table.indexes.begin());
  CHECK(choose(Engine::mariadb, table).key.columns == Names{"created"});
}

TEST_CASE("MySQL keys that do not sort as they compare are passed over") {
  model::Table table = example::source_customers();
  table.columns[0].type = example::type("double", "double");
  const Chosen chosen = choose(Engine::mysql, table);
  CHECK(chosen.key.columns.empty());
  CHECK(chosen.key.order == model::RangeKind::whole);
  REQUIRE(example::of_rule(chosen.findings, "no-key").size() == 1);
  CHECK_FALSE(model::has_errors(chosen.findings));
  table.indexes.push_back(example::key("u", {"created"}, false));
  CHECK(choose(Engine::mysql, table).key.columns == Names{"created"});
}

TEST_CASE("a prefix of a MySQL column is no key") {
  model::Table table = example::source_customers();
  table.columns[1].nullable = false;
  table.indexes = {example::key("u", {"email"}, false)};
  CHECK(choose(Engine::mysql, table).key.columns == Names{"email"});
  CHECK(example::of_rule(choose(Engine::mysql, table).findings, "text-key").size() == 1);
  table.indexes[0].parts[0].prefix_length = 10;
  CHECK(choose(Engine::mysql, table).key.columns.empty());
}

TEST_CASE("a MySQL key in a character set with bytes that are no text is the last choice") {
  model::Table table = example::source_customers();
  table.columns[1].nullable = false;
  table.columns[1].type.charset = "ascii";
  table.indexes = {example::key("PRIMARY", {"email"}, true)};
  const Chosen only = choose(Engine::mysql, table);
  CHECK(only.key.columns == Names{"email"});
  REQUIRE(example::of_rule(only.findings, "key-charset").size() == 1);
  CHECK_FALSE(model::has_errors(only.findings));
  table.indexes.push_back(example::key("u", {"id"}, false));
  CHECK(choose(Engine::mysql, table).key.columns == Names{"id"});
  CHECK(example::of_rule(choose(Engine::mysql, table).findings, "key-charset").empty());
  for (const char* safe : {"latin1", "utf8", "utf8mb3", "utf8mb4", "ucs2", "utf16le", "utf32"}) {
    table.columns[1].type.charset = safe;
    CHECK(choose(Engine::mysql, table).key.columns == Names{"email"});
    CHECK(example::of_rule(choose(Engine::mysql, table).findings, "key-charset").empty());
  }
}

TEST_CASE("MySQL has no heap blocks to read by") {
  const Chosen chosen = choose(Engine::mysql, example::source_customers(), ReadBy::ctid);
  CHECK(example::of_rule(chosen.findings, "read-order").size() == 1);
  CHECK(model::has_errors(chosen.findings));
}

TEST_CASE("a target row is found by a key that is written whole") {
  const model::Table table = example::target_orders();
  std::vector<TargetField> write(3);
  write[0].name = "total";
  write[1].name = "line";
  write[2].name = "customer_id";
  CHECK(choose_target_key(table, write) == std::vector<std::size_t>{2, 1});
  write.pop_back();
  CHECK(choose_target_key(table, write).empty());
}

}  // namespace
}  // namespace sluice::plan
