#include "retire/row_forms.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/convert.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/mysql_types.h"
#include "sluice/codec/pg_types.h"
#include "sluice/codec/printable.h"
#include "sluice/codec/utf8.h"
#include "sluice/model/error.h"

namespace sluice::retire {
namespace {

using codec::Carrier;
using codec::MysqlKind;

/// A carrier that holds every value of the column: dates that are none, and documents as they were
/// written, are texts.
Carrier archive_carrier(const model::ColumnType& type, model::Engine engine) {
  if (!model::is_mysql_family(engine)) return codec::carrier_for_pg_column(type).carrier;
  switch (codec::mysql_kind(type)) {
    case MysqlKind::date:
    case MysqlKind::datetime:
    case MysqlKind::timestamp:
    case MysqlKind::time:
    case MysqlKind::json:
    case MysqlKind::uuid:
    case MysqlKind::inet:
      return Carrier::text;
    default:
      return codec::carrier_for_mysql_type(type);
  }
}

/// The field of that column and carrier, which is added where there is none.
std::size_t field_of(db::TableRead& read, const model::Column& column, Carrier carrier) {
  const auto found =
      std::find_if(read.columns.begin(), read.columns.end(), [&](const db::ReadColumn& field) {
        return field.name == column.name && field.carrier == carrier;
      });
  if (found != read.columns.end()) return static_cast<std::size_t>(found - read.columns.begin());
  read.columns.push_back({column.name, column.type, carrier});
  return read.columns.size() - 1;
}

void archive_columns(const model::Table& table, model::Engine engine, RowForms& forms) {
  for (const model::Column& column : table.columns) {
    const Carrier carrier = archive_carrier(column.type, engine);
    forms.archive_fields.push_back(field_of(forms.read, column, carrier));
    forms.archived.columns.push_back({column.name, carrier, column.type.sql});
  }
}

void archive_key(const plan::TablePlan& plan, const model::Table& table, RowForms& forms) {
  for (const std::size_t field : plan.key) {
    const std::string& name = plan.read.at(field).name;
    const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                     [&](const model::Column& one) { return one.name == name; });
    if (column == table.columns.end()) {
      throw model::Error(model::ErrorKind::drift,
                         fmt::format("{} has no column {} any more", plan.source.text(), name),
                         "make a new plan");
    }
    forms.archived.key.push_back(static_cast<std::size_t>(column - table.columns.begin()));
  }
}

}  // namespace

RowForms row_forms(const plan::TablePlan& plan, const model::Table& table, model::Engine engine) {
  RowForms forms;
  forms.read.table = plan.source;
  for (const plan::SourceField& field : plan.read) {
    forms.read.columns.push_back({field.name, field.type, field.carrier});
  }
  forms.read.key = plan.key;
  forms.plan_fields = plan.read.size();
  forms.archived.number = plan.number;
  forms.archived.source = plan.source;
  archive_columns(table, engine, forms);
  archive_key(plan, table, forms);
  return forms;
}

db::TableRead archived_read(const RowForms& forms) {
  db::TableRead read;
  read.table = forms.read.table;
  for (const std::size_t field : forms.archive_fields) {
    read.columns.push_back(forms.read.columns.at(field));
  }
  read.key = forms.archived.key;
  return read;
}

db::TableRead target_read(const plan::TablePlan& plan) {
  db::TableRead read;
  read.table = plan.target;
  for (const plan::TargetField& field : plan.write) {
    read.columns.push_back({field.name, field.type, field.carrier});
  }
  read.key = plan.target_key;
  return read;
}

std::string_view plan_row(const RowForms& forms, std::string_view row, std::string& scratch) {
  if (forms.plan_fields == forms.read.columns.size()) return row;
  constexpr std::size_t kCountBytes = 2;
  codec::FieldReader reader(row);
  std::size_t bytes = kCountBytes;
  for (std::size_t i = 0; i < forms.plan_fields; ++i) bytes += 4 + reader.next().bytes.size();
  scratch.assign(row.substr(0, bytes));
  codec::store_big_endian(scratch.data(), static_cast<std::uint16_t>(forms.plan_fields));
  return scratch;
}

void append_whole_row(const RowForms& forms, std::string_view row,
                      std::vector<codec::Field>& scratch, codec::RowBuffer& out) {
  codec::parse_fields(row, scratch);
  out.begin_row(static_cast<std::int16_t>(forms.archive_fields.size()));
  for (const std::size_t field : forms.archive_fields) {
    const codec::Field& value = scratch.at(field);
    if (value.null) {
      out.put_null();
    } else {
      out.put_bytes(value.bytes);
    }
  }
  out.end_row();
}

model::Key key_of(const db::TableRead& read, std::string_view row,
                  std::span<const codec::Irregular> irregular) {
  std::vector<codec::Field> fields;
  codec::parse_fields(row, fields);
  model::Key key;
  for (const std::size_t column : read.key) {
    const codec::Field& field = fields.at(column);
    const bool raw = std::any_of(irregular.begin(), irregular.end(),
                                 [&](const auto& one) { return one.column == column; });
    std::string& text = key.values.emplace_back();
    if (raw && !field.null) {
      text = field.bytes;
    } else if (field.null || !codec::to_text(read.columns[column].carrier, field.bytes, text)) {
      throw model::Error(model::ErrorKind::data,
                         "a key of " + read.table.text() + " is NULL or cannot be printed");
    }
  }
  return key;
}

std::string key_json(const model::Key& key) {
  codec::JsonWriter json;
  json.begin_array();
  for (const std::string& value : key.values) {
    json.value(codec::is_utf8(value) ? value : codec::printable_text(value));
  }
  json.end_array();
  return json.take();
}

std::string unarchivable(const RowForms& forms, std::span<const codec::Irregular> irregular) {
  for (const codec::Irregular& one : irregular) {
    // Index 0 of an enum: its text is ''.
    if (one.problem == codec::Problem::ambiguous_enum) continue;
    for (std::size_t i = 0; i < forms.archive_fields.size(); ++i) {
      if (forms.archive_fields[i] != one.column) continue;
      return fmt::format("column {} cannot be archived exactly: {}", forms.archived.columns[i].name,
                         codec::to_string(one.problem));
    }
  }
  return {};
}

}  // namespace sluice::retire
