#include "db/pg/key_sql.h"

#include <fmt/format.h>

#include "sluice/model/error.h"
#include "sluice/model/pg_quoted.h"

#include "db/pg/read_sql.h"

namespace sluice::db::pg {
namespace {

/// One element of an array's text form, always quoted.
void append_element(const std::string& value, std::string& array) {
  if (array.size() > 1) array += ',';
  array += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') array += '\\';
    array += c;
  }
  array += '"';
}

/// '{"1","2"}'::bigint[], of one key column.
std::string key_array(const TableRead& table, std::span<const model::Key> keys, std::size_t at) {
  std::string array = "{";
  for (const model::Key& key : keys) {
    if (key.values.size() != table.key.size()) {
      throw model::Error(model::ErrorKind::internal,
                         "a key does not fit that of " + table.table.text());
    }
    append_element(key.values[at], array);
  }
  array += '}';
  return model::pg::literal(array) + "::" + table.columns.at(table.key[at]).type.sql + "[]";
}

/// unnest(...) AS k(k0, k1)
std::string key_list(const TableRead& table, std::span<const model::Key> keys) {
  std::string arrays;
  std::string names;
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    if (i != 0) {
      arrays += ", ";
      names += ", ";
    }
    arrays += key_array(table, keys, i);
    names += fmt::format("k{}", i);
  }
  return "unnest(" + arrays + ") AS k(" + names + ")";
}

std::string key_condition(const TableRead& table) {
  std::string sql;
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    if (i != 0) sql += " AND ";
    sql += fmt::format("t.{} = k.k{}", model::pg::quoted(table.columns.at(table.key[i]).name), i);
  }
  return sql;
}

const char* only_word(Only only) { return only == Only::yes ? "ONLY " : ""; }

}  // namespace

std::string find_sql(const TableRead& table, std::span<const model::Key> keys, Only only) {
  return fmt::format("SELECT {} FROM {}, {}{} AS t WHERE {}", column_list(table, "t."),
                     key_list(table, keys), only_word(only), model::pg::quoted(table.table),
                     key_condition(table));
}

std::string remove_sql(const TableRead& table, std::span<const model::Key> keys, Only only) {
  return fmt::format("DELETE FROM {}{} AS t USING {} WHERE {} RETURNING {}", only_word(only),
                     model::pg::quoted(table.table), key_list(table, keys), key_condition(table),
                     column_list(table, "t."));
}

}  // namespace sluice::db::pg
