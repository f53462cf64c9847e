#include "plan/new_table_names.h"

#include <set>
#include <string>

#include "sluice/model/quote.h"

#include "plan/names.h"
#include "plan/pg_definition.h"
#include "plan/side_table.h"

namespace sluice::plan {
namespace {

class Names {
 public:
  explicit Names(const model::Catalog& target) {
    for (const model::Table& table : target.tables) take_all(table);
  }
  void take(const model::QualifiedName& name) {
    taken_.insert(name);
    taken_.insert(derived_name(name, kSideSuffix));
  }
  [[nodiscard]] bool is_free(const model::QualifiedName& name) const {
    return !taken_.contains(name) && !taken_.contains(derived_name(name, kSideSuffix));
  }
  /// `wanted`, else the table's name before it, else that with a number; taken from now on.
  std::string choose(const model::QualifiedName& table, const std::string& wanted) {
    std::string name = derived_name(wanted, "");
    for (int number = 1; !is_free({table.schema, name}); ++number) {
      const std::string suffix = number == 1 ? "" : "_" + std::to_string(number);
      name = derived_name(table.table + "_" + wanted, suffix);
    }
    take({table.schema, name});
    return name;
  }

 private:
  void take_all(const model::Table& table) {
    take(table.name);
    for (const model::Index& index : table.indexes) take({table.name.schema, index.name});
    for (const model::Column& column : table.columns) {
      if (!column.sequence.empty()) take(read_name(column.sequence));
    }
  }
  std::set<model::QualifiedName> taken_;
};

std::string quoted(const model::QualifiedName& name) {
  return model::quote_name(model::Engine::postgresql, name);
}

bool is_identity(const model::Column& column) {
  return column.identity == model::Identity::always ||
         column.identity == model::Identity::by_default;
}

/// The largest number that a sequence behind the type gives, as GENERATED AS IDENTITY has it.
const char* largest(const model::ColumnType& type) {
  if (type.base == "int2") return "32767";
  return type.base == "int4" ? "2147483647" : "9223372036854775807";
}

void settle_sequence(const model::QualifiedName& table, model::Column& column, Names& names) {
  const std::string before = column.sequence;
  // PostgreSQL's own way to name them.
  const std::string wanted = before.empty() ? derived_name(table.table, "_" + column.name + "_seq")
                                            : read_name(before).table;
  column.sequence = quoted(model::QualifiedName{table.schema, names.choose(table, wanted)});
  if (before.empty()) {
    column.sequence_options = std::string("START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE ") +
                              largest(column.type) + " CACHE 1 NO CYCLE";
  }
  if (column.default_sql == printed_nextval(before))
    column.default_sql = printed_nextval(column.sequence);
}

void settle_index(model::Table& table, model::Index& index, Names& names) {
  const std::string before = index.name;
  index.name = names.choose(table.name, before);
  if (table.replica_identity == "index " + before) table.replica_identity = "index " + index.name;
}

void settle(model::Table& table, Names& names) {
  for (model::Index& index : table.indexes) settle_index(table, index, names);
  for (model::Column& column : table.columns) {
    if (is_identity(column) || !column.sequence.empty()) {
      settle_sequence(table.name, column, names);
    }
  }
}

}  // namespace

void settle_names(const model::Catalog& target, std::vector<NewTable>& tables) {
  Names names(target);
  for (const NewTable& table : tables) names.take(table.design.table.name);
  for (NewTable& table : tables) settle(table.design.table, names);
}

}  // namespace sluice::plan
