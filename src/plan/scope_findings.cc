#include "plan/scope_findings.h"

#include <algorithm>
#include <map>
#include <set>

#include "sluice/mapping/condition.h"
#include "sluice/mapping/json_object.h"
#include "sluice/mapping/rules.h"
#include "sluice/plan/draft.h"

namespace sluice::plan {
namespace {

std::string nearest_of(const std::string& name, const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const std::string_view found = mapping::nearest(name, candidates);
  return found.empty() ? std::string() : "did you mean " + std::string(found) + "?";
}

void look_at_publications(const config::Config& config, const model::Catalog& target,
                          Findings& findings) {
  for (const model::Publication& publication : target.wide_publications) {
    for (const config::Table& table : config.tables) {
      if (!publication.schemas.empty() &&
          std::ranges::find(publication.schemas, table.target.schema) == publication.schemas.end())
        continue;
      // Not only would subscribers get half a copy: without a key yet, the side table's rows could
      // not even be deleted again.
      findings.error("wide-publication", table.target.text(),
                     "publication " + publication.name +
                         " takes in every new table, so the side table's rows would be published",
                     "let it name its tables instead, or drop it for the time of the run");
    }
  }
}

void look_at_targets(const config::Config& config, const model::Catalog& source,
                     const model::Catalog& target, Findings& findings) {
  const bool same_database = source.server.identity == target.server.identity &&
                             source.server.database == target.server.database;
  std::set<model::QualifiedName> targets;
  for (const config::Table& table : config.tables) {
    if (!targets.insert(table.target).second) {
      findings.error("target-twice", table.target.text(), "is the target of more than one table",
                     "give each source table a target of its own");
    }
    if (same_database && table.source == table.target) {
      findings.error("same-table", table.target.text(), "source and target are the same table",
                     "name another target");
    }
  }
}

void check_columns(const model::Table& table, const config::CheckSide& side,
                   const std::string& where, Findings& findings) {
  std::vector<std::string> columns = side.group_by;
  if (!side.column.empty()) columns.push_back(side.column);
  if (side.filter) mapping::collect_columns(*side.filter, columns);
  std::vector<std::string> known;
  for (const model::Column& column : table.columns) known.push_back(column.name);
  for (const std::string& column : columns) {
    if (table.find_column(column) != nullptr) continue;
    findings.error("unknown-check-column", where, table.name.text() + " has no column " + column,
                   nearest_of(column, known));
  }
}

bool is_number(const model::ColumnType& type) {
  static constexpr std::string_view kNumbers[] = {
      "tinyint", "smallint", "mediumint", "int",     "integer",         "bigint", "int2",
      "int4",    "int8",     "decimal",   "numeric", "float",           "double", "real",
      "float4",  "float8",   "year",      "money",   "double precision"};
  return std::ranges::find(kNumbers, type.base) != std::end(kNumbers);
}

void check_measure(const model::Table& table, config::Measure measure,
                   const config::CheckSide& side, const std::string& where, Findings& findings) {
  const model::Column* column = table.find_column(side.column);
  if (measure != config::Measure::sum || column == nullptr || is_number(column->type)) return;
  findings.error("check-not-a-number", where,
                 table.name.text() + "." + side.column + " is " + column->type.sql +
                     ", and only numbers can be summed",
                 "use count, count_distinct, min or max");
}

/// Groups are found by their values: those that a value map renames are on one side only.
void look_at_groups(const config::Config& config, const config::Check& check,
                    const std::string& where, Findings& findings) {
  const auto table = std::ranges::find_if(config.tables, [&check](const config::Table& t) {
    return t.source == check.source.table && t.target == check.target.table;
  });
  if (table == config.tables.end()) return;
  const std::size_t groups = std::min(check.source.group_by.size(), check.target.group_by.size());
  for (const mapping::ValueMapUse& use : mapping::value_maps(table->rules.rules)) {
    for (std::size_t i = 0; i < groups; ++i) {
      if (use.source_column != check.source.group_by[i] ||
          use.target_column != check.target.group_by[i])
        continue;
      findings.warning("check-group-is-mapped", where,
                       "groups by " + use.source_column +
                           ", whose values a map turns into those of " + use.target_column +
                           ": groups that it renames differ always",
                       "group by a column that keeps its values; the map is checked by itself");
    }
  }
}

/// Foreign tables of PostgreSQL need not be mapped or left, as their rows are not the source's.
void look_at_foreign(const config::Config& config, const model::Catalog& source,
                     Findings& findings) {
  for (const model::Table& table : source.tables) {
    if (table.kind != "foreign" || config.find_table(table.name) != nullptr ||
        config.is_left(table.name))
      continue;
    findings.note("foreign-table", table.name.text(),
                  "stands for a table on another server: it is not moved");
  }
}

void look_at_left(const config::Config& config, const model::Catalog& source, Findings& findings) {
  for (const config::LeftTable& leave : config.leave) {
    if (!leave.is_whole_schema()) {
      (void)find_table(source, leave.table, "unknown-left-table", leave.where, findings);
      continue;
    }
    const bool is_there = std::ranges::any_of(source.tables, [&leave](const model::Table& table) {
      return table.name.schema == leave.table.schema;
    });
    if (is_there) continue;
    findings.error("unknown-left-schema", leave.where,
                   "schema " + leave.table.schema + " holds no tables on " + source.server.address,
                   "take the entry out of \"leave\", or name the schema as the server does");
  }
}

}  // namespace

bool holds_rows(const model::Table& table) {
  static constexpr std::string_view kWithoutRows[] = {"view", "materialized view", "foreign",
                                                      "sequence", "partitioned"};
  return std::ranges::find(kWithoutRows, table.kind) == std::end(kWithoutRows);
}

const model::Table* find_table(const model::Catalog& catalog, const model::QualifiedName& name,
                               std::string_view rule, const std::string& where,
                               Findings& findings) {
  if (const model::Table* table = catalog.find(name)) return table;
  std::vector<std::string> known;
  for (const model::Table& table : catalog.tables) known.push_back(table.name.text());
  findings.error(rule, where, "there is no table " + name.text() + " on " + catalog.server.address,
                 nearest_of(name.text(), known));
  return nullptr;
}

void look_at_servers(const config::Config& config, const model::Catalog& source,
                     const model::Catalog& target, Findings& findings) {
  if (target.server.engine != model::Engine::postgresql) {
    findings.error("target-engine", target.server.address,
                   std::string("the target is ") + model::to_string(target.server.engine) +
                       ", and only PostgreSQL can be filled so far",
                   "name a PostgreSQL server as the target");
  }
  look_at_publications(config, target, findings);
  look_at_targets(config, source, target, findings);
}

void look_at_scope(const config::Config& config, const model::Catalog& source, Findings& findings) {
  const std::vector<std::string> known = config_schemas(config).source;
  std::map<std::string, std::size_t> unknown;  // tables by schema
  for (const model::Table& table : source.tables) {
    if (!holds_rows(table) || config.find_table(table.name) != nullptr ||
        config.is_left(table.name))
      continue;
    if (std::ranges::find(known, table.name.schema) == known.end()) {
      ++unknown[table.name.schema];
      continue;
    }
    findings.error("unmapped-source-table", table.name.text(),
                   "is neither mapped nor left behind on purpose",
                   "add it to \"tables\", or to \"leave\" with a reason");
  }
  for (const auto& [schema, tables] : unknown) {
    findings.error("unmapped-source-schema", schema,
                   "holds " + std::to_string(tables) + " table(s), and the config names none",
                   "map what is to be moved, or leave all of it with a reason: \"leave\": {\"" +
                       schema + ".*\": \"...\"}");
  }
  look_at_foreign(config, source, findings);
  look_at_left(config, source, findings);
}

void look_at_incoming(const model::Catalog& target, const SideOf& side_of, Findings& findings) {
  for (const model::Table& table : target.tables) {
    if (side_of.contains(table.name)) continue;
    for (const model::ForeignKey& key : table.foreign_keys) {
      if (!side_of.contains(key.referenced)) continue;
      findings.warning("incoming-reference", table.name.text() + "." + key.name,
                       "refers to " + key.referenced.text() +
                           ", and is not in the plan: the cutover points it at the new table",
                       "see to it that its rows find theirs there: it is validated afterwards");
    }
  }
}

void look_at_checks(const config::Config& config, const model::Catalog& source,
                    const model::Catalog& target, Findings& findings) {
  for (const config::Check& check : config.checks) {
    const std::string where = check.where.empty() ? "check " + check.name : check.where;
    const auto look_at = [&](const model::Catalog& catalog, const config::CheckSide& side) {
      const model::Table* table =
          find_table(catalog, side.table, "unknown-check-table", where, findings);
      if (table == nullptr) return;
      check_columns(*table, side, where, findings);
      check_measure(*table, check.measure, side, where, findings);
    };
    look_at(source, check.source);
    look_at(target, check.target);
    look_at_groups(config, check, where, findings);
    const bool planned = std::ranges::any_of(config.tables, [&check](const config::Table& table) {
      return table.target == check.target.table;
    });
    if (!planned) {
      findings.error("unplanned-check-table", where,
                     check.target.table.text() + " is not a target table of this config",
                     "check a table that is moved");
    }
  }
}

}  // namespace sluice::plan
