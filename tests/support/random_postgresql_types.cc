#include <fmt/format.h>

#include "support/random_postgresql.h"
#include "support/random_text.h"

namespace sluice::test {
namespace {

std::string quoted(const std::string& text) { return "'" + text + "'"; }

std::string literal(const std::string& text) { return RandomDialect{}.literal(text); }

/// Of plain texts that need no escapes.
MakeSql any_of(std::vector<std::string> texts) {
  for (std::string& text : texts) text = quoted(text);
  return [texts = std::move(texts)](Random& random) { return random.pick(texts); };
}

using TypeMaker = std::function<RandomType(Random&)>;

RandomType type(std::string sql, MakeSql value, MakeSql key = {}) {
  RandomType made;
  made.sql = std::move(sql);
  made.value = std::move(value);
  made.key = std::move(key);
  return made;
}

/// A type with nothing to choose.
TypeMaker always(RandomType made) {
  return [made = std::move(made)](Random&) { return made; };
}

/// Some of the bits, so that small numbers are as common as large ones.
MakeSql integer(int bits, bool is_signed = true) {
  return [bits, is_signed](Random& random) {
    const int unused = random.between(64 - bits, 63);
    const std::uint64_t number = random.bits() >> unused;
    const bool negative = is_signed && random.one_in(2);
    return fmt::format("'{}{}'", negative ? "-" : "", number);
  };
}

RandomType int_type(const char* sql, int bits, const char* low, const char* high) {
  return type(sql, edges({quoted(low), quoted(high), "'0'"}, integer(bits)), integer(bits));
}

/// p digits and an exponent: what numeric(p,s) holds exactly.
RandomType numeric_type(Random& random) {
  const int precision = random.one_in(4) ? random.between(1, 1000) : random.between(1, 38);
  const int scale = random.one_in(5) ? random.between(-5, precision + 5)
                                     : random.between(0, std::min(precision, 12));
  const MakeSql number = [precision, scale](Random& random2) {
    const std::string digits = random2.digits(precision);
    return fmt::format("'{}{}e{}'", random2.one_in(2) ? "-" : "", digits, -scale);
  };
  const std::string most =
      fmt::format("'{}e{}'", std::string(static_cast<std::size_t>(precision), '9'), -scale);
  return type(fmt::format("numeric({},{})", precision, scale),
              edges({"'NaN'", "'0'", "'-0'", most}, number), number);
}

RandomType any_numeric(Random&) {
  return type(
      "numeric",
      edges({"'NaN'", "'Infinity'", "'-Infinity'", "'0.000'", "'1e-300'", "'1e1000'", "'10.10'"},
            [](Random& random) {
              const std::string digits = random.digits(200);
              return fmt::format("'{}e{}'", digits, random.between(-90, 90));
            }),
      [](Random& random) {
        const std::string digits = random.digits(18);
        return fmt::format("'{}e{}'", digits, random.between(-9, 9));
      });
}

MakeSql text_of(int most) {
  return [most](Random& random) { return literal(random_text(random, most)); };
}

/// Now and then one that is larger than batches, and than what goes into one page.
std::string long_text(Random& random) {
  const std::string piece = random_text(random, 40) + "x";
  std::string text;
  const std::size_t size = random.one_in(400) ? 1200000 : random.one_in(40) ? 20000 : 100;
  while (text.size() < size) text += piece;
  return literal(text);
}

RandomType sized_text(Random& random, const char* name, int most) {
  const int length = random.between(1, most);
  RandomType made = type(fmt::format("{}({})", name, length), text_of(length), text_of(length));
  if (random.one_in(4)) made.options = random.one_in(2) ? "COLLATE \"C\"" : "COLLATE \"de-x-icu\"";
  return made;
}

RandomType text_type(Random& random) {
  RandomType made =
      type("text",
           edges({"''", "' '", "'\\N'"},
                 [](Random& random2) {
                   return random2.one_in(3) ? long_text(random2) : text_of(60)(random2);
                 }),
           text_of(40));
  if (random.one_in(4)) made.options = "COLLATE \"POSIX\"";
  return made;
}

std::string bytea(Random& random) { return "'\\x" + hex_of(random_bytes(random, 60)) + "'"; }

/// `name(p)` or `name`.
TypeMaker with_digits(const std::string& name, const std::string& rest, const MakeSql& value,
                      const MakeSql& key = {}) {
  return [=](Random& random) {
    const std::string digits = random.one_in(2) ? "" : fmt::format("({})", random.between(0, 6));
    return type(name + digits + rest, value, key);
  };
}

std::string date(Random& random) { return quoted(random_date(random)); }

std::string timestamp(Random& random) {
  const std::string day = random_date(random);
  return quoted(day + " " + random_time(random));
}

std::string timestamptz(Random& random) {
  const std::string day = random_date(random);
  const std::string time = random_time(random);
  return fmt::format("'{} {}{}'", day, time, random.one_in(2) ? "+00" : "-11:30");
}

MakeSql times(bool zones) {
  return [zones](Random& random) {
    const std::string time = random_time(random);
    const std::vector<std::string> names = {"+00", "+15:59:59", "-05:30"};
    return quoted(time + (zones ? random.pick(names) : ""));
  };
}

std::string interval(Random& random) {
  const int parts[] = {random.between(-2000, 2000), random.between(-400, 400),
                       random.between(-90000, 90000)};
  return fmt::format("'{} mons {} days {}.{:06} secs'", parts[0], parts[1], parts[2],
                     random.between(0, 999999));
}

RandomType interval_type(Random& random) {
  static const std::vector<std::string> names = {
      "interval",      "interval(3)",   "interval year to month", "interval day to second(2)",
      "interval hour", "interval month"};
  return type(random.pick(names),
              edges({"'0'", "'178000000 years'", "'-178000000 years'",
                     "'1 mon -1 day 00:00:00.000001'", "'-2562047788:00:54.775807'"},
                    interval));
}

RandomType bits_type(Random& random) {
  const bool varies = random.one_in(2);
  const int length = random.between(1, 80);
  const MakeSql value = [varies, length](Random& random2) {
    std::string bits;
    for (int i = varies ? random2.between(0, length) : length; i > 0; --i) {
      bits.push_back(random2.one_in(2) ? '1' : '0');
    }
    return "B'" + bits + "'";
  };
  return type(fmt::format("bit{}({})", varies ? " varying" : "", length), value);
}

std::string json(Random& random) { return literal(random_json(random, 5)); }

/// A text array's elements need quotes of their own.
std::string text_array(Random& random) {
  std::string elements;
  for (int left = random.between(0, 4); left > 0; --left) {
    std::string element = "NULL";
    if (!random.one_in(4)) {
      element = "\"";
      for (const char c : random_text(random, 8)) {
        if (c == '"' || c == '\\') element.push_back('\\');
        element.push_back(c);
      }
      element.push_back('"');
    }
    elements += element + (left > 1 ? "," : "");
  }
  return literal("{" + elements + "}");
}

void add_numbers(std::vector<TypeMaker>& types) {
  types.push_back(always(int_type("smallint", 15, "-32768", "32767")));
  types.push_back(always(int_type("integer", 31, "-2147483648", "2147483647")));
  types.push_back(always(int_type("bigint", 63, "-9223372036854775808", "9223372036854775807")));
  types.emplace_back(numeric_type);
  types.emplace_back(any_numeric);
  types.push_back(always(type("real", edges({"'NaN'", "'Infinity'", "'-Infinity'", "'-0'",
                                             "'1e-45'", "'3.4028235e38'", "'0.1'"},
                                            [](Random& r) { return quoted(random_float(r)); }))));
  types.push_back(
      always(type("double precision", edges({"'NaN'", "'Infinity'", "'-Infinity'", "'-0'",
                                             "'5e-324'", "'1.7976931348623157e308'", "'0.1'"},
                                            [](Random& r) { return quoted(random_double(r)); }))));
  types.push_back(always(type("boolean", any_of({"t", "f"}))));
  types.push_back(always(type("oid", edges({"'0'", "'4294967295'"}, integer(32, false)))));
  types.push_back(always(type("money", any_of({"0", "-92233720368547758.08", "1.5"}))));
}

void add_texts(std::vector<TypeMaker>& types) {
  types.emplace_back([](Random& r) { return sized_text(r, "char", 20); });
  types.emplace_back([](Random& r) { return sized_text(r, "varchar", 60); });
  types.push_back(always(type("varchar", text_of(60), text_of(30))));
  types.emplace_back(text_type);
  types.push_back(always(type("name", text_of(15))));
  types.push_back(always(type("\"char\"", any_of({"", "a", "~"}))));
  types.push_back(always(type("bytea", bytea, bytea)));
  types.push_back(always(type("xml", any_of({"<a b=\"c\">x &amp; y</a>", "text", ""}))));
}

void add_times(std::vector<TypeMaker>& types) {
  types.push_back(always(type(
      "date",
      edges({"'4713-01-01 BC'", "'5874897-12-31'", "'infinity'", "'-infinity'", "'0001-01-01'"},
            date),
      date)));
  types.push_back(with_digits("timestamp", "",
                              edges({"'4713-01-01 00:00:00 BC'", "'294276-12-31 23:59:59'",
                                     "'infinity'", "'-infinity'", "'1970-01-01'"},
                                    timestamp),
                              timestamp));
  types.push_back(
      with_digits("timestamp", " with time zone",
                  edges({"'4713-01-02 00:00:00+00 BC'", "'infinity'", "'-infinity'"}, timestamptz),
                  timestamptz));
  types.push_back(with_digits("time", "", edges({"'00:00'", "'24:00'"}, times(false))));
  types.push_back(
      with_digits("time", " with time zone", edges({"'00:00+00'", "'24:00+15:59'"}, times(true))));
  types.emplace_back(interval_type);
}

void add_others(std::vector<TypeMaker>& types) {
  const MakeSql uuid = [](Random& r) { return quoted(random_uuid(r)); };
  types.push_back(always(type("uuid", uuid, uuid)));
  types.push_back(always(
      type("inet", any_of({"::/0", "10.0.0.1/8", "::ffff:1.2.3.4", "0.0.0.0", "fe80::1/64"}))));
  types.push_back(always(type("cidr", any_of({"10.0.0.0/8", "::/0", "2001:db8::/32"}))));
  types.push_back(always(type("macaddr", any_of({"08:00:2b:01:02:03"}))));
  types.push_back(always(type("macaddr8", any_of({"08:00:2b:01:02:03:04:05"}))));
  types.emplace_back(bits_type);
  types.push_back(always(type("json", json)));
  types.push_back(always(type("jsonb", json)));
  types.push_back(always(type("jsonpath", any_of({"$.a[*] ? (@ > 1)"}))));
  types.push_back(always(type("tsvector", any_of({"a:1A b:2,3", "", "''it''''s'':2"}))));
  types.push_back(always(type("tsquery", any_of({"a & !b", "a <2> b", ""}))));
  types.push_back(always(type("pg_lsn", any_of({"0/0", "FFFFFFFF/FFFFFFFF"}))));
}

void add_shapes(std::vector<TypeMaker>& types) {
  types.push_back(always(type("point", any_of({"(0.1,-0)", "(NaN,Infinity)", "(1e300,5e-324)"}))));
  types.push_back(always(type("line", any_of({"{1,2,3}", "{0.1,-1,0}"}))));
  types.push_back(always(type("lseg", any_of({"[(1,2),(3,4)]"}))));
  types.push_back(always(type("box", any_of({"(3,4),(1,2)"}))));
  types.push_back(always(type("path", any_of({"[(1,2),(3,4)]", "((1,2),(3,4))"}))));
  types.push_back(always(type("polygon", any_of({"((1,2),(3,4),(0.1,0))"}))));
  types.push_back(always(type("circle", any_of({"<(1,2),0.3>"}))));
}

void add_ranges(std::vector<TypeMaker>& types) {
  types.push_back(always(type("int4range", any_of({"empty", "(,)", "[1,5)", "[-2147483648,)"}))));
  types.push_back(always(type("int8range", any_of({"empty", "(,)", "[1,5)"}))));
  types.push_back(always(type("numrange", any_of({"empty", "(1.10,2.5]", "[NaN,]", "(,)"}))));
  types.push_back(always(type("daterange", any_of({"empty", "[2020-01-01,infinity]", "(,)"}))));
  types.push_back(always(type("tsrange", any_of({"empty", "(2020-01-01 10:00:00.5,]"}))));
  types.push_back(always(type("tstzrange", any_of({"empty", "[2020-01-01 10:00:00+05,)"}))));
  types.push_back(always(type("int4multirange", any_of({"{}", "{[1,2),[5,)}"}))));
}

void add_arrays(std::vector<TypeMaker>& types) {
  types.push_back(always(
      type("integer[]", any_of({"{}", "{NULL,1,-2147483648}", "[2:3]={1,2}", "{{1,2},{3,4}}"}))));
  types.push_back(always(type("text[]", text_array)));
  types.push_back(always(type("varchar(9)[]", text_array)));
  types.push_back(always(type("numeric(9,2)[]", any_of({"{1.1,NULL}", "{NaN}", "{}"}))));
  types.push_back(always(type("double precision[]", any_of({"{0.1,NaN,-0}", "{5e-324}"}))));
  types.push_back(always(type("timestamptz[]", any_of({"{2020-01-01 10:00:00+03,infinity}"}))));
  types.push_back(always(type("boolean[]", any_of({"{t,f,NULL}"}))));
  types.push_back(always(type("bytea[]", any_of({"{}", "{NULL}"}))));
  types.push_back(always(type("jsonb[]", any_of({"{\"{\\\"a\\\": 1}\",\"null\",NULL}"}))));
  types.push_back(always(type("uuid[]", any_of({"{00000000-0000-0000-0000-000000000000}"}))));
  types.push_back(always(type("date[]", any_of({"{2020-02-29,infinity,4713-01-01 BC}"}))));
}

}  // namespace

std::vector<std::function<RandomType(Random&)>> postgresql_types() {
  std::vector<TypeMaker> types;
  add_numbers(types);
  add_texts(types);
  add_times(types);
  add_others(types);
  add_shapes(types);
  add_ranges(types);
  add_arrays(types);
  return types;
}

}  // namespace sluice::test
