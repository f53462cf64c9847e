#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/convert.h"
#include "sluice/codec/pg_types.h"
#include "sluice/codec/row_form.h"
#include "sluice/db/catalog.h"
#include "sluice/db/source.h"
#include "sluice/db/target.h"
#include "sluice/model/endpoint.h"

#include "support/postgres_server.h"

/// What the tests of src/db/pg share.
namespace sluice::test {

[[nodiscard]] inline model::Endpoint endpoint_of(const PostgresDatabase& db) {
  model::Endpoint endpoint;
  endpoint.socket = db.server().socket_dir();
  endpoint.port = static_cast<std::uint16_t>(db.server().port());
  endpoint.user = db.server().user();
  endpoint.database = db.name();
  return endpoint;
}

/// What to read of a table, as its catalogue says: all columns, each by its natural carrier.
[[nodiscard]] inline db::TableRead table_read(const PostgresDatabase& db,
                                              const model::QualifiedName& name,
                                              const std::vector<std::string>& key) {
  const auto session = db::open_session(endpoint_of(db), db::Purpose::catalog);
  const model::Catalog catalog = db::read_catalog(*session, {name.schema});
  const model::Table* table = catalog.find(name);
  if (table == nullptr) throw std::invalid_argument("no table " + name.text());
  db::TableRead read;
  read.table = name;
  for (const model::Column& column : table->columns) {
    read.columns.push_back(
        {column.name, column.type, codec::carrier_for_pg_column(column.type).carrier});
  }
  for (const std::string& column : key) {
    for (std::size_t i = 0; i < read.columns.size(); ++i) {
      if (read.columns[i].name == column) read.key.push_back(i);
    }
  }
  return read;
}

/// A field as text; the carrier's own form is read from it.
using TextField = std::optional<std::string>;

inline void put_row(codec::RowBuffer& rows, const std::vector<codec::Carrier>& carriers,
                    const std::vector<TextField>& fields) {
  rows.begin_row(static_cast<std::int16_t>(fields.size()));
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string bytes;
    if (!fields[i]) {
      rows.put_null();
    } else if (codec::from_text(carriers[i], *fields[i], bytes)) {
      rows.put_bytes(bytes);
    } else {
      throw std::invalid_argument("not a " + std::string(codec::to_string(carriers[i])) + ": " +
                                  *fields[i]);
    }
  }
  rows.end_row();
}

/// A row as text: fields separated by "|", NULL as "NULL".
[[nodiscard]] inline std::string row_text(std::string_view tuple,
                                          const std::vector<codec::Carrier>& carriers) {
  std::vector<codec::Field> fields;
  codec::parse_fields(tuple, fields);
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) text += '|';
    if (fields[i].null) {
      text += "NULL";
    } else if (!codec::to_text(carriers.at(i), fields[i].bytes, text)) {
      text += "?";
    }
  }
  return text;
}

[[nodiscard]] inline std::vector<codec::Carrier> carriers_of(const db::TableRead& table) {
  std::vector<codec::Carrier> carriers;
  for (const db::ReadColumn& column : table.columns) carriers.push_back(column.carrier);
  return carriers;
}

/// Reads a range to its end, batch by batch, each batch by a stream of its own that starts where
/// the one before said: what a resumed copy does. Rows as texts.
[[nodiscard]] inline std::vector<std::string> read_in_chain(db::SourceSession& session,
                                                            const db::TableRead& table,
                                                            model::KeyRange range,
                                                            std::size_t byte_budget) {
  std::vector<std::string> texts;
  const std::vector<codec::Carrier> carriers = carriers_of(table);
  db::SourceBatch batch;
  while (session.read(table, range)->read(batch, byte_budget)) {
    for (std::size_t i = 0; i < batch.rows.rows(); ++i)
      texts.push_back(row_text(batch.rows.row(i), carriers));
    if (!batch.next) break;
    range.lower = batch.next;
  }
  return texts;
}

/// The same through one stream.
[[nodiscard]] inline std::vector<std::string> read_in_one(db::SourceSession& session,
                                                          const db::TableRead& table,
                                                          const model::KeyRange& range,
                                                          std::size_t byte_budget) {
  std::vector<std::string> texts;
  const std::vector<codec::Carrier> carriers = carriers_of(table);
  const std::unique_ptr<db::RowStream> stream = session.read(table, range);
  db::SourceBatch batch;
  while (stream->read(batch, byte_budget)) {
    for (std::size_t i = 0; i < batch.rows.rows(); ++i)
      texts.push_back(row_text(batch.rows.row(i), carriers));
  }
  return texts;
}

/// What the server itself prints of a query's rows, in the form of row_text().
[[nodiscard]] inline std::vector<std::string> server_texts(const PostgresDatabase& db,
                                                           const std::string& sql) {
  std::vector<std::string> texts;
  for (const Row& row :
       db.query("SET TimeZone = 'UTC'; SET extra_float_digits = 3; SET DateStyle = 'ISO, YMD';"
                "SET IntervalStyle = postgres; SET lc_monetary = 'C';" +
                sql)) {
    std::string& text = texts.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i)
      text += (i == 0 ? "" : "|") + row[i].value_or("NULL");
  }
  return texts;
}

}  // namespace sluice::test
