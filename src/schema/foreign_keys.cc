#include "schema/foreign_keys.h"

#include <string>
#include <utility>
#include <vector>

#include "sluice/schema/foreign_key.h"

#include "schema/collation.h"
#include "schema/key_size.h"
#include "schema/quoted.h"

namespace sluice::schema {
namespace {

using model::pg::quoted_list;

std::string rule_sql(const char* when, const std::string& rule) {
  if (rule.empty() || rule == "NO ACTION") return "";
  return std::string(" ON ") + when + " " + rule;
}

/// A row may refer to one whose key only the collation takes for equal.
void remark_on_collation(const model::ForeignKey& key, const Scope& scope, const Design& design,
                         Remarks& remarks) {
  for (const std::string& name : key.columns) {
    const model::Column* const column = scope.source.find_column(name);
    const model::Column* const made = design.table.find_column(scope.name_of(name));
    if (column == nullptr || made == nullptr || !is_long(made->type)) continue;
    if (compares_by_bytes(column->type)) continue;
    remarks.warning("collation", key.name,
                    "the source compares the foreign key's column " + name + " by " +
                        column->type.collation +
                        ": rows that differ from their parent's key in case or accents, or in "
                        "blanks at the end, go to quarantine",
                    "make both sides alike on the source beforehand");
  }
}

}  // namespace

std::string foreign_key_definition(const model::ForeignKey& key) {
  return "FOREIGN KEY (" + quoted_list(key.columns) + ") REFERENCES " + quoted(key.referenced) +
         "(" + quoted_list(key.referenced_columns) + ")" + rule_sql("UPDATE", key.on_update) +
         rule_sql("DELETE", key.on_delete);
}

void add_foreign_keys(const Scope& scope, Design& design, Remarks& remarks) {
  for (const model::ForeignKey& key : scope.source.foreign_keys) {
    model::ForeignKey made = key;
    for (std::string& column : made.columns) column = scope.name_of(column);
    made.equal_operators.assign(key.columns.size(), "OPERATOR(pg_catalog.=)");
    made.definition = foreign_key_definition(made);
    remark_on_collation(key, scope, design, remarks);
    design.table.foreign_keys.push_back(std::move(made));
  }
}

}  // namespace sluice::schema
