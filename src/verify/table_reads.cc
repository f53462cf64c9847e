#include "verify/table_reads.h"

#include <iterator>

#include "sluice/mapping/mapper.h"

namespace sluice::verify {

db::TableRead source_read(const plan::TablePlan& table) {
  db::TableRead read;
  read.table = table.source;
  for (const plan::SourceField& field : table.read) {
    read.columns.push_back({field.name, field.type, field.carrier});
  }
  read.key = table.key;
  return read;
}

db::TableRead target_read(const plan::TablePlan& table, const model::QualifiedName& from) {
  db::TableRead read;
  read.table = from;
  for (const plan::TargetField& field : table.write) {
    read.columns.push_back({field.name, field.type, field.carrier});
  }
  read.key = table.target_key;
  return read;
}

db::TableRead rest_read(const plan::TablePlan& table) {
  model::ColumnType text;
  text.sql = "text";
  text.base = "text";
  db::TableRead read;
  read.table = table.rest.value();
  for (const std::string_view column : mapping::kRestColumns) {
    read.columns.push_back({std::string(column), text, codec::Carrier::text});
  }
  return read;
}

std::vector<codec::Carrier> key_carriers(const plan::TablePlan& table) {
  std::vector<codec::Carrier> carriers;
  for (const std::size_t column : table.key) carriers.push_back(table.read.at(column).carrier);
  return carriers;
}

RowKey target_row_key(const plan::TablePlan& table) {
  std::vector<codec::Carrier> carriers;
  for (const plan::TargetField& field : table.write) carriers.push_back(field.carrier);
  return {std::move(carriers), table.target_key};
}

RowKey source_row_key(const plan::TablePlan& table) {
  std::vector<codec::Carrier> carriers;
  for (const plan::SourceField& field : table.read) carriers.push_back(field.carrier);
  return {std::move(carriers), table.key};
}

RowKey rest_row_key() {
  return {std::vector<codec::Carrier>(std::size(mapping::kRestColumns), codec::Carrier::text), {}};
}

}  // namespace sluice::verify
