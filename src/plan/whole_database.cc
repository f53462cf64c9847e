#include "sluice/plan/whole_database.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/codec/ascii.h"
#include "sluice/mapping/rules.h"
#include "sluice/schema/given_names.h"

#include "plan/scope_findings.h"

namespace sluice::plan {
namespace {

/// A name of its own that looks like the source's.
schema::Wish wish_for(const std::string& schema, const std::string& name, NameCase name_case) {
  const std::string wanted = name_case == NameCase::lower ? codec::ascii_lower(name) : name;
  return {schema, wanted, wanted, wanted == name};
}

bool is_wanted(const std::string& schema, const WholeDatabase& options) {
  return options.schemas.empty() ||
         std::ranges::find(options.schemas, schema) != options.schemas.end();
}

std::set<std::string> schemas_of(const model::Catalog& catalog, const WholeDatabase& options) {
  std::set<std::string> schemas;
  for (const model::Table& table : catalog.tables) {
    if (is_wanted(table.name.schema, options)) schemas.insert(table.name.schema);
  }
  return schemas;
}

/// Columns keep their names where they may; the others are named one by one.
void name_columns(const model::Table& table, NameCase names, mapping::TableRules& rules) {
  rules.same_names = true;
  std::vector<schema::Wish> wishes;
  for (const model::Column& column : table.columns) {
    wishes.push_back(wish_for("", column.name, names));
  }
  const std::vector<std::string> given = schema::GivenNames().give_all(wishes);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string& column = table.columns[i].name;
    if (given[i] != column) rules.rules.push_back(mapping::rename_rule(column, given[i]));
  }
  std::ranges::sort(rules.rules, {}, &mapping::Rule::target);
}

/// Gives the target tables their names, in the schemas that they have.
void name_tables(const model::Catalog& target, NameCase names, config::Config& config) {
  std::vector<schema::Wish> wishes;
  for (const config::Table& entry : config.tables) {
    wishes.push_back(wish_for(entry.target.schema, entry.source.table, names));
  }
  std::vector<std::string> given = schema::GivenNames().give_all(wishes);
  for (std::size_t i = 0; i < given.size(); ++i) {
    config::Table& entry = config.tables[i];
    entry.target.table = std::move(given[i]);
    if (target.find(entry.target) == nullptr) entry.create.emplace();
  }
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

/// Why the table is not moved; empty: it is.
std::string reason_to_leave(const model::Catalog& source, const model::Table& table) {
  if (const std::string extension = extension_of(source, table); !extension.empty()) {
    return "it belongs to extension " + extension + ", which makes it in the target";
  }
  if (!table.columns.empty()) return {};
  std::string reason = "it has no columns";
  if (table.estimated_rows != 0) {
    reason += "; its " + std::to_string(table.estimated_rows) + " row(s) hold nothing";
  }
  return reason;
}

/// Each once, with all of its tables.
void leave_schema(const std::string& schema, config::Config& config) {
  const config::LeftTable left{{schema, "*"}, "not named by --schema", {}};
  const auto same = [&left](const config::LeftTable& other) { return other.table == left.table; };
  if (std::ranges::none_of(config.leave, same)) config.leave.push_back(left);
}

}  // namespace

config::Config whole_database(const model::Catalog& source, const model::Catalog& target,
                              const WholeDatabase& options) {
  config::Config config;
  config.name = options.name;
  const bool one_database =
      model::is_mysql_family(source.server.engine) && schemas_of(source, options).size() <= 1;
  for (const model::Table& table : source.tables) {
    if (!holds_rows(table)) continue;
    if (!is_wanted(table.name.schema, options)) {
      leave_schema(table.name.schema, config);
      continue;
    }
    if (const std::string reason = reason_to_leave(source, table); !reason.empty()) {
      config.leave.push_back({table.name, reason, {}});
      continue;
    }
    config::Table& entry = config.tables.emplace_back();
    entry.source = table.name;
    entry.target.schema = options.into_schema;
    if (entry.target.schema.empty()) {
      entry.target.schema = one_database ? "public" : table.name.schema;
    }
    name_columns(table, options.names, entry.rules);
  }
  name_tables(target, options.names, config);
  return config;
}

}  // namespace sluice::plan
