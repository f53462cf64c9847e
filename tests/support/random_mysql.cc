#include "support/random_mysql.h"

#include <fmt/format.h>

#include "support/random_tables.h"
#include "support/random_text.h"

namespace sluice::test {
namespace {

class MysqlMaker : private RandomMaker {
 public:
  MysqlMaker(std::uint64_t seed, bool mariadb) : RandomMaker(seed) {
    database_.dialect.is_mysql = true;
    database_.dialect.types = mysql_types(mariadb);
  }

  RandomDatabase make() {
    // Days that do not exist and the number 0 are stored as they are written.
    database_.before.push_back(
        {"SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'"});
    add_tables(random_, {}, database_);
    for (RandomTable& table : database_.tables) set_clauses(table);
    for (const RandomTable& table : database_.tables) add_parts(table);
    add_foreign_keys(random_, database_);
    return std::move(database_);
  }

 private:
  std::string column_of(const RandomTable& table);
  void set_clauses(RandomTable& table);
  void add_generated(RandomTable& table);
  void add_parts(const RandomTable& table);
  void add_part(const RandomTable& table);
};

bool is_integer(const RandomColumn& column) {
  return column.type.sql.find("int") < 7 && column.type.sql != "point";
}

void MysqlMaker::set_clauses(RandomTable& table) {
  RandomColumn& first = table.columns.front();
  if (table.key.size() == 1 && is_integer(first) && random_.one_in(2)) {
    first.clause = "AUTO_INCREMENT";
  }
  if (random_.one_in(2)) add_generated(table);
  for (RandomColumn& column : table.columns) {
    if (random_.one_in(6)) column.clause += " COMMENT " + comment();
  }
}

/// Of another column.
void MysqlMaker::add_generated(RandomTable& table) {
  const RandomColumn from = random_.pick(table.columns);
  const std::string name = database_.dialect.quoted(from.name);
  RandomColumn column;
  column.generated = true;
  column.name = random_name(random_, 200, kMostNameBytes);
  column.type.source_text = "CAST({} AS CHAR)";
  column.type.target_text = "{}::text";
  column.type.sql = "int";
  std::string made = "char_length(" + name + ")";
  if (is_integer(from)) {
    column.type.sql = "bigint";
    made = "(" + name + " & 7)";
  } else if (!from.type.sql.starts_with("varchar")) {
    made = "(" + name + " is null)";
  }
  // Of AUTO_INCREMENT nothing may be made, and nothing stored of char, whose blanks depend on the
  // session.
  if (!from.clause.empty()) return;
  const bool stored = !from.type.sql.starts_with("char") && random_.one_in(2);
  column.clause = fmt::format("GENERATED ALWAYS AS ({}) {}", made, stored ? "STORED" : "VIRTUAL");
  table.columns.push_back(column);
  for (std::vector<std::string>& row : table.rows) row.emplace_back();
}

/// PostgreSQL has no order for json, and no room in indexes for the largest texts.
bool can_index(const RandomColumn& column) {
  const std::string& type = column.type.sql;
  return type != "json" && type != "mediumtext" && type != "longtext";
}

std::string MysqlMaker::column_of(const RandomTable& table) {
  const RandomColumn& column = random_.pick(table.columns);
  return database_.dialect.quoted(can_index(column) ? column.name : table.columns.front().name);
}

void MysqlMaker::add_part(const RandomTable& table) {
  static const std::vector<std::string> shapes = {
      "CREATE INDEX {1} ON {0} ({2})",
      "CREATE INDEX {1} ON {0} ({2}, {3})",
      "CREATE INDEX {1} ON {0} ({2}(3))",
      "CREATE INDEX {1} ON {0} ({2} DESC)",
      "CREATE UNIQUE INDEX {1} ON {0} ({2}, {3})",
      "CREATE UNIQUE INDEX {1} ON {0} ({2}(5))",
      "CREATE FULLTEXT INDEX {1} ON {0} ({2})",
      "ALTER TABLE {0} ADD CONSTRAINT {1} CHECK ({2} is null or {3} is not null or 1 = 1)",
      "ALTER TABLE {0} ADD CONSTRAINT {1} CHECK ({2} >= -9223372036854775808)",
      "ALTER TABLE {0} ALTER COLUMN {2} SET DEFAULT '0'",
      "ALTER TABLE {0} ALTER COLUMN {2} SET DEFAULT 'a'",
      "ALTER TABLE {0} ALTER COLUMN {2} SET DEFAULT '2026-01-31'"};
  const std::string shape = random_.pick(shapes);
  const std::string name = fresh();
  const std::string first = column_of(table);
  const std::string second = column_of(table);
  maybe(fmt::format(fmt::runtime(shape), database_.name_of(table), name, first, second));
}

void MysqlMaker::add_parts(const RandomTable& table) {
  for (int left = random_.between(0, 6); left > 0; --left) add_part(table);
  if (random_.one_in(4)) {
    maybe(fmt::format("ALTER TABLE {} COMMENT = {}", database_.name_of(table), comment()));
  }
}

}  // namespace

RandomDatabase random_mysql(std::uint64_t seed, bool mariadb) {
  return MysqlMaker(seed, mariadb).make();
}

}  // namespace sluice::test
