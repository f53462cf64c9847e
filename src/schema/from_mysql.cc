#include "sluice/schema/from_mysql.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sluice/schema/given_names.h"
#include "sluice/schema/names.h"

#include "schema/checks.h"
#include "schema/collation.h"
#include "schema/column.h"
#include "schema/foreign_keys.h"
#include "schema/indexes.h"
#include "schema/limits.h"
#include "schema/remarks.h"

namespace sluice::schema {
namespace {

/// One remark for all columns that no warning speaks of.
void remark_on_collations(const model::Table& source, const Design& design, Remarks& remarks) {
  const bool warned = std::ranges::any_of(
      design.findings, [](const model::Finding& f) { return f.rule == "collation"; });
  const bool loose = std::ranges::any_of(
      source.columns, [](const model::Column& c) { return !compares_by_bytes(c.type); });
  if (warned || !loose) return;
  remarks.note("collation", "",
               "texts are compared by a collation on the source, which may take upper and lower "
               "case, accents or blanks at the end for equal; PostgreSQL compares byte for byte");
}

void remark_on_what_stays(const model::Table& source, Remarks& remarks) {
  if (!source.partition_key.empty()) {
    remarks.note("partitions", "",
                 "the partitions (" + source.partition_key + ") become one table");
  }
  if (source.kind == "system versioned table") {
    remarks.warning("row-history", "",
                    "only the rows of now are moved, not the history of the table");
  }
  for (const model::Trigger& trigger : source.triggers) {
    remarks.note("trigger-not-moved", trigger.name, "the trigger is not moved",
                 "write it anew for PostgreSQL, if the application counts on it");
  }
}

/// The source has one space of names for checks, another one for keys, and others for the rest; a
/// table of PostgreSQL has one for all its constraints. `of_types`: so many checks come first that
/// the source does not have.
void name_constraints(model::Table& table, std::size_t of_types) {
  GivenNames names;
  for (const model::Index& index : table.indexes) {
    if (index.is_constraint) names.take({"", index.name});
  }
  std::vector<std::string*> settled;
  std::vector<Wish> wishes;
  const auto wish = [&](std::string& name, const char* suffix) {
    const bool as_is = settled.size() >= of_types;
    settled.push_back(&name);
    wishes.push_back({"", name, derived_name(name, suffix), as_is});
  };
  for (model::Check& check : table.checks) wish(check.name, "_check");
  for (model::ForeignKey& key : table.foreign_keys) wish(key.name, "_fkey");
  std::vector<std::string> given = names.give_all(wishes);
  for (std::size_t i = 0; i < settled.size(); ++i) *settled[i] = std::move(given[i]);
}

std::map<std::string, std::string> shortened_columns(const model::Table& source) {
  std::vector<std::string> names;
  for (const model::Column& column : source.columns) names.push_back(column.name);
  return shortened(names);
}

}  // namespace

Design design_from_mysql(const model::Table& source, const model::QualifiedName& target,
                         const std::map<std::string, std::string>& types) {
  Design design;
  design.table.name = target;
  design.table.comment = source.comment;
  design.table.replica_identity = "default";
  design.shortened = shortened_columns(source);
  const Scope scope{source, types, design.shortened};
  Remarks remarks(source.name, design.findings);
  for (const model::Column& column : source.columns) add_column(column, scope, design, remarks);
  look_at_limits(scope, design, remarks);
  add_indexes(scope, design, remarks);
  const std::size_t checks_of_types = design.table.checks.size();
  add_checks(scope, design, remarks);
  add_foreign_keys(scope, design, remarks);
  name_constraints(design.table, checks_of_types);
  remark_on_collations(source, design, remarks);
  remark_on_what_stays(source, remarks);
  return design;
}

}  // namespace sluice::schema
