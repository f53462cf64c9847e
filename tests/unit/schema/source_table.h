#pragma once

#include <map>
#include <string>
#include <utility>

#include "sluice/codec/mysql_types.h"
#include "sluice/model/schema.h"
#include "sluice/schema/design.h"
#include "sluice/schema/from_mysql.h"

/// Tables as the catalogue of MySQL and MariaDB gives them.
namespace sluice::schema {

inline model::Column source_column(std::string name, const std::string& type,
                                   const std::string& collation = "utf8mb4_unicode_ci") {
  model::Column column;
  column.name = std::move(name);
  column.type = codec::parse_mysql_type(type);
  if (codec::mysql_kind(column.type) == codec::MysqlKind::character) {
    column.type.charset = "utf8mb4";
    column.type.collation = collation;
  }
  return column;
}

inline model::Table source_table() {
  model::Table table;
  table.name = {"crm", "t"};
  return table;
}

inline Design design_of(const model::Table& source,
                        const std::map<std::string, std::string>& types = {}) {
  return design_from_mysql(source, {"app", source.name.table}, types);
}

inline Design design_of(model::Column column) {
  model::Table source = source_table();
  source.columns.push_back(std::move(column));
  return design_of(source);
}

inline const model::Finding* find_rule(const Design& design, const std::string& rule) {
  for (const model::Finding& finding : design.findings) {
    if (finding.rule == rule) return &finding;
  }
  return nullptr;
}

}  // namespace sluice::schema
