#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sluice/codec/convert.h"
#include "sluice/codec/mysql_types.h"
#include "sluice/codec/row_form.h"
#include "sluice/db/catalog.h"
#include "sluice/db/source.h"
#include "sluice/model/endpoint.h"

#include "support/mariadb_server.h"
#include "support/mysql_server.h"

/// What the tests of src/db/mysql share.
namespace sluice::test::mysql {

[[nodiscard]] inline model::Endpoint endpoint_of(const MysqlFamilyDatabase& db) {
  model::Endpoint endpoint;
  endpoint.engine = model::Engine::mysql;
  endpoint.database = db.name();
  endpoint.defaults_file = db.server().option_file();
  return endpoint;
}

/// The same server as another user, who has no password.
[[nodiscard]] inline model::Endpoint endpoint_as(const MysqlFamilyDatabase& db,
                                                 const std::string& user) {
  model::Endpoint endpoint;
  endpoint.engine = model::Engine::mysql;
  endpoint.database = db.name();
  endpoint.socket = db.server().socket();
  endpoint.defaults_file = "/dev/null";
  endpoint.user = user;
  return endpoint;
}

/// What sluice would read of a table: every column by its natural carrier unless `carriers` says
/// otherwise, and the primary key.
[[nodiscard]] inline db::TableRead table_read(
    const model::Catalog& catalog, const model::QualifiedName& name,
    const std::map<std::string, codec::Carrier>& carriers) {
  const model::Table* const table = catalog.find(name);
  if (table == nullptr) throw std::invalid_argument("no table " + name.text());
  db::TableRead read;
  read.table = name;
  for (const model::Column& column : table->columns) {
    const auto given = carriers.find(column.name);
    read.columns.push_back(
        {column.name, column.type,
         given != carriers.end() ? given->second : codec::carrier_for_mysql_type(column.type)});
  }
  if (const model::Index* const key = table->primary_key()) {
    for (const model::IndexPart& part : key->parts) {
      const auto at = std::find_if(table->columns.begin(), table->columns.end(),
                                   [&](const model::Column& c) { return c.name == part.column; });
      read.key.push_back(static_cast<std::size_t>(at - table->columns.begin()));
    }
  }
  return read;
}

[[nodiscard]] inline db::TableRead table_read(
    const MysqlFamilyDatabase& db, const std::string& table,
    const std::map<std::string, codec::Carrier>& carriers = {}) {
  const auto session = db::open_session(endpoint_of(db), db::Purpose::catalog);
  return table_read(db::read_catalog(*session), {db.name(), table}, carriers);
}

/// The rows of a batch as texts: fields separated by "|", NULL as "NULL", an irregular field as
/// "!problem:raw text".
[[nodiscard]] inline std::vector<std::string> texts_of(const db::SourceBatch& batch,
                                                       const db::TableRead& table) {
  std::vector<std::string> texts;
  std::vector<codec::Field> fields;
  auto irregular = batch.irregular.begin();
  for (std::size_t row = 0; row < batch.rows.rows(); ++row) {
    codec::parse_fields(batch.rows.row(row), fields);
    std::string& text = texts.emplace_back();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i != 0) text += '|';
      if (irregular != batch.irregular.end() && irregular->row == row && irregular->column == i) {
        text.append("!").append(to_string(irregular->problem)).append(":").append(fields[i].bytes);
        ++irregular;
      } else if (fields[i].null) {
        text += "NULL";
      } else if (!codec::to_text(table.columns.at(i).carrier, fields[i].bytes, text)) {
        text += "?";
      }
    }
  }
  return texts;
}

[[nodiscard]] inline model::KeyRange whole_table() {
  model::KeyRange range;
  range.kind = model::RangeKind::whole;
  return range;
}

/// All rows of a range through one stream.
[[nodiscard]] inline std::vector<std::string> read_all(db::SourceSession& session,
                                                       const db::TableRead& table,
                                                       const model::KeyRange& range,
                                                       std::size_t byte_budget = 1 << 20) {
  std::vector<std::string> texts;
  const std::unique_ptr<db::RowStream> stream = session.read(table, range);
  db::SourceBatch batch;
  while (stream->read(batch, byte_budget)) {
    for (std::string& text : texts_of(batch, table)) texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace sluice::test::mysql
