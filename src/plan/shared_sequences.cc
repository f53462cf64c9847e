#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/model/pg_quoted.h"

#include "plan/families.h"
#include "plan/new_table.h"
#include "plan/new_table_columns.h"
#include "plan/pg_definition.h"
#include "plan/positions.h"

// Sequences that belong to one table and serve others.
namespace sluice::plan {
namespace {

using model::pg::literal;
using model::pg::quoted;

using Users = std::map<model::QualifiedName, std::vector<NewTable*>>;  // by the source's sequence

Users users_of_sequences(std::vector<NewTable>& tables) {
  Users users;
  for (NewTable& table : tables) {
    for (const model::Column& column : table.design.table.columns) {
      if (number_source(column) != NumberSource::shared_sequence) continue;
      for (const model::QualifiedName& sequence : sequences_of_default(column)) {
        std::vector<NewTable*>& all = users[sequence];
        if (all.empty() || all.back() != &table) all.push_back(&table);
      }
    }
  }
  return users;
}

/// The column of the source that owns a sequence.
struct Owner {
  const model::Table* table = nullptr;
  const model::Column* column = nullptr;
};

std::map<model::QualifiedName, Owner> owners_of_sequences(const model::Catalog& source) {
  std::map<model::QualifiedName, Owner> owners;
  for (const model::Table& table : source.tables) {
    for (const model::Column& column : table.columns) {
      if (!column.sequence.empty()) owners[read_name(column.sequence)] = {&table, &column};
    }
  }
  return owners;
}

/// A new table, and its column with numbers of a sequence of its own.
struct Giver {
  NewTable* table = nullptr;
  model::Column* column = nullptr;
};

/// The new one that the owner becomes; nothing where it becomes none.
Giver giver_of(const Owner& owner, std::vector<NewTable>& tables) {
  for (NewTable& table : tables) {
    if (table.source != owner.table->name) continue;
    for (model::Column& column : table.design.table.columns) {
      if (column.name == owner.column->name &&
          number_source(column) == NumberSource::own_sequence) {
        return {&table, &column};
      }
    }
  }
  return {};
}

model::QualifiedName free_name(const std::string& schema, const std::string& sequence,
                               const NewTable& table, schema::GivenNames& names) {
  return {schema, names.give(schema, sequence, table.design.table.name.table + "_" + sequence)};
}

/// The column gives its sequence up until its table has its name.
void give_up(const Giver& giver, const model::QualifiedName& now) {
  const std::string name = column_in_target(*giver.table, giver.column->name);
  if (!name.empty()) giver.table->kin.owned.emplace_back(now, name);
  giver.column->sequence.clear();
  giver.column->sequence_options.clear();
}

void add_object(const model::QualifiedName& name, const model::Column& owner, NewTable& table) {
  add_schema(name.schema, table.design.objects);
  model::SchemaObject object;
  object.kind = model::SchemaObject::Kind::sequence;
  object.name = name;
  object.definition = sequence_sql(name, owner);
  table.design.objects.push_back(std::move(object));
}

model::Finding not_shared(const NewTable& table, const model::QualifiedName& sequence,
                          const Owner& owner, const model::QualifiedName& now) {
  return {model::Severity::warning, "numbers-not-shared", table.design.table.name.text(),
          "takes numbers from " + sequence.text() + " in the source, as " +
              owner.table->name.text() + " does; here it takes them from " + now.text() +
              ", and the other does not",
          "ALTER TABLE ... ALTER COLUMN ... SET DEFAULT by hand, where both have to share"};
}

/// What it is called in the target, where all its users need it from now on.
model::QualifiedName share(const model::QualifiedName& sequence, const Owner& owner,
                           const std::vector<NewTable*>& users, std::vector<NewTable>& tables,
                           schema::GivenNames& names) {
  const Giver giver = giver_of(owner, tables);
  model::QualifiedName now =
      giver.table == nullptr
          ? free_name(sequence.schema, sequence.table, *users.front(), names)
          : free_name(giver.table->design.table.name.schema, sequence.table, *giver.table, names);
  for (NewTable* const user : users) {
    add_object(now, *owner.column, *user);
    if (giver.table == nullptr && now != sequence) {
      user->design.findings.push_back(not_shared(*user, sequence, owner, now));
    }
  }
  if (giver.table != nullptr) {
    add_object(now, *owner.column, *giver.table);
    give_up(giver, now);
  }
  return now;
}

using Words = std::map<std::string, std::string>;  // of defaults, before and now

/// Every word of the default, once: what one says now may be what another said before.
void redirect(model::Column& column, const Words& words) {
  if (!column.default_sql || number_source(column) == NumberSource::own_sequence) return;
  std::string_view rest = *column.default_sql;
  std::string now;
  while (!rest.empty()) {
    const auto word = std::ranges::find_if(
        words, [&rest](const auto& entry) { return rest.starts_with(entry.first); });
    now += word == words.end() ? std::string(1, rest.front()) : word->second;
    rest.remove_prefix(word == words.end() ? 1 : word->first.size());
  }
  column.default_sql = std::move(now);
}

}  // namespace

void share_sequences(const model::Catalog& source, schema::GivenNames& names,
                     std::vector<NewTable>& tables) {
  const Users users = users_of_sequences(tables);
  if (users.empty()) return;
  const auto owners = owners_of_sequences(source);
  Words words;
  for (const auto& [sequence, of_it] : users) {
    const auto owner = owners.find(sequence);
    if (owner == owners.end()) continue;  // one that nobody owns is an object already
    const model::QualifiedName now = share(sequence, owner->second, of_it, tables, names);
    words.emplace(printed_nextval(owner->second.column->sequence),
                  "nextval(" + literal(quoted(now)) + "::regclass)");
  }
  for (NewTable& table : tables) {
    for (model::Column& column : table.design.table.columns) redirect(column, words);
  }
}

}  // namespace sluice::plan
