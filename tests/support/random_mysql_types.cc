#include <fmt/format.h>

#include "support/random_mysql.h"
#include "support/random_text.h"

namespace sluice::test {
namespace {

using TypeMaker = std::function<RandomType(Random&)>;

std::string quoted(const std::string& text) { return "'" + text + "'"; }

std::string literal(const std::string& text) {
  RandomDialect dialect;
  dialect.is_mysql = true;
  return dialect.literal(text);
}

/// How a type is compared.
struct Texts {
  std::string source;
  std::string target;
};

const Texts kNumber = {"CAST({}+0 AS CHAR)", "{}::text"};
const Texts kDouble = {"CAST({} AS DOUBLE)", "{}::float8"};
/// Long values by digest, short ones so that a difference can be read.
const Texts kText = {
    "IF(LENGTH(CONVERT({} USING utf8mb4)) > 300, SHA2(CONVERT({} USING utf8mb4), 256), "
    "HEX(CONVERT({} USING utf8mb4)))",
    "CASE WHEN octet_length({}::text) > 300 THEN encode(sha256(convert_to({}::text, 'UTF8')), "
    "'hex') ELSE upper(encode(convert_to({}::text, 'UTF8'), 'hex')) END"};
const Texts kBytes = {"IF(LENGTH({}) > 300, SHA2({}, 256), HEX({}))",
                      "CASE WHEN octet_length({}) > 300 THEN encode(sha256({}), 'hex') ELSE "
                      "upper(encode({}, 'hex')) END"};
const Texts kDate = {"DATE_FORMAT({}, '%Y-%m-%d')", "to_char({}, 'YYYY-MM-DD')"};
const Texts kMoment = {"DATE_FORMAT({}, '%Y-%m-%d %H:%i:%s.%f')",
                       "to_char({}, 'YYYY-MM-DD HH24:MI:SS.US')"};
const Texts kTime = {
    "IF(LOCATE('.', {}) > 0, TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM {})), CAST({} AS CHAR))",
    "(extract(epoch from {})::float8 * interval '1 second')::text"};

/// Days that do not exist, which PostgreSQL has no place for.
constexpr const char* kNoDay =
    "({} IS NOT NULL AND (MONTH({}) = 0 OR DAYOFMONTH({}) = 0 OR LAST_DAY({}) IS NULL OR "
    "DAYOFMONTH({}) > DAYOFMONTH(LAST_DAY({}))))";
constexpr const char* kHasNul = "LOCATE(0x00, CAST(CONVERT({} USING utf8mb4) AS BINARY)) > 0";

RandomType type(std::string sql, const Texts& texts, MakeSql value, MakeSql key = {}) {
  RandomType made;
  made.sql = std::move(sql);
  made.value = std::move(value);
  made.key = std::move(key);
  made.source_text = texts.source;
  made.target_text = texts.target;
  return made;
}

TypeMaker always(RandomType made) {
  return [made = std::move(made)](Random&) { return made; };
}

MakeSql any_of(std::vector<std::string> values) {
  return [values = std::move(values)](Random& random) { return random.pick(values); };
}

MakeSql integer(int bits, bool is_signed) {
  return [bits, is_signed](Random& random) {
    const int unused = random.between(64 - bits, 63);
    const std::uint64_t number = random.bits() >> unused;
    return fmt::format("{}{}", is_signed && random.one_in(2) ? "-" : "", number);
  };
}

struct IntegerName {
  const char* name;
  int bits;
};

/// Keys stay below 2^63: behind that a foreign key's column has no place for them.
RandomType integer_type(Random& random) {
  static const std::vector<IntegerName> names = {{"tinyint", 8},   {"tinyint(1)", 8},
                                                 {"smallint", 16}, {"mediumint", 24},
                                                 {"int", 32},      {"bigint", 64}};
  const IntegerName& chosen = random.pick(names);
  const bool is_signed = random.one_in(2);
  const int bits = chosen.bits - (is_signed ? 1 : 0);
  const std::uint64_t high = ~std::uint64_t{0} >> (64 - bits);
  const std::string low = is_signed ? fmt::format("-{}", high) + " - 1" : "0";
  std::string sql = chosen.name;
  if (!is_signed) sql += random.one_in(5) ? " unsigned zerofill" : " unsigned";
  return type(sql, kNumber, edges({low, std::to_string(high), "0"}, integer(bits, is_signed)),
              integer(std::min(bits, 63), is_signed));
}

RandomType decimal_type(Random& random) {
  const int precision = random.one_in(3) ? random.between(1, 65) : random.between(1, 20);
  const int scale = random.between(0, std::min(precision, random.one_in(3) ? 30 : 4));
  const bool is_unsigned = random.one_in(4);
  // Written in full: an exponent would make it a double.
  const MakeSql number = [=](Random& random2) {
    std::string digits = random2.digits(precision);
    digits.insert(0, static_cast<std::size_t>(precision) + 1 - digits.size(), '0');
    digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
    return (!is_unsigned && random2.one_in(2) ? "-" : "") + digits + (scale == 0 ? "0" : "");
  };
  return type(fmt::format("decimal({},{}){}", precision, scale, is_unsigned ? " unsigned" : ""),
              {"CAST({} AS CHAR)", "{}::text"}, number, number);
}

RandomType real_type(Random& random) {
  const bool is_double = random.one_in(2);
  RandomType made =
      is_double
          ? type("double", kDouble,
                 edges({"0", "-0e0", "1.7976931348623157e308", "5e-324", "0.1"}, random_double))
          : type("float", kDouble, edges({"0", "3.4028234e38", "0.1"}, random_float));
  made.is_double = true;
  return made;
}

RandomType bit_type(Random& random) {
  const int length = random.between(1, 64);
  const std::string source =
      fmt::format("LPAD(CONV(CAST({{}} AS UNSIGNED), 10, 2), {}, '0')", length);
  return type(fmt::format("bit({})", length), {source, "{}::text"}, [length](Random& random2) {
    std::string bits;
    for (int i = 0; i < length; ++i) bits.push_back(random2.one_in(2) ? '1' : '0');
    return "b'" + bits + "'";
  });
}

std::string date(Random& random) { return quoted(random_date(random)); }

std::string moment(Random& random) {
  const std::string day = random_date(random);
  return quoted(day + " " + random_time(random));
}

/// Within the 68 years that a timestamp has.
std::string recent(Random& random) {
  const std::string day = random_date(random).substr(4);
  const std::string year = std::to_string(random.between(1971, 2037));
  return quoted(year + day + " " + random_time(random));
}

std::string with_digits(Random& random, const std::string& name) {
  return random.one_in(2) ? name : fmt::format("{}({})", name, random.between(0, 6));
}

/// Zero days, but not in all tables.
RandomType dated(Random& random, const std::string& name, const Texts& texts, const MakeSql& usual,
                 const std::vector<std::string>& bad) {
  const MakeSql rarely_bad = [=](Random& random2) {
    return random2.one_in(50) ? random2.pick(bad) : usual(random2);
  };
  RandomType made = type(name, texts, random.one_in(3) ? rarely_bad : usual, usual);
  made.unfit = kNoDay;
  return made;
}

RandomType date_type(Random& random) {
  return dated(random, "date", kDate, edges({"'9999-12-31'", "'0001-01-01'", "'2024-02-29'"}, date),
               {"'0000-00-00'", "'2020-00-10'", "'2020-01-00'", "'2021-02-31'"});
}

RandomType datetime_type(Random& random) {
  return dated(random, with_digits(random, "datetime"), kMoment,
               edges({"'9999-12-31 23:59:59'", "'0001-01-01'", "'1000-01-01'"}, moment),
               {"'0000-00-00 00:00:00'", "'2020-00-10'", "'2021-02-31 10:00:00'"});
}

RandomType timestamp_type(Random& random) {
  return dated(random, with_digits(random, "timestamp"), kMoment,
               edges({"'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'"}, recent),
               {"'0000-00-00 00:00:00'"});
}

RandomType time_type(Random& random) {
  return type(with_digits(random, "time"), kTime,
              edges({"'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:00.5'", "'24:00:00'"},
                    [](Random& random2) {
                      const int hours = random2.between(-838, 838);
                      return fmt::format("'{}{}'", hours, random_time(random2).substr(2));
                    }));
}

std::string charset(Random& random) {
  static const std::vector<std::string> sets = {"",
                                                "",
                                                "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
                                                "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
                                                "CHARACTER SET utf8mb3",
                                                "CHARACTER SET latin1",
                                                "CHARACTER SET latin1 COLLATE latin1_bin",
                                                "CHARACTER SET ascii"};
  return random.pick(sets);
}

/// In latin1 two characters beyond ASCII may look like one of UTF-8, which sluice asks people
/// about. Its euro sign is the only one here that can be a second byte.
void leave_out_euro(RandomType& made) {
  if (made.options.find("latin1") == std::string::npos) return;
  const auto without = [](const MakeSql& make) -> MakeSql {
    if (!make) return make;
    return [make](Random& random) {
      constexpr std::string_view kEuro = "\xe2\x82\xac";
      std::string sql = make(random);
      for (std::size_t at = sql.find(kEuro); at != std::string::npos; at = sql.find(kEuro, at)) {
        sql.replace(at, kEuro.size(), "E");
      }
      return sql;
    };
  };
  made.value = without(made.value);
  made.key = without(made.key);
}

MakeSql text_of(int most) {
  return [most](Random& random) {
    std::string text = random_text(random, most);
    if (random.one_in(300) && !text.empty())
      text[0] = static_cast<unsigned char>(text[0]) < 0x80 ? '\0' : text[0];
    return literal(text);
  };
}

MakeSql key_text_of(int most) {
  return [most](Random& random) { return literal(random_text(random, most)); };
}

RandomType sized_text(Random& random) {
  const int length = random.between(1, 40);
  RandomType made = type(fmt::format("{}({})", random.one_in(2) ? "char" : "varchar", length),
                         kText, text_of(length), key_text_of(length));
  made.options = charset(random);
  leave_out_euro(made);
  made.unfit = kHasNul;
  return made;
}

RandomType text_type(Random& random) {
  static const std::vector<std::string> names = {"tinytext", "text", "mediumtext", "longtext"};
  const std::string name = random.pick(names);
  const bool is_large = name == "mediumtext" || name == "longtext";
  RandomType made = type(name, kText, [is_large](Random& random2) {
    if (!is_large || !random2.one_in(200)) return text_of(60)(random2);
    const std::string piece = random_text(random2, 40) + "x";
    std::string text;
    while (text.size() < 1200000) text += piece;
    return literal(text);
  });
  made.options = charset(random);
  leave_out_euro(made);
  made.unfit = kHasNul;
  return made;
}

MakeSql bytes_of(int most) {
  return [most](Random& random) { return "X'" + hex_of(random_bytes(random, most)) + "'"; };
}

RandomType bytes_type(Random& random) {
  static const std::vector<std::string> names = {"tinyblob", "blob", "mediumblob", "longblob"};
  const int length = random.between(1, 32);
  switch (random.below(3)) {
    case 0:
      return type(fmt::format("binary({})", length), kBytes, bytes_of(length), bytes_of(length));
    case 1:
      return type(fmt::format("varbinary({})", length), kBytes, bytes_of(length), bytes_of(length));
    default:
      return type(random.pick(names), kBytes, bytes_of(100));
  }
}

/// A set's members have no commas.
RandomType members_type(Random& random) {
  static const std::vector<std::string> odd = {"a", "it's", "x y", "\xc3\xa9", "q\"", "b\\s", "A1"};
  const bool is_set = random.one_in(2);
  std::vector<std::string> members;
  std::string list;
  for (int left = random.between(1, 7); left > 0; --left) {
    std::string member = random.pick(odd) + std::to_string(left);
    if (!is_set && random.one_in(5)) member += ",";
    list += (list.empty() ? "" : ",") + literal(member);
    members.push_back(std::move(member));
  }
  return type(fmt::format("{}({})", is_set ? "set" : "enum", list), kText,
              [is_set, members](Random& random2) {
                if (!is_set) return literal(random2.pick(members));
                std::string chosen;
                for (const std::string& member : members) {
                  if (random2.one_in(2)) chosen += (chosen.empty() ? "" : ",") + member;
                }
                return literal(chosen);
              });
}

std::string json(Random& random) { return literal(random_json(random, 5)); }

RandomType json_type(Random&) { return type("json", kText, json); }

RandomType shape_type(Random& random) {
  static const std::vector<std::string> names = {"geometry", "point"};
  return type(random.pick(names), kBytes,
              any_of({"ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('POINT(0.1 -30)', 4326)"}));
}

void add_mariadb(std::vector<TypeMaker>& types) {
  const MakeSql uuid = [](Random& random) { return quoted(random_uuid(random)); };
  types.push_back(always(type("uuid", {"LOWER(CAST({} AS CHAR))", "{}::text"}, uuid, uuid)));
  types.push_back(always(
      type("inet4", {"CAST({} AS CHAR)", "host({})"}, any_of({"'0.0.0.0'", "'255.1.2.3'"}))));
  types.push_back(always(type("inet6", {"CAST({} AS CHAR)", "host({})"},
                              any_of({"'::'", "'2001:db8::1'", "'::ffff:1.2.3.4'"}))));
}

}  // namespace

std::vector<std::function<RandomType(Random&)>> mysql_types(bool mariadb) {
  std::vector<TypeMaker> types = {integer_type, integer_type, decimal_type,  real_type,
                                  bit_type,     date_type,    datetime_type, timestamp_type,
                                  time_type,    sized_text,   sized_text,    text_type,
                                  bytes_type,   members_type, json_type,     shape_type};
  types.push_back(always(type("year", kNumber, any_of({"1901", "2155", "0", "2026"}))));
  if (mariadb) add_mariadb(types);
  return types;
}

}  // namespace sluice::test
