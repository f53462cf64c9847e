#include "schema/column_type.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/codec/mysql_types.h"
#include "sluice/schema/names.h"

#include "schema/pg_type.h"
#include "schema/quoted.h"

namespace sluice::schema {
namespace {

using codec::MysqlKind;

/// The longest varchar of PostgreSQL.
constexpr int kMaxVarchar = 10'485'760;
/// Of numbers up to 2^64 - 1.
constexpr const char* kUnsignedBigint = "numeric(20,0)";

TypeChoice plain(std::string_view type) {
  TypeChoice choice;
  choice.type = pg_type(type);
  return choice;
}

TypeChoice decision(std::string_view type, std::string alternative, std::string about) {
  TypeChoice choice = plain(type);
  choice.alternative = std::move(alternative);
  choice.alternative_is = std::move(about);
  return choice;
}

std::string with_number(const std::string& type, int number) {
  return type + "(" + std::to_string(number) + ")";
}

bool is_in_foreign_key(const model::Table& table, const std::string& column) {
  return std::ranges::any_of(table.foreign_keys, [&](const model::ForeignKey& key) {
    return std::ranges::find(key.columns, column) != key.columns.end();
  });
}

/// Identities are integers, and both ends of a foreign key have to be of one type, of which each
/// table knows only its own.
TypeChoice unsigned_bigint(const model::Table& table, const model::Column& column) {
  if (column.identity == model::Identity::auto_increment || is_in_foreign_key(table, column.name)) {
    TypeChoice choice = plain("bigint");
    choice.doubt_rule = "unsigned-bigint-key";
    choice.doubt =
        "bigint unsigned becomes bigint, since it numbers rows: values above 2^63 - 1 "
        "go to quarantine";
    return choice;
  }
  return decision(kUnsignedBigint, "bigint",
                  "bigint unsigned becomes numeric(20,0), which holds every value; bigint is "
                  "smaller and faster, and ends at 2^63 - 1");
}

TypeChoice integer_type(const model::Table& table, const model::Column& column) {
  const bool is_unsigned = column.type.is_unsigned;
  switch (codec::mysql_kind(column.type)) {
    case MysqlKind::tinyint:
      return codec::is_mysql_boolean(column.type)
                 ? decision("smallint", "boolean",
                            "tinyint(1) holds -128 to 127; boolean takes 0 and 1")
                 : plain("smallint");
    case MysqlKind::smallint:
      return plain(is_unsigned ? "integer" : "smallint");
    case MysqlKind::mediumint:
      return plain("integer");
    case MysqlKind::integer:
      return plain(is_unsigned ? "bigint" : "integer");
    default:
      return is_unsigned ? unsigned_bigint(table, column) : plain("bigint");
  }
}

TypeChoice decimal_type(const model::ColumnType& type) {
  // Without numbers it would be decimal(10,0), and both servers print them.
  const int precision = type.precision.value_or(10);
  return plain("numeric(" + std::to_string(precision) + "," +
               std::to_string(type.scale.value_or(0)) + ")");
}

TypeChoice text_type(const model::ColumnType& type) {
  const bool bounded = type.base == "char" || type.base == "varchar";
  if (!bounded || !type.length || *type.length < 1 || *type.length > kMaxVarchar) {
    return plain("text");
  }
  return plain(with_number("character varying", *type.length));
}

TypeChoice bit_type(const model::ColumnType& type) {
  const int bits = type.length.value_or(1);
  if (bits > 1) return plain(with_number("bit", bits));
  return decision("bit(1)", "boolean", "bit(1) stays a bit string; boolean holds the same");
}

TypeChoice moment_type(const model::ColumnType& type) {
  const std::string digits = "(" + std::to_string(type.fraction_digits.value_or(0)) + ")";
  switch (codec::mysql_kind(type)) {
    case MysqlKind::datetime:
      return plain("timestamp" + digits);
    case MysqlKind::timestamp:
      return plain("timestamptz" + digits);
    default:
      return decision("interval" + digits, "time",
                      "a time of MySQL is an amount of up to 838 hours, below zero too; time takes "
                      "0 to 24 hours");
  }
}

std::string text_array(const std::vector<std::string>& members) {
  std::string list;
  for (const std::string& member : members) {
    list += (list.empty() ? "" : ", ") + literal(member) + "::text";
  }
  return "ARRAY[" + list + "]";
}

bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

/// Whether an enum type of PostgreSQL can have all of them.
bool can_be_labels(const std::vector<std::string>& members) {
  std::vector<std::string> sorted = members;
  std::ranges::sort(sorted);
  const bool twice = std::ranges::adjacent_find(sorted) != sorted.end();
  return !twice && !members.empty() && std::ranges::all_of(members, [](const std::string& member) {
    return !member.empty() && member.size() <= kMaxNameBytes && !has_nul(member);
  });
}

/// Of members that no text of PostgreSQL can be, nothing can be said in SQL.
TypeChoice member_text(const model::Column& column, const std::string& condition) {
  TypeChoice choice = plain("text");
  if (!condition.empty()) choice.allowed = condition;
  choice.check_suffix = "_members_check";
  choice.doubt_rule = "members-as-text";
  choice.doubt = column.type.base + " becomes text" +
                 (condition.empty() ? " without a check" : ", and a check lists the members") +
                 "; its order is that of text, not of the members";
  return choice;
}

TypeChoice enum_type(const Scope& scope, const model::Column& column,
                     const model::QualifiedName& target) {
  const std::vector<std::string>& members = column.type.members;
  if (!can_be_labels(members)) {
    const bool sayable = std::ranges::none_of(members, has_nul) && !members.empty();
    return member_text(
        column,
        sayable ? quoted(scope.name_of(column.name)) + " = ANY (" + text_array(members) + ")" : "");
  }
  TypeChoice choice;
  const model::QualifiedName name{target.schema, short_name(target.table + "_" + column.name)};
  choice.type.sql = quoted(name);
  choice.type.base = name.table;
  choice.type.schema = name.schema;
  choice.type.kind = model::TypeKind::enumeration;
  choice.type.members = members;
  std::string labels;
  for (const std::string& member : members)
    labels += (labels.empty() ? "" : ", ") + literal(member);
  choice.made = model::SchemaObject{model::SchemaObject::Kind::type,
                                    name,
                                    "CREATE TYPE " + quoted(name) + " AS ENUM (" + labels + ")",
                                    {}};
  return choice;
}

/// A set's text is its members with commas between; none of them holds one.
TypeChoice set_type(const Scope& scope, const model::Column& column) {
  const std::vector<std::string>& members = column.type.members;
  const bool sayable = std::ranges::none_of(members, has_nul) && !members.empty();
  return member_text(column, sayable ? "string_to_array(" + quoted(scope.name_of(column.name)) +
                                           ", ',') <@ " + text_array(members)
                                     : "");
}

TypeChoice geometry_type() {
  TypeChoice choice = plain("bytea");
  choice.doubt_rule = "spatial-as-bytes";
  choice.doubt =
      "a shape becomes bytes as MySQL stores it: four bytes of SRID, lowest first, then "
      "WKB";
  return choice;
}

TypeChoice bytes_type(const model::Column& column) {
  TypeChoice choice = plain("bytea");
  if (column.type.base != "vector") return choice;
  choice.doubt_rule = "vector-as-bytes";
  choice.doubt =
      "a vector becomes bytes as MySQL stores it: four for each number, a float, lowest first";
  return choice;
}

TypeChoice unknown_type(const model::ColumnType& type) {
  TypeChoice choice = plain("text");
  choice.doubt_rule = "unknown-type";
  choice.doubt = "no rule for the type " + type.sql + ": it becomes text, as the server prints it";
  return choice;
}

TypeChoice type_by_kind(const Scope& scope, const model::Column& column,
                        const model::QualifiedName& target) {
  switch (codec::mysql_kind(column.type)) {
    case MysqlKind::tinyint:
    case MysqlKind::smallint:
    case MysqlKind::mediumint:
    case MysqlKind::integer:
    case MysqlKind::bigint:
      return integer_type(scope.source, column);
    case MysqlKind::year:
      return plain("smallint");
    case MysqlKind::decimal:
      return decimal_type(column.type);
    case MysqlKind::float4:
      return plain("real");
    case MysqlKind::float8:
      return plain("double precision");
    case MysqlKind::bit:
      return bit_type(column.type);
    case MysqlKind::date:
      return plain("date");
    case MysqlKind::datetime:
    case MysqlKind::timestamp:
    case MysqlKind::time:
      return moment_type(column.type);
    case MysqlKind::character:
      return text_type(column.type);
    case MysqlKind::binary:
      return bytes_type(column);
    case MysqlKind::enumeration:
      return enum_type(scope, column, target);
    case MysqlKind::set:
      return set_type(scope, column);
    case MysqlKind::json:
      return decision("json", "jsonb",
                      "json keeps the text as it is; jsonb can be searched and indexed, and keeps "
                      "neither the order of keys nor blanks");
    case MysqlKind::uuid:
      return plain("uuid");
    case MysqlKind::inet:
      return plain("inet");
    case MysqlKind::geometry:
      return geometry_type();
    case MysqlKind::unknown:
      return unknown_type(column.type);
  }
  return unknown_type(column.type);
}

bool is_number(const model::ColumnType& type) {
  constexpr std::array kNumbers = {"int2", "int4", "int8", "numeric", "float4", "float8"};
  return std::ranges::find(kNumbers, type.base) != kNumbers.end();
}

void keep_unsigned(const Scope& scope, const model::Column& column, TypeChoice& choice) {
  if (!column.type.is_unsigned || !is_number(choice.type)) return;
  choice.allowed = quoted(scope.name_of(column.name)) + " >= 0";
  choice.check_suffix = "_unsigned_check";
}

}  // namespace

TypeChoice choose_type(const Scope& scope, const model::Column& column,
                       const model::QualifiedName& target) {
  TypeChoice choice = type_by_kind(scope, column, target);
  keep_unsigned(scope, column, choice);
  return choice;
}

TypeChoice chosen_type(const Scope& scope, const model::Column& column, const std::string& type) {
  TypeChoice choice = plain(type);
  keep_unsigned(scope, column, choice);
  return choice;
}

}  // namespace sluice::schema
