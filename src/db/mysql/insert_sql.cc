#include "db/mysql/insert_sql.h"

#include <algorithm>

#include "sluice/codec/convert.h"
#include "sluice/codec/mysql_types.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "db/mysql/literals.h"
#include "db/mysql/range_sql.h"

namespace sluice::db::mysql {
namespace {

/// Far below every max_allowed_packet.
constexpr std::size_t kStatementBytes = std::size_t{256} << 10;

std::string text_of(const ReadColumn& column, std::string_view bytes) {
  std::string text;
  if (codec::to_text(column.carrier, bytes, text)) return text;
  throw model::Error(model::ErrorKind::data, "a value of column " + column.name + " is no " +
                                                 std::string(codec::to_string(column.carrier)));
}

/// Index 0 of an enum reads as '', and is written as the number where no member is ''.
bool is_enum_zero(const ReadColumn& column, std::string_view bytes) {
  const std::vector<std::string>& members = column.type.members;
  return bytes.empty() && codec::mysql_kind(column.type) == codec::MysqlKind::enumeration &&
         std::find(members.begin(), members.end(), "") == members.end();
}

std::string insert_begin(const TableRead& table) {
  std::string sql = "INSERT INTO " + model::quote_name(model::Engine::mysql, table.table) + " (";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i != 0) sql += ", ";
    sql += quoted(table.columns[i].name);
  }
  return sql + ") VALUES ";
}

void append_row(const TableRead& table, std::string_view row, std::string& sql) {
  codec::FieldReader reader(row);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    sql += i == 0 ? "(" : ",";
    const codec::Field field = reader.next();
    sql += field.null ? "NULL" : value_literal(table.columns[i], field.bytes);
  }
  reader.finish();
  sql += ")";
}

}  // namespace

std::string value_literal(const ReadColumn& column, std::string_view bytes) {
  using codec::Carrier;
  switch (column.carrier) {
    case Carrier::bytea:
      return binary_literal(bytes);
    case Carrier::varbit:
      return "b'" + text_of(column, bytes) + "'";
    case Carrier::boolean:
      return bytes == std::string_view("\0", 1) ? "0" : "1";
    case Carrier::int2:
    case Carrier::int4:
    case Carrier::int8:
    case Carrier::numeric:
      return text_of(column, bytes);
    case Carrier::float4:
    case Carrier::float8: {
      const std::string text = text_of(column, bytes);
      // A decimal has no negative zero.
      return text == "-0" ? "-0e0" : text;
    }
    default:
      return is_enum_zero(column, bytes) ? "0" : text_literal(text_of(column, bytes));
  }
}

std::vector<std::string> insert_statements(const TableRead& table, const codec::RowBuffer& rows) {
  const std::string begin = insert_begin(table);
  std::vector<std::string> statements;
  std::string sql;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    sql += sql.empty() ? begin : ",";
    append_row(table, rows.row(i), sql);
    if (sql.size() < kStatementBytes) continue;
    statements.push_back(std::move(sql));
    sql.clear();
  }
  if (!sql.empty()) statements.push_back(std::move(sql));
  return statements;
}

}  // namespace sluice::db::mysql
