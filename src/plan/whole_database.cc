#include "sluice/plan/whole_database.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "sluice/mapping/rules.h"

#include "plan/names.h"
#include "plan/scope_findings.h"

namespace sluice::plan {
namespace {

/// A to Z only: what a database holds as an upper case letter beyond them is its own business.
std::string in_lower_case(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

/// Gives names out, each once.
class Names {
 public:
  explicit Names(NameCase names) : case_(names) {}
  std::string take(const std::string& schema, const std::string& name) {
    const std::string wanted = case_ == NameCase::lower ? in_lower_case(name) : name;
    std::string chosen = short_name(wanted);
    for (int number = 2; !taken_.insert({schema, chosen}).second; ++number) {
      chosen = derived_name(wanted, "_" + std::to_string(number));
    }
    return chosen;
  }

 private:
  NameCase case_;
  std::set<model::QualifiedName> taken_;
};

std::set<std::string> schemas_of(const model::Catalog& catalog) {
  std::set<std::string> schemas;
  for (const model::Table& table : catalog.tables) schemas.insert(table.name.schema);
  return schemas;
}

/// Columns keep their names where they may; the others are named one by one.
void name_columns(const model::Table& table, NameCase names, mapping::TableRules& rules) {
  rules.same_names = true;
  Names taken(names);
  for (const model::Column& column : table.columns) {
    const std::string name = taken.take("", column.name);
    if (name != column.name) rules.rules.push_back(mapping::rename_rule(column.name, name));
  }
  std::ranges::sort(rules.rules, {}, &mapping::Rule::target);
}

/// As the catalogue calls them among what is not moved.
constexpr std::string_view kTableOfExtension = "table of extension ";

/// The extension that a table of PostgreSQL comes with; empty: none.
std::string extension_of(const model::Catalog& source, const model::Table& table) {
  for (const model::OtherObject& other : source.others) {
    if (other.name == table.name && other.kind.starts_with(kTableOfExtension)) {
      return other.kind.substr(kTableOfExtension.size());
    }
  }
  return {};
}

}  // namespace

config::Config whole_database(const model::Catalog& source, const model::Catalog& target,
                              const WholeDatabase& options) {
  config::Config config;
  config.name = options.name;
  const bool one_database =
      model::is_mysql_family(source.server.engine) && schemas_of(source).size() <= 1;
  Names names(options.names);
  for (const model::Table& table : source.tables) {
    if (!holds_rows(table)) continue;
    if (const std::string extension = extension_of(source, table); !extension.empty()) {
      config.leave.push_back(
          {table.name,
           "it belongs to extension " + extension + ", which makes it in the target",
           {}});
      continue;
    }
    config::Table& entry = config.tables.emplace_back();
    entry.source = table.name;
    std::string schema = options.into_schema;
    if (schema.empty()) schema = one_database ? "public" : table.name.schema;
    entry.target = {schema, names.take(schema, table.name.table)};
    name_columns(table, options.names, entry.rules);
    if (target.find(entry.target) == nullptr) entry.create.emplace();
  }
  return config;
}

}  // namespace sluice::plan
