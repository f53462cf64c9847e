#include "support/random_postgresql.h"

#include <fmt/format.h>

#include "support/random_tables.h"
#include "support/random_text.h"

namespace sluice::test {
namespace {

/// What a database has beside tables, and the tables' properties.
class PostgresMaker : private RandomMaker {
 public:
  explicit PostgresMaker(std::uint64_t seed) : RandomMaker(seed) {}

  RandomDatabase make() {
    database_.dialect.types = postgresql_types();
    make_schemas();
    make_types();
    add_tables(random_, schemas_, database_);
    for (RandomTable& table : database_.tables) set_clauses(table);
    for (const RandomTable& table : database_.tables) add_parts(table);
    add_foreign_keys(random_, database_);
    return std::move(database_);
  }

 private:
  /// In one of the schemas.
  std::string fresh_in_schema() {
    const std::string schema = database_.dialect.quoted(random_.pick(schemas_));
    return schema + "." + fresh();
  }
  void before(std::string sql) { database_.before.push_back({std::move(sql)}); }

  void make_schemas();
  void make_types();
  void add_type(std::string sql, std::vector<std::string> values, bool key = false);
  void add_type(const RandomType& made);
  void add_enum();
  void add_domains();
  void set_clauses(RandomTable& table);
  void set_default(RandomColumn& column);
  void add_generated(RandomTable& table);
  void add_parts(const RandomTable& table);
  void add_index(const RandomTable& table);
  void add_unique(const RandomTable& table);
  void add_check(const RandomTable& table);
  void add_setting(const RandomTable& table);
  std::string column_of(const RandomTable& table) {
    return database_.dialect.quoted(random_.pick(table.columns).name);
  }

  std::vector<std::string> schemas_ = {"public"};
};

void PostgresMaker::make_schemas() {
  for (int left = random_.between(0, 2); left > 0; --left) {
    schemas_.push_back(random_name(random_, left, kMostNameBytes));
    before("CREATE SCHEMA " + database_.dialect.quoted(schemas_.back()));
  }
}

void PostgresMaker::add_type(std::string sql, std::vector<std::string> values, bool key) {
  RandomType made;
  made.sql = std::move(sql);
  made.value = [values = std::move(values)](Random& random) { return random.pick(values); };
  if (key) made.key = made.value;
  add_type(made);
}

void PostgresMaker::add_type(const RandomType& made) {
  database_.dialect.own_types.push_back(made);
  database_.dialect.types.emplace_back([made](Random&) { return made; });
}

void PostgresMaker::add_enum() {
  const std::string name = fresh_in_schema();
  std::vector<std::string> members;
  std::string list;
  for (int left = random_.between(1, 6); left > 0; --left) {
    const std::string odd = random_text(random_, 8);
    members.push_back(literal(odd + std::to_string(left)));
    list += (list.empty() ? "" : ", ") + members.back();
  }
  before(fmt::format("CREATE TYPE {} AS ENUM ({})", name, list));
  add_type(name, members, true);
  add_type(name + "[]", {"'{}'", "'{NULL}'"});
}

void PostgresMaker::add_domains() {
  const std::string positive = fresh_in_schema();
  before(fmt::format("CREATE DOMAIN {} AS integer DEFAULT 7 CONSTRAINT {} CHECK (VALUE > 0)",
                     positive, fresh()));
  add_type(positive, {"'1'", "'2147483647'"}, true);
  const std::string code = fresh_in_schema();
  before(fmt::format("CREATE DOMAIN {} AS varchar(8) COLLATE \"C\" CHECK (VALUE <> 'no')", code));
  add_type(code, {"''", "'a '", "'A'", "E'\\\\N'"});
}

void PostgresMaker::make_types() {
  if (random_.one_in(2)) add_enum();
  if (random_.one_in(2)) add_domains();
  if (random_.one_in(3)) {
    const std::string pair = fresh_in_schema();
    before(fmt::format("CREATE TYPE {} AS (a integer, \"B b\" text, n numeric(5,2)[])", pair));
    add_type(pair, {"'(1,\"x, y\",\"{1.50,NULL}\")'", "'(,,)'", "'(,\"\",{})'"});
  }
  if (random_.one_in(3)) {
    const std::string range = fresh_in_schema();
    before(fmt::format("CREATE TYPE {} AS RANGE (SUBTYPE = float8)", range));
    add_type(range, {"'empty'", "'[0.1,NaN]'", "'(,)'"});
  }
  if (random_.one_in(3)) {
    before("CREATE EXTENSION citext; CREATE EXTENSION hstore");
    add_type("citext", {"''", "'AbC'", "'abc '"});
    add_type("hstore", {"''", "'a=>\"b c\", \"x\"=>NULL'"});
  }
  if (random_.one_in(3)) {
    const std::string blind = fresh_in_schema();
    before(
        fmt::format("CREATE COLLATION {} (provider = icu, locale = 'und-u-ks-level2', "
                    "deterministic = false)",
                    blind));
    RandomType made;
    made.sql = "varchar(20)";
    made.options = "COLLATE " + blind;
    made.value = [](Random& random) { return RandomDialect{}.literal(random_text(random, 20)); };
    made.key = made.value;
    add_type(made);
  }
}

bool is_integer(const RandomColumn& column) {
  return column.type.sql == "smallint" || column.type.sql == "integer" ||
         column.type.sql == "bigint";
}

void PostgresMaker::set_default(RandomColumn& column) {
  static const std::vector<std::string> generators = {
      "GENERATED ALWAYS AS IDENTITY", "GENERATED BY DEFAULT AS IDENTITY",
      "GENERATED BY DEFAULT AS IDENTITY (START WITH 5 INCREMENT BY 7 CACHE 3 CYCLE)"};
  if (is_integer(column) && !column.nullable && random_.one_in(4)) {
    column.clause = random_.pick(generators);
  } else if (is_integer(column) && !column.nullable && random_.one_in(6)) {
    column.type.sql = column.type.sql == "bigint" ? "bigserial" : "serial";
  } else if (column.type.sql == "uuid" && random_.one_in(2)) {
    column.clause = "DEFAULT gen_random_uuid()";
  } else if (column.type.sql.starts_with("timestamp") && !column.type.sql.ends_with("]") &&
             random_.one_in(2)) {
    column.clause = "DEFAULT CURRENT_TIMESTAMP";
  } else if (random_.one_in(4)) {
    const std::string value = column.type.value(random_);
    // A default of a megabyte says nothing new.
    if (value.size() < 1000) column.clause = "DEFAULT " + value;
  }
}

/// Made of another column of the table.
void PostgresMaker::add_generated(RandomTable& table) {
  const RandomColumn from = random_.pick(table.columns);
  const std::string name = database_.dialect.quoted(from.name);
  RandomColumn column;
  column.generated = true;
  if (is_integer(from)) {
    column.type.sql = "numeric";
    column.clause = fmt::format("GENERATED ALWAYS AS ({}::numeric * 3) STORED", name);
  } else if (from.type.sql == "text" || from.type.sql == "varchar") {
    column.type.sql = "integer";
    column.clause = fmt::format("GENERATED ALWAYS AS (length({}::text)) STORED", name);
  } else {
    column.type.sql = "boolean";
    column.clause = fmt::format("GENERATED ALWAYS AS ({} IS NULL) STORED", name);
  }
  column.name = random_name(random_, 200, kMostNameBytes);
  table.columns.push_back(column);
  for (std::vector<std::string>& row : table.rows) row.emplace_back();
}

void PostgresMaker::set_clauses(RandomTable& table) {
  for (RandomColumn& column : table.columns) set_default(column);
  if (random_.one_in(3)) add_generated(table);
}

void PostgresMaker::add_index(const RandomTable& table) {
  static const std::vector<std::string> shapes = {"({})",
                                                  "({} DESC NULLS LAST)",
                                                  "USING hash ({})",
                                                  "USING gin ({})",
                                                  "USING gist ({})",
                                                  "USING brin ({})",
                                                  "((({})::text))",
                                                  "((md5(({})::text)))",
                                                  "({} text_pattern_ops)",
                                                  "({}) WHERE {} IS NOT NULL",
                                                  "(({} IS NULL)) WITH (fillfactor = 50)"};
  const std::string name = fresh();
  const std::string parts = filled(random_.pick(shapes), column_of(table));
  maybe(fmt::format("CREATE INDEX {} ON {} {}", name, database_.name_of(table), parts));
  if (random_.one_in(4)) {
    maybe(fmt::format("COMMENT ON INDEX {}.{} IS {}", database_.dialect.quoted(table.schema), name,
                      comment()));
  }
}

void PostgresMaker::add_unique(const RandomTable& table) {
  static const std::vector<std::string> shapes = {
      "ALTER TABLE {0} ADD CONSTRAINT {1} UNIQUE ({2}, {3})",
      "ALTER TABLE {0} ADD CONSTRAINT {1} UNIQUE ({2}) INCLUDE ({3}) DEFERRABLE INITIALLY DEFERRED",
      "CREATE UNIQUE INDEX {1} ON {0} ({2}, ({3} IS NULL))",
      "CREATE UNIQUE INDEX {1} ON {0} ({2}) WHERE {3} IS NOT NULL",
      "ALTER TABLE {0} ADD CONSTRAINT {1} UNIQUE NULLS NOT DISTINCT ({2}, {3})"};
  const std::string shape = random_.pick(shapes);
  const std::string name = fresh();
  // Most other columns have values twice.
  const bool of_key = !table.key.empty() && random_.one_in(2);
  const std::string first =
      of_key ? database_.dialect.quoted(table.columns.front().name) : column_of(table);
  const std::string second = column_of(table);
  maybe(fmt::format(fmt::runtime(shape), database_.name_of(table), name, first, second));
}

void PostgresMaker::add_check(const RandomTable& table) {
  static const std::vector<std::string> shapes = {
      "CHECK ({0} IS NOT NULL OR {1} IS NULL OR true)", "CHECK ({0} = {0}) NOT VALID",
      "CHECK (length({0}::text) < 100000000) NO INHERIT", "CHECK ({0} IS NULL OR {0} >= {0})"};
  const std::string shape = random_.pick(shapes);
  const std::string name = fresh();
  const std::string columns[] = {column_of(table), column_of(table)};
  maybe(fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", database_.name_of(table), name,
                    fmt::format(fmt::runtime(shape), columns[0], columns[1])));
}

void PostgresMaker::add_setting(const RandomTable& table) {
  static const std::vector<std::string> shapes = {
      "ALTER TABLE {0} ALTER COLUMN {1} SET STATISTICS 500",
      "ALTER TABLE {0} ALTER COLUMN {1} SET STORAGE EXTERNAL",
      "ALTER TABLE {0} ALTER COLUMN {1} SET COMPRESSION pglz",
      "ALTER TABLE {0} SET (fillfactor = 71, autovacuum_enabled = false)",
      "ALTER TABLE {0} ALTER COLUMN {1} SET (n_distinct = -0.5)",
      "ALTER TABLE {0} REPLICA IDENTITY FULL",
      "ALTER TABLE {0} SET UNLOGGED",
      "COMMENT ON TABLE {0} IS {2}",
      "COMMENT ON COLUMN {0}.{1} IS {2}",
      "CREATE STATISTICS {3} ON {1}, ({1} IS NULL) FROM {0}"};
  const std::string shape = random_.pick(shapes);
  const std::string column = column_of(table);
  const std::string words = comment();
  maybe(fmt::format(fmt::runtime(shape), database_.name_of(table), column, words, fresh()));
}

void PostgresMaker::add_parts(const RandomTable& table) {
  for (int left = random_.between(0, 4); left > 0; --left) add_index(table);
  for (int left = random_.between(0, 2); left > 0; --left) add_unique(table);
  if (random_.one_in(2)) add_check(table);
  for (int left = random_.between(0, 4); left > 0; --left) add_setting(table);
}

}  // namespace

RandomDatabase random_postgresql(std::uint64_t seed) { return PostgresMaker(seed).make(); }

}  // namespace sluice::test
