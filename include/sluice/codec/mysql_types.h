#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/codec/carrier.h"
#include "sluice/model/schema.h"

/// What MySQL's and MariaDB's column types are, and how their values travel. No driver is needed to
/// ask. row_form.md has the table for people.
namespace sluice::codec {

/// A type's family: types of one kind are read from the server alike.
enum class MysqlKind : std::uint8_t {
  tinyint,
  smallint,
  mediumint,
  integer,
  bigint,
  year,
  decimal,
  float4,
  float8,
  bit,
  date,
  datetime,
  timestamp,
  time,
  character,  ///< char, varchar, tinytext to longtext
  binary,     ///< binary, varbinary, tinyblob to longblob, vector
  enumeration,
  set,
  json,  ///< MySQL's json; MariaDB's alias, where the catalogue has found it out
  uuid,  ///< MariaDB 10.7 and later
  inet,  ///< MariaDB's inet4 and inet6
  geometry,
  unknown,
};

/// Reads a type as COLUMN_TYPE of information_schema spells it: "int(10) unsigned",
/// "enum('a','b''c')". Fills sql, base, is_unsigned, members and the lengths; not charset and
/// collation. A text that cannot be read has an empty base and is of the kind unknown.
[[nodiscard]] model::ColumnType parse_mysql_type(std::string_view column_type);

/// What a backslash and `c` stand for in a text literal: a line end for 'n', `c` itself for most.
/// LIKE's \% and \_ are not among them. Of MySQL's manual, "String Literals".
[[nodiscard]] char mysql_unescaped(char c) noexcept;

[[nodiscard]] MysqlKind mysql_kind(const model::ColumnType& type) noexcept;

/// How a column travels unless a mapping wants it otherwise: exact for every value that
/// PostgreSQL's type of the same name can hold.
[[nodiscard]] Carrier carrier_for_mysql_type(const model::ColumnType& type) noexcept;

/// True where a column of the type can be read into the carrier; values that do not fit become
/// irregular one by one. Every type can be read as text.
[[nodiscard]] bool mysql_can_carry(const model::ColumnType& type, Carrier carrier) noexcept;

/// True where tables may be cut at the column's values: an index orders them as a comparison with
/// the carrier's text does. Not so for enum and set (ordered by index, compared by label), bit,
/// json, geometry and floats (a decimal text does not name the value), nor for text read as uuid
/// (the spelling is lost). The index must hold whole values: a prefix index is no key.
[[nodiscard]] bool mysql_can_key(const model::ColumnType& type, Carrier carrier) noexcept;

/// True for character sets of which every character is one of Unicode, and comes back from it. The
/// servers' tables for all others have bytes without a character, which they send as `?`.
[[nodiscard]] bool is_mysql_unicode(std::string_view charset) noexcept;

/// True where the column was made to hold a boolean: tinyint(1).
[[nodiscard]] bool is_mysql_boolean(const model::ColumnType& type) noexcept;

/// True for storage engines whose tables are read as of the snapshot. Others (MyISAM, Aria, MEMORY,
/// CSV, ...) are read as they are at that moment: a weaker promise that must be stated.
[[nodiscard]] bool mysql_engine_has_snapshots(std::string_view storage_engine) noexcept;

}  // namespace sluice::codec
