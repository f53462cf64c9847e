#include "sluice/plan/new_tables.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sluice/model/pg_quoted.h"
#include "sluice/schema/from_mysql.h"

#include "plan/families.h"
#include "plan/names.h"
#include "plan/new_table.h"
#include "plan/new_table_columns.h"
#include "plan/new_table_names.h"
#include "plan/side_table.h"

namespace sluice::plan {
namespace {

using model::pg::literal;
using model::pg::quoted;

/// What belongs to the other server, or says who may see what.
void leave_behind(schema::Design& design) {
  model::Table& table = design.table;
  const auto say = [&](const char* rule, const char* message, const char* action) {
    design.findings.push_back({model::Severity::note, rule, table.name.text(), message, action});
  };
  bool placed = !table.tablespace.empty();
  table.tablespace.clear();
  for (model::Index& index : table.indexes) {
    placed = placed || !index.tablespace.empty();
    index.tablespace.clear();
  }
  if (placed) {
    say("tablespace-not-moved", "tablespaces are not moved: new tables lie where the target's do",
        "ALTER TABLE ... SET TABLESPACE by hand");
  }
  if (table.row_security) {
    say("row-security-not-moved",
        "row security is not moved: who may read the table reads all of it",
        "make the policies and ALTER TABLE ... ENABLE ROW LEVEL SECURITY before anybody may");
  }
  table.row_security = false;
}

/// A table of PostgreSQL is its own design, but for what belongs to its server alone.
schema::Design design_from_postgresql(const model::Table& source,
                                      const model::QualifiedName& target,
                                      const std::map<std::string, std::string>& types) {
  schema::Design design;
  design.table = source;
  design.table.name = target;
  design.table.kind = "table";
  design.table.owner.clear();
  design.table.triggers.clear();
  leave_behind(design);
  for (model::Column& column : design.table.columns) {
    // From 17 on a partition's column says that it is one; the sequence is the parent's.
    if (!source.partition_bound.empty() && column.sequence.empty()) {
      column.identity = model::Identity::no;
    }
    const auto type = types.find(column.name);
    if (type == types.end()) continue;
    column.type = {};
    column.type.sql = type->second;
  }
  for (model::Statistics& statistics : design.table.statistics) {
    if (statistics.name.schema == source.name.schema) statistics.name.schema = target.schema;
  }
  return design;
}

/// The objects of these ids, and all that they need, in the catalogue's order.
std::vector<model::SchemaObject> with_needs(const model::Catalog& catalog,
                                            const std::vector<std::string>& ids) {
  std::set<std::string> wanted(ids.begin(), ids.end());
  std::vector<model::SchemaObject> found;
  // Each object stands behind what it needs.
  for (auto object = catalog.objects.rbegin(); object != catalog.objects.rend(); ++object) {
    if (!wanted.contains(object->id())) continue;
    wanted.insert(object->needs.begin(), object->needs.end());
    found.insert(found.begin(), *object);
  }
  return found;
}

}  // namespace

void add_schema(const std::string& schema, std::vector<model::SchemaObject>& objects) {
  if (schema == "public") return;
  model::SchemaObject object;
  object.kind = model::SchemaObject::Kind::schema;
  object.name.table = schema;
  object.definition = "CREATE SCHEMA " + quoted(schema);
  const auto same = [&object](const model::SchemaObject& o) { return o.id() == object.id(); };
  if (std::ranges::none_of(objects, same)) objects.insert(objects.begin(), std::move(object));
}

NewTable design_table(const config::Table& table, const model::Catalog& source,
                      const model::Catalog& target, const model::Table& from) {
  NewTable made;
  made.source = from.name;
  const WantedTypes types = wanted_types(table, from);
  made.design = model::is_mysql_family(source.server.engine)
                    ? schema::design_from_mysql(from, table.target, types.of_source)
                    : design_from_postgresql(from, table.target, types.of_source);
  if (!model::is_mysql_family(source.server.engine)) {
    made.design.objects = with_needs(source, from.needs);
    look_at_needs(source, target, from, made.design);
  }
  add_schema(table.target.schema, made.design.objects);
  choose_columns(table, from, made);
  return made;
}

namespace {

bool is_doubtful(const model::Column& column) {
  return column.generated != model::Generated::no ||
         (column.default_sql && number_source(column) == NumberSource::none);
}

void make_plain(model::Column& column) {
  column.default_sql.reset();
  column.generated = model::Generated::no;
  column.generation_sql.clear();
}

/// Two columns may change names, so each is out of the other's way first.
void add_renames(const NewTable& table, const std::string& alter, std::vector<std::string>& sql) {
  const auto rename = [&](const std::string& from, const std::string& to) {
    sql.push_back(alter + " RENAME COLUMN " + quoted(from) + " TO " + quoted(to));
  };
  int number = 0;
  for (const auto& [source, target] : table.renamed) {
    rename(source, "sluice " + std::to_string(number++));
  }
  number = 0;
  for (const auto& [source, target] : table.renamed) {
    rename("sluice " + std::to_string(number++), target);
  }
}

/// What the config renames, drops and adds.
void add_column_changes(const NewTable& table, std::vector<std::string>& sql) {
  const std::string alter = "ALTER TABLE " + quoted(table.design.table.name);
  for (const std::string& column : table.dropped) {
    sql.push_back(alter + " DROP COLUMN " + quoted(column));
  }
  add_renames(table, alter, sql);
  for (const auto& [column, type] : table.added) {
    sql.push_back(fmt::format("{} ADD COLUMN {} {}", alter, quoted(column), type));
  }
}

}  // namespace

std::vector<NewTable> new_tables(const config::Config& config, const model::Catalog& source,
                                 const model::Catalog& target) {
  std::vector<NewTable> tables;
  for (const config::Table& table : config.tables) {
    const model::Table* const from = source.find(table.source);
    if (!table.create || from == nullptr || target.find(table.target) != nullptr) continue;
    tables.push_back(design_table(table, source, target, *from));
  }
  schema::GivenNames names = names_of_relations(config, target, tables);
  add_families(config, source, target, names, tables);
  share_sequences(source, names, tables);
  settle_names(source, names, tables);
  if (model::is_mysql_family(source.server.engine)) settle_types(target, tables);
  return tables;
}

TrialScript trial_script(const NewTable& table) {
  const model::Table& design = table.design.table;
  TrialScript script;
  // Not as a side table: a run that is under way may have one.
  script.make = side_ddl(design, design.name, std::nullopt, Model::named);
  script.parts = deferred_steps(design, design.name, {}, Model::named);
  std::erase_if(script.parts, [](const DeferredStep& step) {
    // Foreign keys need tables that are tried by themselves; positions need rows.
    return step.kind == DeferredStep::Kind::foreign_key ||
           step.kind == DeferredStep::Kind::validate || step.kind == DeferredStep::Kind::position ||
           !step.referenced.table.empty();
  });
  return script;
}

std::vector<std::string> parent_script(const NewTable& parent) {
  std::vector<std::string> sql = parent_statements(parent.design.table);
  add_column_changes(parent, sql);
  return sql;
}

std::vector<std::string> finishing_statements(const NewTable& table) {
  const model::Table& design = table.design.table;
  std::vector<std::string> sql;
  if (!design.comment.empty()) {
    sql.push_back("COMMENT ON TABLE " + quoted(design.name) + " IS " + literal(design.comment));
  }
  add_column_changes(table, sql);
  return sql;
}

std::vector<std::string> doubtful_columns(const NewTable& table) {
  std::vector<std::string> columns;
  for (const model::Column& column : table.design.table.columns) {
    if (is_doubtful(column)) columns.push_back(column.name);
  }
  return columns;
}

NewTable with_only(const NewTable& table, const std::string& column) {
  NewTable simpler = table;
  for (model::Column& other : simpler.design.table.columns) {
    if (other.name != column && is_doubtful(other)) make_plain(other);
  }
  return simpler;
}

void make_plain(NewTable& table, const std::string& column) {
  for (model::Column& found : table.design.table.columns) {
    if (found.name == column) make_plain(found);
  }
}

}  // namespace sluice::plan
