#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/irregular.h"
#include "sluice/codec/row_form.h"
#include "sluice/db/source.h"

#include "db/mysql/columns.h"
#include "db/mysql/connection.h"
#include "db/mysql/errors.h"

namespace sluice::db::mysql {

/// A running SELECT, or DELETE ... RETURNING, whose rows come one by one, unbuffered, by the binary
/// protocol, and are put into row form. Nothing is allocated for a row. Must not outlive its
/// connection, which can do nothing else meanwhile; destroying it early makes the client read and
/// drop what is left.
class RowReader {
 public:
  /// Makes the statement of the expressions that it has to give.
  using Statement = std::function<std::string(const std::vector<std::string>& expressions)>;

  /// Throws Error{drift} where the columns are not of the types that `table` says. `doing`, for
  /// messages: "reading".
  RowReader(Connection& connection, const TableRead& table, const Statement& statement,
            std::string_view doing);

  /// Appends the next row. False at the end, and `rows` is as it was.
  bool next(codec::RowBuffer& rows, std::vector<codec::Irregular>& irregular);

 private:
  void set_buffer(std::size_t at, unsigned long capacity);
  void bind(const std::vector<ColumnReader>& readers);
  codec::Problem put_field(std::size_t column, codec::RowBuffer& rows);
  void check_types(const TableRead& table, const std::vector<ColumnReader>& readers) const;
  [[nodiscard]] bool fetch();
  [[noreturn]] void fail() const { throw_error(statement_.get(), handle_, doing_); }

  std::string doing_;  // for messages
  MYSQL* handle_;
  std::size_t columns_;
  std::vector<Slot> slots_;  // of the columns, then of what is beside; their places are bound
  std::vector<Encode> encoders_;
  StatementHandle statement_;
};

/// What a Statement is given for that table.
[[nodiscard]] std::vector<std::string> expressions_of(const TableRead& table);

}  // namespace sluice::db::mysql
