#include "db/pg/read_sql.h"

#include <set>

#include "sluice/codec/carrier.h"
#include "sluice/codec/pg_types.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

namespace sluice::db::pg {
namespace {

constexpr model::Engine kEngine = model::Engine::postgresql;

std::string quoted(std::string_view name) { return model::quote_identifier(kEngine, name); }

/// Whether the column's own binary form is the carrier's.
bool is_sent_as_carrier(const ReadColumn& column) {
  // xml_send writes an encoding declaration into some values; the text form is what is stored.
  if (column.type.base == "xml") return false;
  const codec::CarrierChoice natural = codec::carrier_for_pg_column(column.type);
  return natural.binary_copy && natural.carrier == column.carrier;
}

std::string select_list(const TableRead& table, WithCtid with_ctid) {
  std::string sql = column_list(table, "");
  if (with_ctid == WithCtid::yes) sql += sql.empty() ? "ctid" : ", ctid";
  return sql;
}

/// Named by their table: in ORDER BY a bare name would be the output column's, which may be a cast
/// with another order.
std::string key_columns(const TableRead& table) {
  std::string sql;
  for (const std::size_t index : table.key) {
    if (!sql.empty()) sql += ", ";
    sql += "t." + quoted(table.columns.at(index).name);
  }
  return sql;
}

std::string key_values(const TableRead& table, const model::Key& key) {
  if (key.values.size() != table.key.size()) {
    throw model::Error(model::ErrorKind::internal,
                       "a bound of " + table.table.text() + " has " +
                           std::to_string(key.values.size()) + " values, its key " +
                           std::to_string(table.key.size()) + " columns");
  }
  std::string sql;
  for (std::size_t i = 0; i < key.values.size(); ++i) {
    if (i != 0) sql += ", ";
    sql += model::quote_literal(kEngine, key.values[i]);
    sql.append("::").append(table.columns.at(table.key[i]).type.sql);
  }
  return sql;
}

std::string key_bound(const TableRead& table, std::string_view op, const model::Key& key) {
  // One column without ROW(): the planner estimates it better.
  if (table.key.size() == 1) {
    return key_columns(table).append(" ").append(op).append(" ") + key_values(table, key);
  }
  return "(" + key_columns(table) + ") " + std::string(op) + " (" + key_values(table, key) + ")";
}

std::string ctid_bound(std::string_view op, const model::Key& key) {
  if (key.values.size() != 1) {
    throw model::Error(model::ErrorKind::internal, "a bound by ctid must have one value");
  }
  return "ctid " + std::string(op) + " " + model::quote_literal(kEngine, key.values[0]) + "::tid";
}

std::string bound(const TableRead& table, model::RangeKind kind, std::string_view op,
                  const model::Key& key) {
  switch (kind) {
    case model::RangeKind::key:
      return key_bound(table, op, key);
    case model::RangeKind::ctid:
      return ctid_bound(op, key);
    case model::RangeKind::whole:
      break;
  }
  throw model::Error(model::ErrorKind::internal,
                     "a read of the whole of " + table.table.text() + " has a bound");
}

std::string where(const TableRead& table, const model::KeyRange& range) {
  std::string sql;
  if (range.lower) sql = " WHERE " + bound(table, range.kind, ">=", *range.lower);
  if (range.upper) {
    sql += sql.empty() ? " WHERE " : " AND ";
    sql += bound(table, range.kind, "<", *range.upper);
  }
  return sql;
}

}  // namespace

std::string column_list(const TableRead& table, std::string_view of) {
  std::string sql;
  for (const ReadColumn& column : table.columns) {
    if (!sql.empty()) sql += ", ";
    sql.append(of).append(quoted(column.name));
    if (!is_sent_as_carrier(column)) sql.append("::").append(codec::carrier_sql(column.carrier));
  }
  return sql;
}

std::string ctid_text(std::uint64_t block) { return "(" + std::to_string(block) + ",0)"; }

std::string select_sql(const TableRead& table, const model::KeyRange& range, bool only,
                       WithCtid with_ctid) {
  std::string sql = "SELECT " + select_list(table, with_ctid) + " FROM " + (only ? "ONLY " : "") +
                    model::quote_name(kEngine, table.table) + " AS t" + where(table, range);
  if (range.kind == model::RangeKind::key) sql += " ORDER BY " + key_columns(table);
  return sql;
}

std::string operator_schemas(const TableRead& table) {
  std::set<std::string> schemas;
  for (const std::size_t index : table.key) {
    const model::ColumnType& type = table.columns.at(index).type;
    // The operators of enums, arrays, ranges and composites are pg_catalog's, those of domains the
    // base type's.
    if (type.kind == model::TypeKind::plain && !type.schema.empty()) schemas.insert(type.schema);
  }
  std::string sql;
  for (const std::string& schema : schemas) sql += ", " + quoted(schema);
  return sql;
}

}  // namespace sluice::db::pg
