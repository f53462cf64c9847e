#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/random.h"
#include "support/sql.h"

/// Databases made of a seed: tables of every type that an engine has, keys, constraints and odd
/// names, and rows with values at the edges of their types.
namespace sluice::test {

/// A value or an expression as SQL.
using MakeSql = std::function<std::string(Random&)>;

/// One type of a server. `{}` in the texts below stands for the quoted column.
struct RandomType {
  std::string sql;
  MakeSql value;
  MakeSql key;  // values that may stand in keys; empty where there are none
  /// Neutral texts, to compare by: each server makes them by its own SQL. Numbers that `is_double`
  /// are compared as such.
  std::string source_text;
  std::string target_text;
  bool is_double = false;
  /// Which values PostgreSQL cannot hold; empty where there are none.
  std::string unfit;
  std::string options;  // behind the type: a collation
};

/// How SQL differs between the engines.
struct RandomDialect {
  bool is_mysql = false;
  std::vector<std::function<RandomType(Random&)>> types;
  /// Made for this database. The first table has one of each: what no table needs is not moved.
  std::vector<RandomType> own_types;
  [[nodiscard]] std::string quoted(const std::string& name) const;
  [[nodiscard]] std::string literal(const std::string& text) const;
};

struct RandomColumn {
  std::string name;
  RandomType type;
  bool nullable = true;
  std::string clause;      // default, generation, identity
  bool generated = false;  // takes no values
};

struct RandomForeignKey {
  std::size_t table = 0;  // the referenced one's place
  std::vector<std::size_t> columns;
  std::vector<std::size_t> referenced;
};

struct RandomTable {
  std::string schema;  // empty on MySQL
  std::string name;
  std::vector<RandomColumn> columns;
  std::vector<std::size_t> key;  // places of columns
  std::vector<RandomForeignKey> foreign_keys;
  std::vector<std::vector<std::string>> rows;  // of all columns
};

/// A statement that may be refused is of things that a random choice need not allow.
struct RandomStatement {
  std::string sql;
  bool may_be_refused = false;
  std::string only_for = {};  // what the server must say then; empty: anything
};

struct RandomDatabase {
  std::uint64_t seed = 0;
  RandomDialect dialect;
  std::vector<RandomStatement> before;  // schemas, types
  std::vector<RandomTable> tables;
  std::vector<RandomStatement> after;  // indexes, constraints, comments

  [[nodiscard]] std::string name_of(const RandomTable& table) const;
  /// "seed 7: 5 tables, 60 columns, 3400 rows".
  [[nodiscard]] std::string sizes() const;
  [[nodiscard]] std::string create(const RandomTable& table) const;
};

[[nodiscard]] RandomDatabase random_postgresql(std::uint64_t seed);
[[nodiscard]] RandomDatabase random_mysql(std::uint64_t seed, bool mariadb);

/// Runs all of it in one session; how many rows and other things the server refused. Throws where
/// it refuses what it must take.
struct Refused {
  std::size_t rows = 0;
  std::size_t statements = 0;
};
Refused make_database(const RandomDatabase& database,
                      const std::function<Rows(const std::string&)>& session);

}  // namespace sluice::test
