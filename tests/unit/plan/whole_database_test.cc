#include "sluice/plan/whole_database.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "sluice/config/write.h"
#include "sluice/schema/names.h"

#include "example.h"

namespace sluice::plan {
namespace {

model::Catalog empty_target() {
  model::Catalog target = example::target_catalog();
  target.tables.clear();
  return target;
}

config::Config of(const model::Catalog& source, const WholeDatabase& options = {"crm", "", {}},
                  const model::Catalog& target = empty_target()) {
  return whole_database(source, target, options);
}

std::vector<std::string> targets(const config::Config& config) {
  std::vector<std::string> names;
  for (const config::Table& table : config.tables) names.push_back(table.target.text());
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("every table with rows is moved, to a new one where there is none") {
  model::Catalog source = example::source_catalog();
  model::Table view;
  view.name = {"legacy", "v"};
  view.kind = "view";
  source.tables.push_back(view);
  const config::Config config = of(source);
  CHECK(targets(config) == Names{"public.customers", "public.orders", "public.sessions"});
  for (const config::Table& table : config.tables) CHECK(table.create);
  model::Catalog target = empty_target();
  target.tables = {example::target_orders()};
  const config::Config into = of(source, {"crm", "crm", {}}, target);
  CHECK(into.tables[0].create);
  CHECK_FALSE(into.tables[1].create);
}

TEST_CASE("several databases keep their names as schemas") {
  model::Catalog source = example::source_catalog();
  source.tables[1].name.schema = "other";
  CHECK(targets(of(source)) == Names{"legacy.customers", "other.orders", "legacy.sessions"});
}

TEST_CASE("names in lower case that become one are kept apart") {
  model::Catalog source = example::source_catalog();
  source.tables[0].name.table = "Orders";
  source.tables[1].name.table = "ORDERS";
  source.tables[0].columns[0].name = "ID";
  source.tables[0].columns[1].name = "Id";
  const config::Config config = of(source, {"crm", "", NameCase::lower});
  CHECK(targets(config) == Names{"public.orders", "public.orders_2", "public.sessions"});
  REQUIRE(config.tables[0].rules.rules.size() == 2);
  CHECK(config.tables[0].rules.rules[0] == mapping::rename_rule("ID", "id"));
  CHECK(config.tables[0].rules.rules[1] == mapping::rename_rule("Id", "id_2"));
}

TEST_CASE("names of 64 bytes are cut, and stay apart") {
  model::Catalog source = example::source_catalog();
  source.tables[0].name.table = std::string(63, 'x') + "a";
  source.tables[1].name.table = std::string(63, 'x') + "b";
  const Names names = targets(of(source));
  CHECK(names[0].size() == std::string("public.").size() + 63);
  CHECK(names[0] != names[1]);
}

TEST_CASE("a name that may stay as it is does, whatever stands before it") {
  const std::string cut = std::string(63, 'x') + "a";
  const std::string same = schema::short_name(cut);
  model::Catalog source = example::source_catalog();
  const std::size_t first = GENERATE(0U, 1U);
  source.tables[first].name.table = cut;
  source.tables[1 - first].name.table = same;
  source.tables[2].columns.assign(2, source.tables[0].columns[0]);
  source.tables[2].columns[first].name = cut;
  source.tables[2].columns[1 - first].name = same;
  const config::Config config = of(source);
  CHECK(config.tables[1 - first].target.table == same);
  CHECK(config.tables[first].target.table == schema::derived_name(cut, "_2"));
  REQUIRE(config.tables[2].rules.rules.size() == 1);
  CHECK(config.tables[2].rules.rules[0] ==
        mapping::rename_rule(cut, schema::derived_name(cut, "_2")));
}

TEST_CASE("letters that are small already stay before others become so") {
  model::Catalog source = example::source_catalog();
  source.tables[0].name.table = "Orders";
  source.tables[1].name.table = "orders";
  source.tables[0].columns[0].name = "ID";
  source.tables[0].columns[1].name = "id";
  const config::Config config = of(source, {"crm", "", NameCase::lower});
  CHECK(targets(config) == Names{"public.orders_2", "public.orders", "public.sessions"});
  REQUIRE(config.tables[0].rules.rules.size() == 1);
  CHECK(config.tables[0].rules.rules[0] == mapping::rename_rule("ID", "id_2"));
}

TEST_CASE("the file that is written reads back as the same tables") {
  model::Catalog source = example::source_catalog();
  source.tables[0].name.table = "a.\"b\"\n";
  source.tables[0].columns[0].name = "It's";
  config::Config config = of(source, {"crm", "", NameCase::lower});
  config.tables[1].create->types["total"] = "text";
  config.leave = {{{"legacy", "x"}, "a \"reason\"", ""}};
  const std::string text = config::config_text(
      config, "mysql:///legacy?socket=/run/x.sock&user=reader", "postgresql:///crm?host=/run/pg");
  const config::ReadResult read = config::read_config(text, "crm.json");
  REQUIRE(read.config);
  CHECK(read.config->name == "crm");
  CHECK(read.config->source.database == "legacy");
  CHECK(read.config->target.database == "crm");
  REQUIRE(read.config->tables.size() == config.tables.size());
  for (std::size_t i = 0; i < config.tables.size(); ++i) {
    CHECK(read.config->tables[i].source == config.tables[i].source);
    CHECK(read.config->tables[i].target == config.tables[i].target);
    CHECK(read.config->tables[i].rules == config.tables[i].rules);
    REQUIRE(read.config->tables[i].create);
    CHECK(read.config->tables[i].create->types == config.tables[i].create->types);
  }
  REQUIRE(read.config->leave.size() == 1);
  CHECK(read.config->leave[0].reason == "a \"reason\"");
}

}  // namespace
}  // namespace sluice::plan
