#include <map>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "sluice/schema/names.h"

#include "source_table.h"
#include "tables_of_rules.h"

namespace sluice::schema {
namespace {

model::Index index_of(std::string name, bool unique, std::string method, std::string column) {
  model::Index index;
  index.primary = name == "PRIMARY";
  index.name = std::move(name);
  index.unique = unique;
  index.method = std::move(method);
  index.parts.emplace_back().column = std::move(column);
  return index;
}

void add_columns(model::Table& table) {
  table.columns = {source_column("b1", "tinyint(1)"),
                   source_column("z", "int(10) unsigned zerofill"),
                   source_column("s", "set('a')"),
                   source_column("p", "point"),
                   source_column("x", "xmltype"),
                   source_column("ctid", "int(11)"),
                   source_column("u", "bigint(20) unsigned"),
                   source_column("d", "double"),
                   source_column("n", "varchar(255)"),
                   source_column("t", "text"),
                   source_column("g", "varchar(9)"),
                   source_column("v", "int(11)"),
                   source_column("day", "date"),
                   source_column("at", "datetime"),
                   source_column("w", "vector(3)")};
  table.columns[6].identity = model::Identity::auto_increment;
  table.columns[7].identity = model::Identity::auto_increment;
  table.columns[10].generated = model::Generated::stored;
  table.columns[10].generation_sql = "md5(`n`)";
  table.columns[11].generated = model::Generated::virtual_column;
  table.columns[11].generation_sql = "1";
  table.columns[12].default_sql = "'0000-00-00'";
  table.columns[14].extra = "INVISIBLE";
  table.columns[13].default_sql = "from_unixtime(0)";
  table.columns[13].extra = "on update current_timestamp()";
}

/// A table in which every rule has something to say.
model::Table table_of_everything() {
  model::Table table = source_table();
  add_columns(table);
  table.indexes = {index_of("k", true, "HASH", "t"), index_of("f", false, "FULLTEXT", "n"),
                   index_of("m", false, "SPATIAL", "p"), index_of("q", true, "BTREE", "n"),
                   index_of("PRIMARY", true, "BTREE", "v")};
  table.indexes[3].parts[0].prefix_length = 4;
  table.indexes.back().parts[0].descending = true;
  table.indexes.back().definition = "PRIMARY KEY (`v` DESC) INVISIBLE";
  table.checks = {{"c", "CHECK (`n` = 'a')", true, ""},
                  {"e", "CHECK ((`d` > 0)) NOT ENFORCED", true, ""}};
  table.partition_key = "RANGE (day)";
  table.kind = "system versioned table";
  table.triggers.push_back({"tr", "BEFORE INSERT: ..."});
  return table;
}

model::Table wide_table(std::size_t columns, const std::string& type) {
  model::Table table = source_table();
  for (std::size_t i = 0; i < columns; ++i) {
    table.columns.push_back(source_column("c" + std::to_string(i), type));
  }
  return table;
}

std::string name_of(model::Severity severity) {
  return severity == model::Severity::error     ? "error"
         : severity == model::Severity::warning ? "warning"
                                                : "note";
}

TEST_CASE("types.md: the table of findings has every rule with its severity") {
  std::map<std::string, std::string> found;
  for (const Design& design :
       {design_of(table_of_everything()), design_of(wide_table(1601, "int(11)")),
        design_of(wide_table(600, "text"))}) {
    for (const model::Finding& finding : design.findings) {
      // Of two severities the table has the one for keys.
      const bool is_spatial = finding.rule == "index-not-moved";
      found.emplace(finding.rule, is_spatial ? "warning" : name_of(finding.severity));
      CHECK(finding.where.starts_with("crm.t"));
    }
  }
  std::map<std::string, std::string> listed;
  for (const auto& row : rule_table("Findings")) listed.emplace(row.at(0), row.at(1));
  CHECK(found == listed);
}

TEST_CASE("1,600 columns are not too many") {
  CHECK(design_of(wide_table(1600, "tinyint(4)")).findings.empty());
  CHECK(model::has_errors(design_of(wide_table(1601, "tinyint(4)")).findings));
}

TEST_CASE("the design is a table of the target") {
  const Design design = design_of(table_of_everything());
  CHECK(design.table.name == model::QualifiedName{"app", "t"});
  CHECK(design.table.kind == "table");
  CHECK(design.table.partition_key.empty());
  CHECK(design.table.triggers.empty());
  CHECK(design.table.columns.size() == 15);
}

TEST_CASE("texts that no key holds are one remark") {
  const Design design = design_of(wide_table(3, "varchar(9)"));
  REQUIRE(design.findings.size() == 1);
  CHECK(design.findings[0].rule == "collation");
  CHECK(design.findings[0].where == "crm.t");
  CHECK(design.findings[0].message.starts_with("texts are compared by a collation"));
}

TEST_CASE("columns that agree in their first 63 bytes are told apart wherever they are named") {
  const std::string stem(63, 'n');
  const std::string a = short_name(stem + "a");
  const std::string b = short_name(stem + "b");
  const auto quote = [](const std::string& name) { return "\"" + name + "\""; };
  model::Table source = source_table();
  source.columns = {source_column(stem + "a", "int(10) unsigned"),
                    source_column(stem + "b", "text", "utf8mb4_0900_bin"),
                    source_column("doc", "json"), source_column("g", "bigint(20)")};
  source.columns[3].generated = model::Generated::stored;
  source.columns[3].generation_sql = "`" + stem + "a` + 1";
  source.checks.push_back({"c", "CHECK (`" + stem + "a` > 5)", true, ""});
  source.indexes = {index_of("i", false, "BTREE", stem + "a")};
  source.indexes[0].parts.emplace_back().column = stem + "b";
  source.indexes[0].parts[1].prefix_length = 700;
  model::ForeignKey& key = source.foreign_keys.emplace_back();
  key.name = "fk";
  key.columns = {stem + "a"};
  key.referenced = {"crm", "parent"};
  key.referenced_columns = {stem + "b"};
  const Design design = design_of(source);
  CHECK(a != b);
  CHECK(a.size() == kMaxNameBytes);
  CHECK(design.table.columns[0].name == a);
  CHECK(design.table.columns[1].name == b);
  CHECK(design.table.columns[3].generation_sql.find(quote(a)) != std::string::npos);
  REQUIRE(design.table.checks.size() == 2);
  for (const model::Check& check : design.table.checks) {
    CHECK(check.definition.find(quote(a)) != std::string::npos);
  }
  REQUIRE(design.table.indexes.size() == 1);
  CHECK(design.table.indexes[0].parts[0].column == a);
  CHECK(design.table.indexes[0].definition.find(quote(b) + ", 700)") != std::string::npos);
  REQUIRE(design.table.foreign_keys.size() == 1);
  CHECK(design.table.foreign_keys[0].columns == std::vector{a});
  CHECK(design.table.foreign_keys[0].referenced_columns == std::vector{stem + "b"});
  CHECK(design.table.foreign_keys[0].definition.find(quote(a)) != std::string::npos);
}

TEST_CASE("what is moved under its own name keeps it, and what is cut gets another one") {
  const std::string cut(64, 'n');
  const std::string same = short_name(cut);
  const std::string other = derived_name(cut, "_2");
  const bool cut_first = GENERATE(true, false);
  const std::string& first = cut_first ? cut : same;
  const std::string& second = cut_first ? same : cut;
  model::Table source = source_table();
  source.columns = {source_column(first, "int(11)"), source_column(second, "int(11)"),
                    source_column("g", "bigint(20)")};
  source.columns[2].generated = model::Generated::stored;
  source.columns[2].generation_sql = "`" + cut + "` + 1";
  source.indexes = {index_of(first, false, "BTREE", cut), index_of(second, false, "BTREE", same)};
  source.checks = {{first, "CHECK (`" + same + "` > 5)", true, ""},
                   {second, "CHECK (`" + cut + "` > 6)", true, ""}};
  const Design design = design_of(source);
  const auto name_of = [&](const std::string& name) { return name == cut ? other : same; };
  CHECK(design.shortened == std::map<std::string, std::string>{{cut, other}});
  CHECK(design.table.columns[0].name == name_of(first));
  CHECK(design.table.columns[1].name == name_of(second));
  CHECK(design.table.columns[2].generation_sql.find(other) != std::string::npos);
  REQUIRE(design.table.indexes.size() == 2);
  CHECK(design.table.indexes[0].name == name_of(first));
  CHECK(design.table.indexes[0].parts[0].column == other);
  CHECK(design.table.indexes[1].name == name_of(second));
  CHECK(design.table.indexes[1].parts[0].column == same);
  REQUIRE(design.table.checks.size() == 2);
  for (const model::Check& check : design.table.checks) {
    const std::string& named = check.definition.find(other) != std::string::npos ? second : first;
    CHECK(check.name == (named == cut ? derived_name(cut, "_check") : same));
  }
}

TEST_CASE("a check of the source keeps its name before one that its types need") {
  model::Table source = source_table();
  source.columns = {source_column("a", "int(10) unsigned")};
  source.checks = {{"t_a_unsigned_check", "CHECK (`a` > 5)", true, ""}};
  const Design design = design_of(source);
  REQUIRE(design.table.checks.size() == 2);
  CHECK(design.table.checks[0].name == "t_a_unsigned_check_check");
  CHECK(design.table.checks[1].name == "t_a_unsigned_check");
}

}  // namespace
}  // namespace sluice::schema
