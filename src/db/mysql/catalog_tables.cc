// Tables and columns.

#include <algorithm>
#include <charconv>
#include <utility>

#include "sluice/codec/ascii.h"
#include "sluice/codec/mysql_types.h"

#include "db/mysql/catalog_rows.h"
#include "db/mysql/dialect.h"

namespace sluice::db::mysql {
namespace {

using Row = std::vector<std::optional<std::string>>;

std::uint64_t number_at(const Row& row, std::size_t i) {
  const std::string text = text_at(row, i);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string table_kind(const std::string& table_type) {
  if (table_type == "BASE TABLE") return "table";
  if (table_type == "VIEW" || table_type == "SYSTEM VIEW") return "view";
  if (table_type == "SYSTEM VERSIONED") return "system versioned table";
  return codec::ascii_lower(table_type);  // SEQUENCE
}

bool contains(const std::string& text, const char* part) noexcept {
  return text.find(part) != std::string::npos;
}

model::Generated generated(const std::string& extra) noexcept {
  if (contains(extra, "VIRTUAL GENERATED")) return model::Generated::virtual_column;
  if (contains(extra, "STORED GENERATED") || contains(extra, "PERSISTENT")) {
    return model::Generated::stored;
  }
  return model::Generated::no;
}

model::Column make_column(model::Engine engine, const Row& row) {
  model::Column column;
  const std::string extra = text_at(row, 6);
  column.name = text_at(row, 2);
  column.type = codec::parse_mysql_type(text_at(row, 3));
  column.nullable = text_at(row, 4) == "YES";
  column.default_sql = default_sql(engine, column.type, row.at(5), extra);
  column.generated = generated(extra);
  if (column.generated != model::Generated::no) {
    column.generation_sql = expression_sql(engine, text_at(row, 7));
  }
  if (contains(extra, "auto_increment")) column.identity = model::Identity::auto_increment;
  column.type.charset = text_at(row, 8);
  column.type.collation = text_at(row, 9);
  column.comment = text_at(row, 10);
  column.extra = extra;
  return column;
}

}  // namespace

Scope all_of(const std::vector<std::string>& schemas) {
  return {"TABLE_SCHEMA IN " + placeholders(schemas.size()), parameters(schemas)};
}

Scope those_of(std::span<const model::QualifiedName> names) {
  Scope scope;
  for (const model::QualifiedName& name : names) {
    scope.condition += scope.condition.empty() ? "(?, ?)" : ", (?, ?)";
    scope.parameters.emplace_back(name.schema);
    scope.parameters.emplace_back(name.table);
  }
  scope.condition = "(TABLE_SCHEMA, TABLE_NAME) IN (" + scope.condition + ")";
  return scope;
}

Tables read_tables(SqlSession& session, const Scope& scope) {
  const QueryResult result = session.query(
      "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COMMENT, CREATE_OPTIONS "
      "FROM information_schema.TABLES WHERE " +
          scope.condition,
      scope.parameters);
  Tables tables;
  for (const Row& row : result.rows) {
    model::Table& table = tables.emplace_back();
    table.name = {text_at(row, 0), text_at(row, 1)};
    table.kind = table_kind(text_at(row, 2));
    table.storage_engine = text_at(row, 3);
    if (table.kind != "view") table.comment = text_at(row, 4);  // a view's says VIEW
    if (contains(text_at(row, 5), "partitioned")) table.partition_key = "partitioned";
  }
  std::sort(tables.begin(), tables.end(),
            [](const model::Table& a, const model::Table& b) { return a.name < b.name; });
  return tables;
}

void read_estimates(SqlSession& session, const Scope& scope, Tables& tables) {
  const QueryResult result = session.query(
      "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_ROWS, DATA_LENGTH FROM information_schema.TABLES "
      "WHERE " +
          scope.condition,
      scope.parameters);
  for (const Row& row : result.rows) {
    if (model::Table* const table = find_table(tables, text_at(row, 0), text_at(row, 1))) {
      table->estimated_rows = number_at(row, 2);
      table->estimated_bytes = number_at(row, 3);
    }
  }
}

void read_columns(SqlSession& session, const Scope& scope, Tables& tables) {
  const QueryResult result = session.query(
      "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, "
      "EXTRA, GENERATION_EXPRESSION, CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_COMMENT "
      "FROM information_schema.COLUMNS WHERE " +
          scope.condition + " ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION",
      scope.parameters);
  for (const Row& row : result.rows) {
    if (model::Table* const table = find_table(tables, text_at(row, 0), text_at(row, 1))) {
      table->columns.push_back(make_column(session.engine(), row));
    }
  }
}

}  // namespace sluice::db::mysql
