#include "db/mysql/key_sql.h"

#include "sluice/model/error.h"

#include "db/mysql/range_sql.h"

namespace sluice::db::mysql {
namespace {

const ReadColumn& key_column(const TableRead& table, std::size_t at) {
  return table.columns.at(table.key[at]);
}

void append_equal(const TableRead& table, const model::Key& key, std::string& sql) {
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    sql += i == 0 ? "(" : " AND ";
    sql += quoted(key_column(table, i).name) + " = " +
           key_literal(key_column(table, i), key.values[i]);
  }
  sql += ")";
}

}  // namespace

std::string key_list_condition(const TableRead& table, std::span<const model::Key> keys) {
  const bool one_column = table.key.size() == 1;
  std::string sql = one_column ? quoted(key_column(table, 0).name) + " IN (" : "(";
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].values.size() != table.key.size() || table.key.empty()) {
      throw model::Error(model::ErrorKind::internal,
                         "a key does not fit that of " + table.table.text());
    }
    if (i != 0) sql += one_column ? "," : " OR ";
    if (one_column) {
      sql += key_literal(key_column(table, 0), keys[i].values[0]);
    } else {
      append_equal(table, keys[i], sql);
    }
  }
  return sql + ")";
}

}  // namespace sluice::db::mysql
