#include "copy/table_streams.h"

#include <utility>

namespace sluice::copy {
namespace {

/// The live target table, read as the side table's columns are written.
db::TableRead existing_read(const plan::TablePlan& table) {
  db::TableRead read;
  read.table = table.target;
  for (const plan::TargetField& field : table.write) {
    read.columns.push_back({field.name, field.type, field.carrier});
  }
  read.key = table.target_key;
  return read;
}

mapping::TableMapping existing_mapping(const plan::TablePlan& table) {
  mapping::TableMapping mapping;
  for (const plan::TargetField& field : table.write) {
    mapping.source.push_back(
        {field.name, field.carrier, field.carrier, field.type, field.nullable});
    mapping.target.push_back({field.name, field.carrier, field.fit});
    mapping.rules.rules.push_back(mapping::rename_rule(field.name, field.name));
  }
  mapping.key = table.target_key;
  return mapping;
}

}  // namespace

db::TableRead table_read(const plan::TablePlan& table, ledger::Origin origin) {
  if (origin == ledger::Origin::existing) return existing_read(table);
  db::TableRead read;
  read.table = table.source;
  for (const plan::SourceField& field : table.read) {
    read.columns.push_back({field.name, field.type, field.carrier});
  }
  read.key = table.key;
  return read;
}

db::TableWrite table_write(const plan::TablePlan& table) {
  db::TableWrite write;
  write.table = table.side;
  for (const plan::TargetField& field : table.write) {
    write.columns.push_back({field.name, field.type.sql, field.carrier, field.staged});
  }
  return write;
}

db::TableWrite rest_write(const plan::TablePlan& table) {
  db::TableWrite write;
  write.table = table.rest.value();
  for (const std::string_view column : mapping::kRestColumns) {
    write.columns.push_back({std::string(column), "text", codec::Carrier::text, false});
  }
  return write;
}

mapping::TableMapping table_mapping(const plan::TablePlan& table, ledger::Origin origin) {
  return origin == ledger::Origin::existing ? existing_mapping(table) : plan::mapping_of(table);
}

model::RangeKind read_order(const plan::TablePlan& table, ledger::Origin origin) {
  return origin == ledger::Origin::existing ? model::RangeKind::ctid : table.order;
}

}  // namespace sluice::copy
