#include "schema/pg_type.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "sluice/codec/ascii.h"

namespace sluice::schema {
namespace {

/// What the numbers in brackets are.
enum class Numbers : std::uint8_t { none, length, decimal, fraction };

struct KnownType {
  std::string_view written;
  std::string_view base;
  std::string_view head;  // of format_type()'s print, before the numbers
  std::string_view tail;  // and behind them
  Numbers numbers = Numbers::none;
};

constexpr std::array kKnown = {
    KnownType{"bool", "bool", "boolean", ""},
    KnownType{"boolean", "bool", "boolean", ""},
    KnownType{"int2", "int2", "smallint", ""},
    KnownType{"smallint", "int2", "smallint", ""},
    KnownType{"int", "int4", "integer", ""},
    KnownType{"int4", "int4", "integer", ""},
    KnownType{"integer", "int4", "integer", ""},
    KnownType{"int8", "int8", "bigint", ""},
    KnownType{"bigint", "int8", "bigint", ""},
    KnownType{"float4", "float4", "real", ""},
    KnownType{"real", "float4", "real", ""},
    KnownType{"float8", "float8", "double precision", ""},
    KnownType{"double precision", "float8", "double precision", ""},
    KnownType{"numeric", "numeric", "numeric", "", Numbers::decimal},
    KnownType{"decimal", "numeric", "numeric", "", Numbers::decimal},
    KnownType{"text", "text", "text", ""},
    KnownType{"varchar", "varchar", "character varying", "", Numbers::length},
    KnownType{"character varying", "varchar", "character varying", "", Numbers::length},
    KnownType{"bpchar", "bpchar", "bpchar", "", Numbers::length},
    KnownType{"char", "bpchar", "character", "", Numbers::length},
    KnownType{"character", "bpchar", "character", "", Numbers::length},
    KnownType{"citext", "citext", "citext", ""},
    KnownType{"bytea", "bytea", "bytea", ""},
    KnownType{"date", "date", "date", ""},
    KnownType{"time", "time", "time", " without time zone", Numbers::fraction},
    KnownType{"time without time zone", "time", "time", " without time zone", Numbers::fraction},
    KnownType{"timetz", "timetz", "time", " with time zone", Numbers::fraction},
    KnownType{"time with time zone", "timetz", "time", " with time zone", Numbers::fraction},
    KnownType{"timestamp", "timestamp", "timestamp", " without time zone", Numbers::fraction},
    KnownType{"timestamp without time zone", "timestamp", "timestamp", " without time zone",
              Numbers::fraction},
    KnownType{"timestamptz", "timestamptz", "timestamp", " with time zone", Numbers::fraction},
    KnownType{"timestamp with time zone", "timestamptz", "timestamp", " with time zone",
              Numbers::fraction},
    KnownType{"interval", "interval", "interval", "", Numbers::fraction},
    KnownType{"bit", "bit", "bit", "", Numbers::length},
    KnownType{"varbit", "varbit", "bit varying", "", Numbers::length},
    KnownType{"bit varying", "varbit", "bit varying", "", Numbers::length},
    KnownType{"uuid", "uuid", "uuid", ""},
    KnownType{"json", "json", "json", ""},
    KnownType{"jsonb", "jsonb", "jsonb", ""},
    KnownType{"inet", "inet", "inet", ""},
    KnownType{"cidr", "cidr", "cidr", ""},
    KnownType{"macaddr", "macaddr", "macaddr", ""},
    KnownType{"macaddr8", "macaddr8", "macaddr8", ""},
};

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Lower case, one blank between words.
std::string folded(std::string_view words) {
  std::string out;
  for (const char c : trimmed(words)) {
    if (!is_space(c)) {
      out += codec::ascii_lower(c);
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

std::vector<int> read_numbers(std::string_view list) {
  std::vector<int> numbers;
  const char* at = list.data();
  const char* const end = at + list.size();
  while (at < end) {
    int number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error == std::errc()) numbers.push_back(number);
    at = error == std::errc() ? next : at + 1;
  }
  return numbers;
}

/// "name(1,2) rest" in three parts.
struct Written {
  std::string words;  // name and rest
  std::vector<int> numbers;
};

Written split(std::string_view written) {
  const std::size_t open = written.find('(');
  const std::size_t close = written.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return {folded(written), {}};
  }
  const std::string words =
      std::string(written.substr(0, open)) + " " + std::string(written.substr(close + 1));
  return {folded(words), read_numbers(written.substr(open + 1, close - open - 1))};
}

void file_numbers(const KnownType& known, std::vector<int> numbers, model::ColumnType& type) {
  const bool one_unless_said = type.base == "bit" || known.head == "character";
  if (numbers.empty() && one_unless_said) numbers.push_back(1);
  if (numbers.empty() || known.numbers == Numbers::none) return;
  std::string list = std::to_string(numbers[0]);
  if (known.numbers == Numbers::decimal) {
    type.precision = numbers[0];
    type.scale = numbers.size() > 1 ? numbers[1] : 0;
    list += "," + std::to_string(*type.scale);
  } else if (known.numbers == Numbers::length) {
    type.length = numbers[0];
  } else {
    type.fraction_digits = numbers[0];
  }
  type.sql = std::string(known.head) + "(" + list + ")" + std::string(known.tail);
}

model::ColumnType array_of(std::string_view element) {
  model::ColumnType type = pg_type(element);
  type.sql += "[]";
  type.base.insert(0, 1, '_');
  type.kind = model::TypeKind::array;
  return type;
}

model::ColumnType other_type(std::string_view written, const std::string& words) {
  model::ColumnType type;
  type.sql = written;
  type.base = words.starts_with("interval ") ? "interval" : words;
  const std::size_t dot = words.find('.');
  if (dot == std::string::npos) return type;
  type.schema = words.substr(0, dot);
  type.base = words.substr(dot + 1);
  type.kind = model::TypeKind::other;
  return type;
}

}  // namespace

model::ColumnType pg_type(std::string_view written) {
  written = trimmed(written);
  if (written.ends_with("[]")) return array_of(written.substr(0, written.size() - 2));
  Written parts = split(written);
  const auto* const known = std::ranges::find(kKnown, parts.words, &KnownType::written);
  if (known == kKnown.end()) return other_type(written, parts.words);
  model::ColumnType type;
  type.base = known->base;
  type.sql = std::string(known->head) + std::string(known->tail);
  file_numbers(*known, std::move(parts.numbers), type);
  return type;
}

}  // namespace sluice::schema
