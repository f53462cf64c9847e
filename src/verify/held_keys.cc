#include "verify/held_keys.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/mysql_types.h"
#include "sluice/model/quote.h"

#include "verify/sql_expressions.h"

namespace sluice::verify {
namespace {

template <typename Field>
std::vector<KeyColumn> key_columns(const std::vector<Field>& fields,
                                   const std::vector<std::size_t>& key) {
  std::vector<KeyColumn> columns;
  columns.reserve(key.size());
  for (const std::size_t column : key) {
    columns.push_back({fields.at(column).name, fields.at(column).type});
  }
  return columns;
}

std::string column_list(const std::vector<KeyColumn>& columns, model::Engine engine) {
  std::string list;
  for (const KeyColumn& column : columns) {
    if (!list.empty()) list += ", ";
    list += value_class(column.type) == ValueClass::text
                ? text_expression(engine, column.name, column.type)
                : model::quote_identifier(engine, column.name);
  }
  return list;
}

/// The text of a row's key as a server compares it: blanks at the end of char(n) are no part of the
/// value, truth values have names, and MySQL, whose sessions are in UTC, takes no offset of two
/// digits.
std::string comparable(const model::ColumnType& type, std::string text) {
  constexpr std::string_view kUtc = "+00";
  if (type.base == "timestamp" && text.ends_with(kUtc)) text.resize(text.size() - kUtc.size());
  if (type.base == "bpchar") text.erase(text.find_last_not_of(' ') + 1);
  if (value_class(type) != ValueClass::boolean) return text;
  if (text == "t") return "true";
  return text == "f" ? "false" : text;
}

/// Bytes, of which the MySQL family knows another spelling than their text's.
std::string key_literal(model::Engine engine, const model::ColumnType& type,
                        const std::string& text) {
  constexpr std::string_view kPrefix = "\\x";
  const bool is_bytes =
      model::is_mysql_family(engine) && codec::mysql_kind(type) == codec::MysqlKind::binary;
  if (is_bytes && text.starts_with(kPrefix)) return "x'" + text.substr(kPrefix.size()) + "'";
  return literal_sql(engine, value_class(type), comparable(type, text));
}

/// PostgreSQL hashes a list of VALUES, whatever the number of key columns, and takes their types
/// from the first row.
std::string key_row(const std::vector<KeyColumn>& columns, model::Engine engine,
                    const std::vector<std::string>& key, bool is_first) {
  std::string row;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const model::ColumnType& type = columns.at(i).type;
    const ValueClass value = value_class(type);
    if (i != 0) row += ", ";
    row += key_literal(engine, type, key[i]);
    if (is_first && !model::is_mysql_family(engine)) {
      row += "::" + (value == ValueClass::text ? std::string("text") : type.sql);
    }
  }
  return "(" + row + ")";
}

}  // namespace

std::vector<KeyColumn> source_key_columns(const plan::TablePlan& table) {
  return key_columns(table.read, table.key);
}

std::vector<KeyColumn> target_key_columns(const plan::TablePlan& table) {
  return key_columns(table.write, table.target_key);
}

std::string without_keys_sql(const std::vector<KeyColumn>& columns, model::Engine engine,
                             const HeldKeys& keys) {
  std::string list = model::is_mysql_family(engine) ? "" : "VALUES ";
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i != 0) list += ", ";
    list += key_row(columns, engine, keys[i], i == 0);
  }
  return fmt::format("({}) NOT IN ({})", column_list(columns, engine), list);
}

void NamedRows::add(std::vector<std::string> key) {
  ++count_;
  has_key_ = has_key_ && !key.empty();
  if (obstacle().empty()) {
    keys_.push_back(std::move(key));
  } else {
    keys_.clear();
  }
}

std::string NamedRows::obstacle() const {
  if (!has_key_) return "the table has no key";
  if (count_ > kMaxNamedKeys) return fmt::format("they are more than {}", kMaxNamedKeys);
  return {};
}

}  // namespace sluice::verify
