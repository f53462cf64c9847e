// Indexes, foreign keys, checks and triggers.

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "sluice/model/quote.h"

#include "db/mysql/catalog_rows.h"
#include "db/mysql/create_table.h"
#include "db/mysql/dialect.h"

namespace sluice::db::mysql {
namespace {

using Row = std::vector<std::optional<std::string>>;

std::optional<int> int_at(const Row& row, std::size_t i) {
  const std::string text = text_at(row, i);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  static_cast<void>(end);
  return error == std::errc() ? std::optional<int>(number) : std::nullopt;
}

std::string quoted(const std::string& name) {
  return model::quote_identifier(model::Engine::mysql, name);
}

/// What CREATE TABLE would say of the index.
std::string index_definition(const model::Index& index, bool is_ignored) {
  std::string text = index.primary ? "PRIMARY KEY" : index.unique ? "UNIQUE KEY" : "KEY";
  if (index.method != "BTREE" && index.method != "HASH") text = index.method + " KEY";
  if (!index.primary) text += " " + quoted(index.name);
  text += " (";
  for (const model::IndexPart& part : index.parts) {
    if (&part != &index.parts.front()) text += ", ";
    text += part.column.empty() ? "(" + part.expression + ")" : quoted(part.column);
    if (part.prefix_length) text += "(" + std::to_string(*part.prefix_length) + ")";
    if (part.descending) text += " DESC";
  }
  return text + ")" + (is_ignored ? " INVISIBLE" : "");
}

model::Index& index_named(model::Table& table, const Row& row) {
  const std::string name = text_at(row, 2);
  if (table.indexes.empty() || table.indexes.back().name != name) {
    model::Index& index = table.indexes.emplace_back();
    index.name = name;
    index.primary = name == "PRIMARY";
    index.unique = text_at(row, 3) == "0";
    index.method = text_at(row, 7);
  }
  return table.indexes.back();
}

/// What STATISTICS says on some servers only, as SQL.
struct IndexColumns {
  std::string expression = "NULL";
  std::string is_ignored = "NULL";  // MySQL calls it invisible
};

IndexColumns index_columns(SqlSession& session) {
  const QueryResult found = session.query(
      "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = "
      "'information_schema' AND TABLE_NAME = 'STATISTICS'");
  IndexColumns columns;
  for (const Row& row : found.rows) {
    const std::string name = text_at(row, 0);
    if (name == "EXPRESSION") columns.expression = name;
    if (name == "IS_VISIBLE") columns.is_ignored = "IS_VISIBLE = 'NO'";
    if (name == "IGNORED") columns.is_ignored = "IGNORED = 'YES'";
  }
  return columns;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + quoted(name);
  return text;
}

std::string foreign_key_definition(const model::ForeignKey& key) {
  return "FOREIGN KEY (" + joined(key.columns) + ") REFERENCES " +
         model::quote_name(model::Engine::mysql, key.referenced) + " (" +
         joined(key.referenced_columns) + ") ON DELETE " + key.on_delete + " ON UPDATE " +
         key.on_update;
}

/// MariaDB shows REFERENTIAL_CONSTRAINTS to nobody who may only read a table; CREATE TABLE it
/// shows. Where that names no rule it is RESTRICT.
void read_hidden_rules(SqlSession& session, model::Table& table) {
  const auto is_hidden = [](const model::ForeignKey& key) { return key.on_delete.empty(); };
  if (std::ranges::none_of(table.foreign_keys, is_hidden)) return;
  const QueryResult shown =
      session.query("SHOW CREATE TABLE " + model::quote_name(model::Engine::mysql, table.name));
  const std::vector<std::string> definitions = definitions_of(text_at(shown.rows.at(0), 1));
  for (model::ForeignKey& key : table.foreign_keys) {
    if (!is_hidden(key)) continue;
    ReferentialRules rules = rules_of(definitions, key.name);
    key.on_delete = rules.on_delete.empty() ? "RESTRICT" : std::move(rules.on_delete);
    key.on_update = rules.on_update.empty() ? "RESTRICT" : std::move(rules.on_update);
  }
}

/// MariaDB's json is longtext with this check, which CREATE TABLE ... json makes.
bool is_json_check(const model::Column& column, const std::string& clause) {
  return column.type.base == "longtext" && clause == "json_valid(" + quoted(column.name) + ")";
}

model::Column* find_column(model::Table& table, const std::string& name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const model::Column& c) { return c.name == name; });
  return found == table.columns.end() ? nullptr : &*found;
}

}  // namespace

void read_indexes(SqlSession& session, const Scope& scope, Tables& tables) {
  const IndexColumns columns = index_columns(session);
  const QueryResult result = session.query(
      "SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART, COLLATION, "
      "INDEX_TYPE, " +
          columns.expression + ", " + columns.is_ignored +
          " FROM information_schema.STATISTICS WHERE " + scope.condition +
          " ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX",
      scope.parameters);
  for (const Row& row : result.rows) {
    model::Table* const table = find_table(tables, text_at(row, 0), text_at(row, 1));
    if (table == nullptr) continue;
    model::IndexPart part;
    part.column = text_at(row, 4);
    part.expression = expression_sql(session.engine(), text_at(row, 8));
    part.descending = text_at(row, 6) == "D";
    model::Index& index = index_named(*table, row);
    // Of a spatial index both servers say 32, which nobody can ask for.
    if (index.method != "SPATIAL") part.prefix_length = int_at(row, 5);
    index.parts.push_back(std::move(part));
    index.definition = index_definition(index, text_at(row, 9) == "1");  // of the parts so far
  }
}

void read_foreign_keys(SqlSession& session, const std::vector<std::string>& schemas,
                       Tables& tables) {
  const QueryResult result = session.query(
      "SELECT k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, "
      "k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, "
      "r.DELETE_RULE, r.UPDATE_RULE FROM information_schema.KEY_COLUMN_USAGE k "
      "LEFT JOIN information_schema.REFERENTIAL_CONSTRAINTS r "
      "ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME "
      "AND r.TABLE_NAME = k.TABLE_NAME WHERE k.TABLE_SCHEMA IN " +
          placeholders(schemas.size()) + " AND k.REFERENCED_TABLE_NAME IS NOT NULL " +
          "ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION",
      parameters(schemas));
  for (const Row& row : result.rows) {
    model::Table* const table = find_table(tables, text_at(row, 0), text_at(row, 1));
    if (table == nullptr) continue;
    const std::string name = text_at(row, 2);
    if (table->foreign_keys.empty() || table->foreign_keys.back().name != name) {
      model::ForeignKey& key = table->foreign_keys.emplace_back();
      key.name = name;
      key.referenced = {text_at(row, 4), text_at(row, 5)};
      key.on_delete = text_at(row, 7);
      key.on_update = text_at(row, 8);
    }
    table->foreign_keys.back().columns.push_back(text_at(row, 3));
    table->foreign_keys.back().referenced_columns.push_back(text_at(row, 6));
  }
  for (model::Table& table : tables) {
    read_hidden_rules(session, table);
    for (model::ForeignKey& key : table.foreign_keys) key.definition = foreign_key_definition(key);
  }
}

void read_checks(SqlSession& session, const std::vector<std::string>& schemas, Tables& tables) {
  const QueryResult result =
      session.query(checks_sql(session.engine(), schemas.size()), parameters(schemas));
  for (const Row& row : result.rows) {
    model::Table* const table = find_table(tables, text_at(row, 0), text_at(row, 1));
    if (table == nullptr) continue;
    const std::string clause = expression_sql(session.engine(), text_at(row, 3));
    model::Column* const column = find_column(*table, text_at(row, 2));
    if (column != nullptr && is_json_check(*column, clause)) column->type.base = "json";
    model::Check check;
    check.name = text_at(row, 2);
    check.definition = "CHECK (" + clause + ")";
    if (text_at(row, 4) == "NO") check.definition += " NOT ENFORCED";
    table->checks.push_back(std::move(check));
  }
}

void read_triggers(SqlSession& session, const std::vector<std::string>& schemas, Tables& tables) {
  const QueryResult result = session.query(
      "SELECT EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, "
      "EVENT_MANIPULATION, ACTION_STATEMENT FROM information_schema.TRIGGERS "
      "WHERE EVENT_OBJECT_SCHEMA IN " +
          placeholders(schemas.size()) + " ORDER BY 1, 2, 3",
      parameters(schemas));
  for (const Row& row : result.rows) {
    model::Table* const table = find_table(tables, text_at(row, 0), text_at(row, 1));
    if (table == nullptr) continue;
    model::Trigger trigger;
    trigger.name = text_at(row, 2);
    trigger.definition = text_at(row, 3) + " " + text_at(row, 4) + ": " + text_at(row, 5);
    table->triggers.push_back(std::move(trigger));
  }
}

}  // namespace sluice::db::mysql
