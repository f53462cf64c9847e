#include "sluice/codec/mysql_types.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "sluice/codec/ascii.h"

namespace sluice::codec {
namespace {

struct NamedKind {
  std::string_view base;
  MysqlKind kind;
};

/// Every name that DATA_TYPE of information_schema has, over all versions of both servers.
constexpr std::array kKinds{
    NamedKind{"tinyint", MysqlKind::tinyint},
    NamedKind{"smallint", MysqlKind::smallint},
    NamedKind{"mediumint", MysqlKind::mediumint},
    NamedKind{"int", MysqlKind::integer},
    NamedKind{"bigint", MysqlKind::bigint},
    NamedKind{"year", MysqlKind::year},
    NamedKind{"decimal", MysqlKind::decimal},
    NamedKind{"float", MysqlKind::float4},
    NamedKind{"double", MysqlKind::float8},
    NamedKind{"bit", MysqlKind::bit},
    NamedKind{"date", MysqlKind::date},
    NamedKind{"datetime", MysqlKind::datetime},
    NamedKind{"timestamp", MysqlKind::timestamp},
    NamedKind{"time", MysqlKind::time},
    NamedKind{"char", MysqlKind::character},
    NamedKind{"varchar", MysqlKind::character},
    NamedKind{"tinytext", MysqlKind::character},
    NamedKind{"text", MysqlKind::character},
    NamedKind{"mediumtext", MysqlKind::character},
    NamedKind{"longtext", MysqlKind::character},
    NamedKind{"binary", MysqlKind::binary},
    NamedKind{"varbinary", MysqlKind::binary},
    NamedKind{"tinyblob", MysqlKind::binary},
    NamedKind{"blob", MysqlKind::binary},
    NamedKind{"mediumblob", MysqlKind::binary},
    NamedKind{"longblob", MysqlKind::binary},
    NamedKind{"vector", MysqlKind::binary},
    NamedKind{"enum", MysqlKind::enumeration},
    NamedKind{"set", MysqlKind::set},
    NamedKind{"json", MysqlKind::json},
    NamedKind{"uuid", MysqlKind::uuid},
    NamedKind{"inet4", MysqlKind::inet},
    NamedKind{"inet6", MysqlKind::inet},
    NamedKind{"geometry", MysqlKind::geometry},
    NamedKind{"point", MysqlKind::geometry},
    NamedKind{"linestring", MysqlKind::geometry},
    NamedKind{"polygon", MysqlKind::geometry},
    NamedKind{"multipoint", MysqlKind::geometry},
    NamedKind{"multilinestring", MysqlKind::geometry},
    NamedKind{"multipolygon", MysqlKind::geometry},
    NamedKind{"geometrycollection", MysqlKind::geometry},
    NamedKind{"geomcollection", MysqlKind::geometry},
};

/// Set of carriers as bits, so that the table below stays readable.
constexpr std::uint32_t bit_of(Carrier carrier) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(carrier);
}
template <typename... Carriers>
constexpr std::uint32_t carriers(Carriers... some) noexcept {
  return (bit_of(Carrier::text) | ... | bit_of(some));
}

constexpr std::uint32_t kIntegers =
    carriers(Carrier::boolean, Carrier::int2, Carrier::int4, Carrier::int8, Carrier::numeric);

/// What a column of the kind can be read into.
std::uint32_t possible_carriers(const model::ColumnType& type) noexcept {
  switch (mysql_kind(type)) {
    case MysqlKind::tinyint:
    case MysqlKind::smallint:
    case MysqlKind::mediumint:
    case MysqlKind::integer:
    case MysqlKind::bigint:
    case MysqlKind::year:
      return kIntegers;
    case MysqlKind::decimal:
      return carriers(Carrier::numeric);
    case MysqlKind::float4:
      return carriers(Carrier::float4, Carrier::float8);
    case MysqlKind::float8:
      return carriers(Carrier::float8);
    case MysqlKind::bit:
      return kIntegers | carriers(Carrier::varbit);
    case MysqlKind::date:
      return carriers(Carrier::date);
    case MysqlKind::datetime:
    case MysqlKind::timestamp:
      return carriers(Carrier::timestamp, Carrier::timestamptz);
    case MysqlKind::time:
      return carriers(Carrier::time, Carrier::interval);
    case MysqlKind::character:
      return carriers(Carrier::uuid);
    case MysqlKind::binary: {
      const bool holds_uuid = type.base == "binary" && type.length == 16;
      return holds_uuid ? carriers(Carrier::bytea, Carrier::uuid) : carriers(Carrier::bytea);
    }
    case MysqlKind::json:
      return carriers(Carrier::json);
    case MysqlKind::uuid:
      return carriers(Carrier::uuid);
    case MysqlKind::inet:
      return carriers(Carrier::inet);
    case MysqlKind::geometry:
      return carriers(Carrier::bytea);
    case MysqlKind::enumeration:
    case MysqlKind::set:
    case MysqlKind::unknown:
      return carriers();
  }
  return carriers();
}

/// Reads the parts of a COLUMN_TYPE from left to right.
class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : rest_(text) {}

  /// The next word in lower case, after white space; empty at the end or before another character.
  std::string word() {
    skip_space();
    std::string result;
    while (!rest_.empty() && is_word_char(rest_.front())) {
      result += ascii_lower(rest_.front());
      rest_.remove_prefix(1);
    }
    return result;
  }
  bool take(char expected) {
    skip_space();
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int> number() {
    skip_space();
    int value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  /// A quoted member of an enum or set: quotes are doubled, and control characters and backslashes
  /// escaped as in SQL.
  std::optional<std::string> quoted() {
    if (!take('\'')) return std::nullopt;
    std::string result;
    while (!rest_.empty()) {
      const char c = pop();
      if (c == '\\' && !rest_.empty()) {
        result += mysql_unescaped(pop());
      } else if (c != '\'') {
        result += c;
      } else if (!rest_.empty() && rest_.front() == '\'') {
        result += pop();
      } else {
        return result;
      }
    }
    return std::nullopt;
  }

 private:
  static bool is_word_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
  char pop() noexcept {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void skip_space() noexcept {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

bool read_members(TypeReader& reader, std::vector<std::string>& members) {
  do {
    std::optional<std::string> member = reader.quoted();
    if (!member) return false;
    members.push_back(std::move(*member));
  } while (reader.take(','));
  return reader.take(')');
}

/// "(10)" or "(12,2)".
bool read_numbers(TypeReader& reader, std::vector<int>& numbers) {
  do {
    const std::optional<int> number = reader.number();
    if (!number) return false;
    numbers.push_back(*number);
  } while (reader.take(','));
  return reader.take(')');
}

/// Files the numbers under what they mean for the kind. Display widths of integers mean nothing.
void file_numbers(MysqlKind kind, const std::vector<int>& numbers, model::ColumnType& type) {
  const auto first = numbers.empty() ? std::nullopt : std::optional<int>(numbers.front());
  switch (kind) {
    case MysqlKind::decimal:
      type.precision = first;
      type.scale = numbers.size() > 1 ? numbers[1] : 0;
      break;
    case MysqlKind::datetime:
    case MysqlKind::timestamp:
    case MysqlKind::time:
      type.fraction_digits = first.value_or(0);
      break;
    case MysqlKind::bit:
      type.length = first.value_or(1);
      break;
    case MysqlKind::character:
    case MysqlKind::binary:
      type.length = first;
      break;
    default:
      break;
  }
}

bool read_type(TypeReader& reader, model::ColumnType& type) {
  type.base = reader.word();
  if (type.base.empty()) return false;
  const MysqlKind kind = mysql_kind(type);
  std::vector<int> numbers;
  if (reader.take('(')) {
    const bool listed = kind == MysqlKind::enumeration || kind == MysqlKind::set;
    if (!(listed ? read_members(reader, type.members) : read_numbers(reader, numbers))) {
      return false;
    }
  }
  file_numbers(kind, numbers, type);
  for (std::string word = reader.word(); !word.empty(); word = reader.word()) {
    if (word == "unsigned") type.is_unsigned = true;
  }
  return true;
}

/// The smallest that holds every value of a kind of integers.
Carrier integer_carrier(const model::ColumnType& type) noexcept {
  switch (mysql_kind(type)) {
    case MysqlKind::tinyint:
    case MysqlKind::year:
      return Carrier::int2;
    case MysqlKind::smallint:
      return type.is_unsigned ? Carrier::int4 : Carrier::int2;
    case MysqlKind::mediumint:
      return Carrier::int4;
    case MysqlKind::integer:
      return type.is_unsigned ? Carrier::int8 : Carrier::int4;
    case MysqlKind::bigint:
      return type.is_unsigned ? Carrier::numeric : Carrier::int8;
    default:
      return Carrier::numeric;
  }
}

}  // namespace

char mysql_unescaped(char c) noexcept {
  switch (c) {
    case '0':
      return '\0';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'Z':
      return '\x1a';
    default:
      return c;
  }
}

model::ColumnType parse_mysql_type(std::string_view column_type) {
  model::ColumnType type;
  TypeReader reader(column_type);
  if (!read_type(reader, type)) type = {};
  type.sql = column_type;
  return type;
}

MysqlKind mysql_kind(const model::ColumnType& type) noexcept {
  const auto* const found = std::find_if(kKinds.begin(), kKinds.end(), [&](const NamedKind& known) {
    return known.base == type.base;
  });
  return found == kKinds.end() ? MysqlKind::unknown : found->kind;
}

Carrier carrier_for_mysql_type(const model::ColumnType& type) noexcept {
  switch (mysql_kind(type)) {
    case MysqlKind::tinyint:
    case MysqlKind::smallint:
    case MysqlKind::mediumint:
    case MysqlKind::integer:
    case MysqlKind::bigint:
    case MysqlKind::year:
      return integer_carrier(type);
    case MysqlKind::decimal:
      return Carrier::numeric;
    case MysqlKind::float4:
      return Carrier::float4;
    case MysqlKind::float8:
      return Carrier::float8;
    case MysqlKind::bit:
      return Carrier::varbit;
    case MysqlKind::date:
      return Carrier::date;
    case MysqlKind::datetime:
      return Carrier::timestamp;
    case MysqlKind::timestamp:
      return Carrier::timestamptz;
    case MysqlKind::time:
      return Carrier::time;
    case MysqlKind::binary:
    case MysqlKind::geometry:
      return Carrier::bytea;
    case MysqlKind::json:
      return Carrier::json;
    case MysqlKind::uuid:
      return Carrier::uuid;
    case MysqlKind::inet:
      return Carrier::inet;
    case MysqlKind::character:
    case MysqlKind::enumeration:
    case MysqlKind::set:
    case MysqlKind::unknown:
      return Carrier::text;
  }
  return Carrier::text;
}

bool mysql_can_carry(const model::ColumnType& type, Carrier carrier) noexcept {
  return (possible_carriers(type) & bit_of(carrier)) != 0;
}

bool mysql_can_key(const model::ColumnType& type, Carrier carrier) noexcept {
  if (!mysql_can_carry(type, carrier) || carrier == Carrier::boolean) return false;
  switch (mysql_kind(type)) {
    case MysqlKind::tinyint:
    case MysqlKind::smallint:
    case MysqlKind::mediumint:
    case MysqlKind::integer:
    case MysqlKind::bigint:
    case MysqlKind::year:
    case MysqlKind::decimal:
    case MysqlKind::date:
    case MysqlKind::datetime:
    case MysqlKind::timestamp:
    case MysqlKind::time:
      return true;
    case MysqlKind::character:
      return carrier == Carrier::text;
    case MysqlKind::binary:
      return carrier != Carrier::text;
    // MariaDB orders its uuid by its parts, last part first: nobody else may compare such keys.
    case MysqlKind::uuid:
      return carrier == Carrier::text;
    default:
      return false;
  }
}

bool is_mysql_unicode(std::string_view charset) noexcept {
  return charset.starts_with("utf8") || charset.starts_with("utf16") || charset == "ucs2" ||
         charset == "utf32" || charset == "gb18030";
}

bool is_mysql_boolean(const model::ColumnType& type) noexcept {
  return type.base == "tinyint" && type.sql.starts_with("tinyint(1)");
}

bool mysql_engine_has_snapshots(std::string_view storage_engine) noexcept {
  return storage_engine == "InnoDB" || storage_engine == "ROCKSDB";
}

}  // namespace sluice::codec
