#include "support/random_tables.h"

#include <algorithm>

#include <fmt/format.h>

#include "support/random_text.h"

namespace sluice::test {
namespace {

constexpr int kMostTables = 12;
constexpr int kMostColumns = 25;
constexpr int kMostKeyColumns = 4;
constexpr int kMostValues = 12000;

RandomColumn random_column(Random& random, const RandomDialect& dialect, int number) {
  RandomColumn column;
  column.name = random_name(random, number, kMostNameBytes);
  column.type = random.pick(dialect.types)(random);
  column.nullable = !random.one_in(4);
  return column;
}

RandomColumn key_column(Random& random, const RandomDialect& dialect, int number) {
  RandomColumn column = random_column(random, dialect, number);
  while (!column.type.key) column.type = random.pick(dialect.types)(random);
  column.type.value = column.type.key;
  column.nullable = false;
  return column;
}

RandomTable random_table(Random& random, const RandomDatabase& database, int number) {
  RandomTable table;
  table.name = random_name(random, number, kMostNameBytes);
  // MySQL's tables need one to be read by.
  const int keys =
      random.between(database.dialect.is_mysql ? 1 : 0, random.one_in(3) ? kMostKeyColumns : 1);
  for (int i = 0; i < keys; ++i) {
    table.key.push_back(table.columns.size());
    table.columns.push_back(key_column(random, database.dialect, i));
  }
  const int others = random.between(keys == 0 ? 1 : 0, kMostColumns - keys);
  for (int i = 0; i < others; ++i) {
    table.columns.push_back(random_column(random, database.dialect, keys + i));
  }
  return table;
}

void add_own_types(Random& random, RandomDatabase& database) {
  RandomTable& table = database.tables.front();
  for (const RandomType& type : database.dialect.own_types) {
    RandomColumn column;
    column.name = random_name(random, 300 + static_cast<int>(table.columns.size()), kMostNameBytes);
    column.type = type;
    table.columns.push_back(std::move(column));
  }
}

/// Columns of their own, of the types of the key that they refer to.
void refer(Random& random, RandomDatabase& database, RandomTable& table) {
  RandomForeignKey key;
  key.table = static_cast<std::size_t>(random.below(database.tables.size()));
  // A table may refer to itself, so this is a copy.
  const RandomTable other = database.tables[key.table];
  if (other.key.empty()) return;
  key.referenced = other.key;
  for (const std::size_t referenced : key.referenced) {
    RandomColumn column = other.columns[referenced];
    column.name = random_name(random, 100 + static_cast<int>(table.columns.size()), kMostNameBytes);
    column.nullable = true;
    column.clause.clear();
    key.columns.push_back(table.columns.size());
    table.columns.push_back(std::move(column));
  }
  table.foreign_keys.push_back(std::move(key));
}

int row_count(Random& random, const RandomTable& table) {
  const int most = std::max(1, kMostValues / static_cast<int>(table.columns.size()));
  switch (random.below(4)) {
    case 0:
      return random.between(0, 2);
    case 1:
      return random.between(0, std::min(most, 60));
    default:
      return random.between(0, most);
  }
}

void add_rows(Random& random, RandomTable& table) {
  for (int left = row_count(random, table); left > 0; --left) {
    std::vector<std::string> row;
    for (const RandomColumn& column : table.columns) {
      const bool null = column.nullable && random.one_in(6);
      row.push_back(null ? "NULL" : column.type.value(random));
    }
    table.rows.push_back(std::move(row));
  }
}

/// Most rows refer to one that is there, in all columns; the others keep what they have.
void point_at_rows(Random& random, const RandomForeignKey& key, const RandomTable& referenced,
                   RandomTable& table) {
  for (std::vector<std::string>& row : table.rows) {
    if (referenced.rows.empty() || random.one_in(5)) continue;
    const std::vector<std::string> partner = random.pick(referenced.rows);
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
      row[key.columns[i]] = partner[key.referenced[i]];
    }
  }
}

std::string equal_columns(const RandomDatabase& database, const RandomTable& table,
                          const RandomForeignKey& key) {
  const RandomTable& other = database.tables[key.table];
  std::string sql;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    sql += fmt::format("{}p.{} = c.{}", i == 0 ? "" : " AND ",
                       database.dialect.quoted(other.columns[key.referenced[i]].name),
                       database.dialect.quoted(table.columns[key.columns[i]].name));
  }
  return sql;
}

/// UPDATE that takes away references to rows that the server refused, or that nobody made.
std::string drop_orphans(const RandomDatabase& database, const RandomTable& table,
                         const RandomForeignKey& key) {
  std::string nulls;
  for (const std::size_t column : key.columns) {
    nulls += fmt::format("{}{} = NULL", nulls.empty() ? "" : ", ",
                         database.dialect.quoted(table.columns[column].name));
  }
  // MySQL reads no table that it updates; of DISTINCT it makes a table of its own first.
  const RandomTable& other = database.tables[key.table];
  return fmt::format(
      "UPDATE {} {}c SET {} WHERE NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT {} FROM {}) p WHERE "
      "{})",
      database.name_of(table), database.dialect.is_mysql ? "" : "AS ", nulls,
      column_list(database, other, key.referenced), database.name_of(other),
      equal_columns(database, table, key));
}

}  // namespace

void add_tables(Random& random, const std::vector<std::string>& schemas, RandomDatabase& database) {
  const int tables = random.between(3, kMostTables);
  for (int i = 0; i < tables; ++i) {
    RandomTable table = random_table(random, database, i);
    // A schema without tables would not be moved.
    const auto place = static_cast<std::size_t>(i);
    if (!schemas.empty()) table.schema = schemas[place % schemas.size()];
    database.tables.push_back(std::move(table));
  }
  add_own_types(random, database);
  for (RandomTable& table : database.tables) {
    while (random.one_in(3)) refer(random, database, table);
  }
  for (RandomTable& table : database.tables) add_rows(random, table);
  for (RandomTable& table : database.tables) {
    for (const RandomForeignKey& key : table.foreign_keys) {
      const RandomTable referenced = database.tables[key.table];
      point_at_rows(random, key, referenced, table);
    }
  }
}

void add_foreign_keys(Random& random, RandomDatabase& database) {
  const std::vector<std::string> rules = {"", " ON DELETE CASCADE", " ON DELETE SET NULL",
                                          " ON UPDATE CASCADE ON DELETE NO ACTION"};
  int number = 1000;
  for (const RandomTable& table : database.tables) {
    for (const RandomForeignKey& key : table.foreign_keys) {
      const RandomTable& other = database.tables[key.table];
      const std::string name = random_name(random, number++, kMostNameBytes);
      const std::string rule = random.pick(rules);
      // Two rows without a reference may be one too many for a unique key; then the foreign key is
      // refused too. "duplicate key" or "Duplicate entry" says the server; an orphan that stays for
      // another reason is a fault of this generator.
      database.after.push_back({drop_orphans(database, table, key), true, "uplicate "});
      database.after.push_back(
          {fmt::format("ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}){}",
                       database.name_of(table), database.dialect.quoted(name),
                       column_list(database, table, key.columns), database.name_of(other),
                       column_list(database, other, key.referenced), rule),
           true});
    }
  }
}

std::string column_list(const RandomDatabase& database, const RandomTable& table,
                        const std::vector<std::size_t>& columns) {
  std::string list;
  for (const std::size_t column : columns) {
    list += (list.empty() ? "" : ", ") + database.dialect.quoted(table.columns[column].name);
  }
  return list;
}

std::string filled(std::string text, const std::string& by) {
  for (std::size_t at = text.find("{}"); at != std::string::npos;
       at = text.find("{}", at + by.size())) {
    text.replace(at, 2, by);
  }
  return text;
}

}  // namespace sluice::test
