#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "sluice/codec/mysql_types.h"
#include "sluice/plan/new_tables.h"
#include "sluice/schema/names.h"

#include "example.h"

namespace sluice::plan {
namespace {

model::Column column(const std::string& name) {
  model::Column made;
  made.name = name;
  made.type = codec::parse_mysql_type("int(11)");
  return made;
}

model::Index index(const std::string& name, const std::string& of, bool unique) {
  model::Index made;
  made.name = name;
  made.unique = unique;
  made.primary = name == "PRIMARY";
  made.method = "BTREE";
  made.parts.emplace_back().column = of;
  return made;
}

/// Tables of a MariaDB, each with a column `a`.
struct Move {
  config::Config config;
  model::Catalog source = example::source_catalog();

  Move() { source.tables.clear(); }
  model::Table& add(const std::string& name, std::vector<model::Index> indexes) {
    config::Table& entry = config.tables.emplace_back();
    entry.source = {"crm", name};
    entry.target = {"app", name};
    entry.rules.same_names = true;
    entry.create.emplace();
    model::Table& table = source.tables.emplace_back();
    table.name = entry.source;
    table.columns = {column("a")};
    table.indexes = std::move(indexes);
    return table;
  }
  [[nodiscard]] std::vector<NewTable> designs() const { return new_tables(config, source, {}); }
};

TEST_CASE("an index keeps its name before another one is given it") {
  Move move;
  move.add("t1", {index("k", "a", false)});
  move.add("t2", {index("k", "a", false)});
  move.add("t3", {index("t2_k", "a", false), index("t4_pkey", "a", false)});
  move.add("t4", {index("PRIMARY", "a", true)});
  const auto designs = move.designs();
  CHECK(designs[0].design.table.indexes[0].name == "k");
  CHECK(designs[1].design.table.indexes[0].name == "t2_k_2");
  CHECK(designs[2].design.table.indexes[0].name == "t2_k");
  CHECK(designs[2].design.table.indexes[1].name == "t4_pkey");
  CHECK(designs[3].design.table.indexes[0].name == "t4_t4_pkey");
}

TEST_CASE("an index that is called otherwise than it would be is named, with its table") {
  Move move;
  move.add("t1", {index("k", "a", false), index("l", "a", false)});
  move.add("t2", {index("k", "a", false), index("PRIMARY", "a", true), index("l", "a", false)});
  model::Catalog target;
  target.tables.emplace_back().name = {"app", "t2_pkey"};
  const auto designs = new_tables(move.config, move.source, target);
  CHECK(example::of_rule(designs[0].design.findings, "index-renamed").empty());
  const auto said = example::of_rule(designs[1].design.findings, "index-renamed");
  REQUIRE(said.size() == 1);
  CHECK(said[0].severity == model::Severity::note);
  CHECK(said[0].where == "app.t2 (k becomes t2_k, t2_pkey becomes t2_t2_pkey, l becomes t2_l)");
}

TEST_CASE("a key gets no name that another constraint of its table has") {
  Move move;
  move.add("t1", {index("k", "a", true)});
  move.add("t2", {index("k", "a", true)}).checks = {{"t2_k", "CHECK (`a` > 5)", true, ""}};
  const auto designs = move.designs();
  CHECK(designs[1].design.table.indexes[0].name == "t2_k_2");
  CHECK(designs[1].design.table.checks[0].name == "t2_k");
}

TEST_CASE("a column gets no name that another one bears, whoever names it") {
  const std::string cut(64, 'n');
  const std::string same = schema::short_name(cut);
  const std::string other = schema::derived_name(cut, "_2");
  Move move;
  model::Table& table = move.add("t", {});
  table.columns =
      GENERATE_COPY(std::vector{column(cut), column(same)}, std::vector{column(same), column(cut)});
  const auto names = [&move] {
    const auto designs = move.designs();
    std::map<std::string, std::string> renamed(designs[0].renamed.begin(),
                                               designs[0].renamed.end());
    return renamed;
  };
  CHECK(names().empty());
  SECTION("a person has given the name to another column") {
    move.config.tables[0].rules.rules = {mapping::rename_rule(same, other)};
    // Nothing else is called so now.
    CHECK(names() == std::map<std::string, std::string>{{same, other}, {other, same}});
  }
}

}  // namespace
}  // namespace sluice::plan
