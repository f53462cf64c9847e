#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sluice/codec/problem.h"
#include "sluice/codec/row_form.h"

#include "db/mysql/client.h"

namespace sluice::db::mysql {

/// Where one field of the current row lies, in the client's form.
struct Slot {
  union Value {
    std::int64_t number;  // any integer: its own width of bytes, from the first
    float f4;
    double f8;
    MYSQL_TIME time;
  } value{};
  std::unique_ptr<char[]> buffer;  // texts and bytes; what is longer is fetched by itself
  unsigned long capacity = 0;
  unsigned long length = 0;
  ClientBool null = 0;
  ClientBool error = 0;

  MYSQL_STMT* statement = nullptr;
  MYSQL* handle = nullptr;             // of the statement
  unsigned number = 0;                 // in the statement's result
  int bits = 0;                        // of bit(n)
  int fraction_digits = 0;             // of times
  const Slot* enum_is_zero = nullptr;  // beside an enum that has a member '': 1 for index 0
  Slot* unconverted = nullptr;  // beside a text that the server converts: empty, or the bytes that
                                // it cannot convert
  std::string scratch;          // for conversions; keeps its memory
};

/// Puts the slot's value as one field, which is not NULL. Where the carrier cannot hold it, puts
/// its raw text instead and says why.
using Encode = codec::Problem (*)(Slot& slot, codec::RowBuffer& rows);

}  // namespace sluice::db::mysql
