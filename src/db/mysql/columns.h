#pragma once

#include <string>

#include "sluice/db/source.h"

#include "db/mysql/slot.h"

namespace sluice::db::mysql {

/// How a column is read: the expression that is selected, the client's type it is fetched as, and
/// the conversion.
struct ColumnReader {
  std::string expression;
  enum_field_types buffer_type = MYSQL_TYPE_STRING;
  bool is_unsigned = false;
  unsigned long capacity = 0;  // of the buffer for texts and bytes
  Encode encode = nullptr;
  std::string zero_test;    // a second expression, for Slot::enum_is_zero; mostly empty
  std::string unconverted;  // another one, for Slot::unconverted; empty for UTF-8 and latin1
};

/// The table of conversions. Throws Error{internal} for a carrier that the type cannot be read into
/// (codec::mysql_can_carry).
[[nodiscard]] ColumnReader reader_for(const ReadColumn& column);

}  // namespace sluice::db::mysql
