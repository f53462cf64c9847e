#include "db/mysql/row_reader.h"

#include <algorithm>
#include <new>

#include "sluice/model/error.h"

#include "db/mysql/encoders.h"

namespace sluice::db::mysql {
namespace {

std::vector<ColumnReader> readers_of(const TableRead& table) {
  std::vector<ColumnReader> readers;
  readers.reserve(table.columns.size());
  for (const ReadColumn& column : table.columns) readers.push_back(reader_for(column));
  return readers;
}

/// The columns, and behind them what is selected beside them, column by column.
std::vector<std::string> expressions_of(const std::vector<ColumnReader>& readers) {
  std::vector<std::string> expressions;
  expressions.reserve(3 * readers.size());
  for (const ColumnReader& reader : readers) expressions.push_back(reader.expression);
  for (const ColumnReader& reader : readers) {
    if (!reader.zero_test.empty()) expressions.push_back(reader.zero_test);
    if (!reader.unconverted.empty()) expressions.push_back(reader.unconverted);
  }
  return expressions;
}

/// True where values of the field fit the client type that they are to be fetched as, bit for bit.
bool fits(const MYSQL_FIELD& field, const ColumnReader& reader) noexcept {
  const bool same_sign = ((field.flags & UNSIGNED_FLAG) != 0) == reader.is_unsigned;
  switch (reader.buffer_type) {
    case MYSQL_TYPE_SHORT:
      return field.type == MYSQL_TYPE_YEAR || (field.type == MYSQL_TYPE_SHORT && same_sign);
    case MYSQL_TYPE_LONG:
      return (field.type == MYSQL_TYPE_LONG || field.type == MYSQL_TYPE_INT24) && same_sign;
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_LONGLONG:
      return field.type == reader.buffer_type && same_sign;
    case MYSQL_TYPE_DATE:
      return field.type == MYSQL_TYPE_DATE || field.type == MYSQL_TYPE_NEWDATE;
    case MYSQL_TYPE_STRING:
      return true;  // the client has the lengths
    default:
      return field.type == reader.buffer_type;
  }
}

MYSQL_BIND bind_of(Slot& slot, enum_field_types type, bool is_unsigned) noexcept {
  MYSQL_BIND bind{};
  bind.buffer_type = type;
  bind.is_unsigned = is_unsigned ? 1 : 0;
  bind.buffer = slot.buffer ? static_cast<void*>(slot.buffer.get()) : &slot.value;
  bind.buffer_length = slot.buffer ? slot.capacity : sizeof slot.value;
  bind.length = &slot.length;
  bind.is_null = &slot.null;
  bind.error = &slot.error;
  return bind;
}

}  // namespace

std::vector<std::string> expressions_of(const TableRead& table) {
  return expressions_of(readers_of(table));
}

RowReader::RowReader(Connection& connection, const TableRead& table, const Statement& statement,
                     std::string_view doing)
    : doing_(std::string(doing) + " " + table.table.text()),
      handle_(connection.handle()),
      columns_(table.columns.size()) {
  const std::vector<ColumnReader> readers = readers_of(table);
  const std::string sql = statement(expressions_of(readers));
  attach_thread();
  statement_.reset(mysql_stmt_init(connection.handle()));
  if (!statement_) throw std::bad_alloc();
  if (mysql_stmt_prepare(statement_.get(), sql.data(), sql.size()) != 0) fail();
  // What a DELETE gives back MariaDB says when it is executed, and not before.
  const bool known = mysql_stmt_field_count(statement_.get()) > 0;
  if (!known && mysql_stmt_execute(statement_.get()) != 0) fail();
  check_types(table, readers);
  slots_.resize(mysql_stmt_field_count(statement_.get()));
  for (std::size_t i = 0; i < columns_; ++i) {
    slots_[i].bits = table.columns[i].type.length.value_or(1);
    slots_[i].fraction_digits = table.columns[i].type.fraction_digits.value_or(0);
  }
  bind(readers);
  if (known && mysql_stmt_execute(statement_.get()) != 0) fail();
}

void RowReader::check_types(const TableRead& table,
                            const std::vector<ColumnReader>& readers) const {
  const ResultHandle meta(mysql_stmt_result_metadata(statement_.get()));
  if (!meta) fail();
  for (std::size_t i = 0; i < columns_; ++i) {
    const MYSQL_FIELD* const field = mysql_fetch_field_direct(meta.get(), static_cast<unsigned>(i));
    if (fits(*field, readers[i])) continue;
    throw model::Error(model::ErrorKind::drift,
                       doing_ + ": column " + table.columns[i].name + " is not " +
                           table.columns[i].type.sql + " any more",
                       "the table has been changed: make a new plan");
  }
}

void RowReader::set_buffer(std::size_t at, unsigned long capacity) {
  Slot& slot = slots_.at(at);
  slot.statement = statement_.get();
  slot.handle = handle_;
  slot.number = static_cast<unsigned>(at);
  slot.capacity = capacity;
  if (capacity > 0) slot.buffer = std::make_unique<char[]>(capacity);
}

void RowReader::bind(const std::vector<ColumnReader>& readers) {
  std::vector<MYSQL_BIND> binds(slots_.size());
  std::size_t beside = columns_;
  for (std::size_t i = 0; i < columns_; ++i) {
    const ColumnReader& reader = readers[i];
    Slot& slot = slots_[i];
    set_buffer(i, reader.capacity);
    binds[i] = bind_of(slot, reader.buffer_type, reader.is_unsigned);
    encoders_.push_back(reader.encode);
    if (!reader.zero_test.empty()) {
      slot.enum_is_zero = &slots_.at(beside);
      binds[beside] = bind_of(slots_[beside], MYSQL_TYPE_LONGLONG, false);
      ++beside;
    }
    if (!reader.unconverted.empty()) {
      slot.unconverted = &slots_.at(beside);
      set_buffer(beside, reader.capacity);
      binds[beside] = bind_of(slots_[beside], MYSQL_TYPE_STRING, false);
      ++beside;
    }
  }
  if (mysql_stmt_bind_result(statement_.get(), binds.data()) != 0) fail();
}

bool RowReader::fetch() {
  switch (mysql_stmt_fetch(statement_.get())) {
    case 0:
    case MYSQL_DATA_TRUNCATED:
      return true;  // a text longer than its buffer
    case MYSQL_NO_DATA:
      return false;
    default:
      fail();
  }
}

codec::Problem RowReader::put_field(std::size_t column, codec::RowBuffer& rows) {
  Slot& slot = slots_[column];
  if (slot.null != 0) {
    rows.put_null();
    return codec::Problem::none;
  }
  if (slot.unconverted != nullptr &&
      (slot.unconverted->null != 0 || slot.unconverted->length > 0)) {
    encode_bytes(slot.unconverted->null == 0 ? *slot.unconverted : slot, rows);
    return codec::Problem::no_character;
  }
  return encoders_[column](slot, rows);
}

bool RowReader::next(codec::RowBuffer& rows, std::vector<codec::Irregular>& irregular) {
  if (!fetch()) return false;
  rows.begin_row(static_cast<std::int16_t>(columns_));
  for (std::size_t i = 0; i < columns_; ++i) {
    const codec::Problem problem = put_field(i, rows);
    if (problem != codec::Problem::none) {
      irregular.push_back({rows.rows(), static_cast<std::uint16_t>(i), problem});
    }
  }
  rows.end_row();
  return true;
}

}  // namespace sluice::db::mysql
