// MySQL's functions that PostgreSQL has too, or can say otherwise.

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "schema/value.h"

namespace sluice::schema {
namespace {

using Arguments = std::vector<Value>;
using K = ValueKind;

Value wrong_arguments() { return refused("there is no rule for a function of such values"); }

bool is_text(const Arguments& arguments) {
  return arguments.size() == 1 && arguments[0].kind == K::text;
}

/// A whole number written out, not below `least`.
bool is_count(const Value& value, int least) {
  return value.literal && value.kind == K::integer && !value.content.starts_with('-') &&
         (least == 0 || value.content.find_first_not_of('0') != std::string::npos);
}

std::string listed(const Arguments& arguments) {
  std::string list;
  for (const Value& argument : arguments) list += (list.empty() ? "" : ", ") + argument.sql;
  return list;
}

/// PostgreSQL's integer of at most so many bits, with which it must not be computed further.
Value small_number(const Arguments& arguments, int bits, std::string sql) {
  Value value = made_of(arguments, K::integer, std::move(sql));
  value.scale = 0;
  value.narrow = true;
  value.reach = {bits, false};
  return value;
}

Value concat(const std::string&, const Arguments& arguments) {
  std::string sql;
  for (const Value& argument : arguments) {
    if (argument.kind != K::text && argument.kind != K::integer) return wrong_arguments();
    if (argument.padded) return refused("a number with zeros in front stands for a text");
    const bool number = argument.kind == K::integer;
    sql += (sql.empty() ? "" : " || ") + (number ? "(" + argument.sql + ")::text" : argument.sql);
  }
  return made_of(arguments, K::text, "(" + sql + ")");
}

Value coalesce(const std::string&, const Arguments& arguments) {
  return one_of(arguments, "COALESCE(" + listed(arguments) + ")");
}

Value if_else(const std::string&, const Arguments& arguments) {
  if (arguments.size() != 3) return wrong_arguments();
  const Value when = condition(arguments[0]);
  const Value value =
      one_of({arguments[1], arguments[2]}, "CASE WHEN " + when.sql + " THEN " + arguments[1].sql +
                                               " ELSE " + arguments[2].sql + " END");
  return made_of({when, value}, value.kind, value.sql);
}

/// No character of utf8mb4 has more.
constexpr int kMaxBytes = 4;

int bits_of_length(const Value& text, int unit) {
  // No text of either server is longer than 1 GiB.
  constexpr int kMaxBits = 31;
  const bool bounded = text.column != nullptr && text.column->type.length;
  if (!bounded) return kMaxBits;
  return reach_of_literal(std::to_string(*text.column->type.length * unit)).bits;
}

Value characters(const std::string&, const Arguments& arguments) {
  if (!is_text(arguments)) return wrong_arguments();
  return small_number(arguments, bits_of_length(arguments[0], 1),
                      "char_length(" + arguments[0].sql + ")");
}

/// Bytes in the column's own character set, where it is that of PostgreSQL.
Value bytes(const std::string&, const Arguments& arguments) {
  if (!is_text(arguments) || arguments[0].column == nullptr) return wrong_arguments();
  const std::string& charset = arguments[0].column->type.charset;
  if (!charset.starts_with("utf8") && charset != "ascii") return wrong_arguments();
  return small_number(arguments, bits_of_length(arguments[0], kMaxBytes),
                      "octet_length(" + arguments[0].sql + ")");
}

Value absolute(const std::string&, const Arguments& arguments) {
  const bool exact =
      arguments.size() == 1 && (arguments[0].kind == K::integer || arguments[0].kind == K::decimal);
  if (!exact) return wrong_arguments();
  Value value = made_of(arguments, arguments[0].kind, "abs(" + in_full_width(arguments[0]) + ")");
  value.reach = {value.reach.bits + (value.reach.below_zero ? 1 : 0), false};
  value.narrow = false;
  return value;
}

/// Both round halves away from zero, as long as nothing is binary.
Value rounded(const std::string&, const Arguments& arguments) {
  const bool exact = arguments.size() == 2 && arguments[0].kind == K::decimal &&
                     is_count(arguments[1], 0) && arguments[1].content.size() == 1;
  if (!exact) return wrong_arguments();
  Value value = made_of(arguments, K::decimal, "round(" + listed(arguments) + ")");
  ++value.reach.bits;
  return value;
}

Value part_of_text(const std::string& name, const Arguments& arguments) {
  const bool side = name == "left" || name == "right";
  if (arguments.size() < 2 || arguments[0].kind != K::text) return wrong_arguments();
  if (!is_count(arguments[1], side ? 0 : 1)) return wrong_arguments();
  if (side && arguments.size() == 2) {
    return made_of(arguments, K::text, "\"" + name + "\"(" + listed(arguments) + ")");
  }
  const bool cut =
      !side && (arguments.size() == 2 || (arguments.size() == 3 && is_count(arguments[2], 0)));
  return cut ? made_of(arguments, K::text, "substr(" + listed(arguments) + ")") : wrong_arguments();
}

/// Blanks only, and only those: so do both.
Value trimmed(const std::string& name, const Arguments& arguments) {
  if (!is_text(arguments)) return wrong_arguments();
  const std::string function = name == "trim" ? "btrim" : name;
  return made_of(arguments, K::text, function + "(" + arguments[0].sql + ", ' ')");
}

/// Looks for bytes on both, whatever the collation.
Value replaced(const std::string&, const Arguments& arguments) {
  const bool texts = arguments.size() == 3 && std::ranges::all_of(arguments, [](const Value& v) {
                       return v.kind == K::text;
                     });
  if (!texts) return wrong_arguments();
  Value value = made_of(arguments, K::text, "replace(" + listed(arguments) + ")");
  // Each character may become the whole third text.
  value.text.bytes = std::max<std::uint64_t>(arguments[0].text.bytes, 1) *
                     std::max<std::uint64_t>(arguments[2].text.bytes, 1);
  return value;
}

Value field_of_time(const std::string& name, const Arguments& arguments) {
  if (arguments.size() != 1) return wrong_arguments();
  const bool in_day = name == "hour" || name == "minute";
  const K kind = arguments[0].kind;
  if (kind != K::moment && (in_day || kind != K::date)) return wrong_arguments();
  const std::string field = name == "dayofmonth" ? "day" : name == "dayofyear" ? "doy" : name;
  // Up to 9999, 366 and 59.
  const int bits = field == "year" ? 14 : field == "doy" ? 9 : 6;
  return small_number(arguments, bits,
                      "(EXTRACT(" + field + " FROM " + arguments[0].sql + "))::integer");
}

Value day_of_moment(const std::string&, const Arguments& arguments) {
  const bool moment =
      arguments.size() == 1 && (arguments[0].kind == K::moment || arguments[0].kind == K::date);
  if (!moment) return wrong_arguments();
  return made_of(arguments, K::date, "(" + arguments[0].sql + ")::date");
}

struct Function {
  std::string_view name;
  Value (*translate)(const std::string& name, const Arguments& arguments);
};

constexpr std::array kFunctions = {
    Function{"concat", concat},
    Function{"coalesce", coalesce},
    Function{"ifnull", coalesce},
    Function{"nvl", coalesce},
    Function{"if", if_else},
    Function{"char_length", characters},
    Function{"octet_length", bytes},
    Function{"character_length", characters},
    Function{"length", bytes},
    Function{"abs", absolute},
    Function{"round", rounded},
    Function{"left", part_of_text},
    Function{"right", part_of_text},
    Function{"substr", part_of_text},
    Function{"substring", part_of_text},
    Function{"trim", trimmed},
    Function{"ltrim", trimmed},
    Function{"rtrim", trimmed},
    Function{"replace", replaced},
    Function{"year", field_of_time},
    Function{"quarter", field_of_time},
    Function{"month", field_of_time},
    Function{"day", field_of_time},
    Function{"dayofmonth", field_of_time},
    Function{"hour", field_of_time},
    Function{"dayofyear", field_of_time},
    Function{"minute", field_of_time},
    Function{"date", day_of_moment},
};

}  // namespace

Value call(const std::string& name, const std::vector<Value>& arguments) {
  for (const Value& argument : arguments) {
    if (!argument.refusal.empty()) return argument;
  }
  const auto* const found = std::ranges::find(kFunctions, name, &Function::name);
  if (found == kFunctions.end()) return refused("there is no rule for the function " + name);
  if (arguments.empty()) return wrong_arguments();
  return found->translate(name, arguments);
}

}  // namespace sluice::schema
