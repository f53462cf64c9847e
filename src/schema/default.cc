#include "schema/default.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sluice/codec/datetime.h"
#include "sluice/codec/hex.h"
#include "sluice/codec/jsonb_text.h"
#include "sluice/codec/mysql_types.h"
#include "sluice/model/unknown_default.h"

#include "schema/lexer.h"
#include "schema/quoted.h"
#include "schema/reach.h"

namespace sluice::schema {
namespace {

using codec::MysqlKind;
using codec::Problem;
using Tokens = std::vector<Token>;

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

Default refusal(std::string why) { return {"", "default-not-moved", std::move(why)}; }

Default zero_date() { return {"", "zero-default", "the default is a day that does not exist"}; }

std::string cast(const std::string& text, std::string_view type) {
  return literal(text) + "::" + std::string(type);
}

/// "((a))" -> "a": MySQL brackets what is an expression.
void strip_brackets(Tokens& tokens) {
  while (tokens.size() >= 3 && tokens.front().is_sign("(") &&
         tokens[tokens.size() - 2].is_sign(")")) {
    int depth = 0;
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
      depth += tokens[i].is_sign("(") ? 1 : tokens[i].is_sign(")") ? -1 : 0;
      if (depth == 0) return;
    }
    tokens.erase(tokens.end() - 2);
    tokens.erase(tokens.begin());
  }
}

/// A literal: one piece, or a minus and a number.
std::optional<Token> single_literal(const Tokens& tokens) {
  using Kind = Token::Kind;
  if (tokens.size() == 2) {
    const Token& token = tokens[0];
    if (token.kind == Kind::word && (token.value == "true" || token.value == "false")) {
      return Token{Kind::number, token.value == "true" ? "1" : "0"};
    }
    const bool known = token.kind == Kind::text || token.kind == Kind::number ||
                       token.kind == Kind::bits || token.kind == Kind::bytes;
    return known ? std::optional<Token>(token) : std::nullopt;
  }
  if (tokens.size() == 3 && tokens[0].is_sign("-") && tokens[1].kind == Kind::number) {
    return Token{Kind::number, "-" + tokens[1].value};
  }
  return std::nullopt;
}

bool is_whole_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Takes digits off the front; how many there were.
std::size_t take_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count;
}

/// "-1", "1.50", ".5", "1e-3"
bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  std::size_t digits = take_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += take_digits(text);
  }
  if (digits == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (take_digits(text) == 0) return false;
  }
  return text.empty();
}

std::string without_leading_zeros(const std::string& digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? "0" : digits.substr(first);
}

bool is_binary(const Token& token) {
  return token.kind == Token::Kind::bits || token.kind == Token::Kind::bytes;
}

/// b'0101' and 0x05 as the source reads them where it wants a number: "101". Empty: they are none.
std::string significant_bits(const Token& token) {
  std::string bits;
  for (const char c : token.value) {
    const int value = codec::hex_digit_value(c);
    const int width = token.kind == Token::Kind::bits ? 1 : 4;
    if (value < 0 || value >= 1 << width) return {};
    for (int bit = width - 1; bit >= 0; --bit) bits += ((value >> bit) & 1) == 1 ? '1' : '0';
  }
  return bits.empty() ? bits : without_leading_zeros(bits);
}

/// Whether the source's column has each whole number of so many bits, and as that number: a year
/// of two digits is another one.
bool holds_bits(const model::ColumnType& source, int bits) {
  switch (codec::mysql_kind(source)) {
    case MysqlKind::year:
      return false;
    case MysqlKind::float4:
      return bits <= std::numeric_limits<float>::digits;
    case MysqlKind::float8:
      return bits <= std::numeric_limits<double>::digits;
    default:
      return bits <= std::numeric_limits<std::uint64_t>::digits && reach_of(source) &&
             takes(source, Reach{bits, false});
  }
}

Default number_in_bits(const Token& token, const model::ColumnType& source) {
  const std::string bits = significant_bits(token);
  if (bits.empty() || !holds_bits(source, static_cast<int>(bits.size()))) {
    return refusal("the default is no number that the column surely holds");
  }
  return {std::to_string(std::stoull(bits, nullptr, 2)), "", ""};
}

Default whole_number(const Token& token, const model::ColumnType& target) {
  const bool in_digits = token.kind == Token::Kind::number || token.kind == Token::Kind::text;
  if (!in_digits || !is_whole_number(token.value)) {
    return refusal("the default is no whole number");
  }
  if (token.value.starts_with('-')) return {cast(token.value, target.sql), "", ""};
  return {without_leading_zeros(token.value), "", ""};
}

Default number(const Token& token, const model::ColumnType& target) {
  if (is_binary(token) || !is_number(token.value)) {
    return refusal("the default is no number");
  }
  const bool plain = token.value.find_first_of("-eE") == std::string::npos;
  const std::string type = target.base == "numeric" ? "numeric" : target.sql;
  return {plain ? token.value : cast(token.value, type), "", ""};
}

/// 0 and 1, of tinyint(1) or bit(1).
Default boolean(const Token& token, const model::ColumnType& source) {
  const bool in_bits = is_binary(token) && (codec::mysql_kind(source) == MysqlKind::bit ||
                                            reach_of(source).has_value());
  const std::string value = in_bits ? significant_bits(token) : token.value;
  if (value == "1") return {"true", "", ""};
  if (value == "0") return {"false", "", ""};
  return refusal("the default is no boolean");
}

Default bits(const Token& token, const model::ColumnType& source, const model::ColumnType& target) {
  const auto length = static_cast<std::size_t>(target.length.value_or(1));
  std::string digits;
  if (is_binary(token) && codec::mysql_kind(source) == MysqlKind::bit) {
    digits = significant_bits(token);
  }
  if (token.kind == Token::Kind::number && (token.value == "0" || token.value == "1")) {
    digits = token.value;
  }
  if (digits.empty() || digits.size() > length) return refusal("the default is no bit string");
  digits.insert(0, length - digits.size(), '0');
  return {cast(digits, "\"bit\""), "", ""};
}

/// char and varchar; a text in hex may be in any character set.
Default text(const Token& token, const model::Column& column, const model::ColumnType& target) {
  std::string content = token.value;
  if (is_binary(token)) {
    return refusal("the default is written in bytes");
  }
  if (content.find('\0') != std::string::npos) return refusal("the default holds a NUL");
  if (column.type.base == "char") content.resize(content.find_last_not_of(' ') + 1);
  return {cast(content, target.base == "varchar" ? "character varying" : target.sql), "", ""};
}

/// binary(n) is filled up with NUL bytes.
Default bytes(const Token& token, const model::Column& column) {
  if (token.kind != Token::Kind::text && token.kind != Token::Kind::bytes) {
    return refusal("the default is no byte string");
  }
  std::string hex = token.kind == Token::Kind::bytes ? token.value : codec::to_hex(token.value);
  const std::optional<std::string> content = codec::from_hex(hex);
  if (!content) return refusal("the default is no byte string");
  hex = codec::to_hex(*content);
  if (column.type.base == "binary" && column.type.length) {
    hex.resize(std::max(hex.size(), static_cast<std::size_t>(*column.type.length) * 2), '0');
  }
  return {"'\\x" + hex + "'::bytea", "", ""};
}

Default point_in_time(const Token& token, const model::ColumnType& target) {
  std::int32_t days = 0;
  std::int64_t micros = 0;
  codec::Interval interval;
  std::string content = token.value;
  Problem problem = Problem::none;
  if (target.base == "date") {
    problem = codec::parse_date(content, days);
  } else if (target.base == "time") {
    problem = codec::parse_time(content, micros);
  } else if (target.base == "interval") {
    problem = codec::parse_interval(content, interval);
  } else {
    problem = codec::parse_timestamp(content, micros);
  }
  if (problem == Problem::zero_date || problem == Problem::part_zero_date) return zero_date();
  if (token.kind != Token::Kind::text || problem != Problem::none) {
    return refusal("the default is no point in time");
  }
  // Sessions on the source are in UTC, and it prints such defaults as of the session.
  if (target.base == "timestamptz") content += "+00";
  std::string type = target.sql;
  const std::size_t open = type.find('(');
  if (open != std::string::npos) type.erase(open, type.find(')') - open + 1);
  return {cast(content, type), "", ""};
}

Default label(const Token& token, const model::ColumnType& target) {
  if (std::ranges::find(target.members, token.value) == target.members.end()) {
    return refusal("the default is none of the members");
  }
  return {cast(token.value, target.sql), "", ""};
}

Default json(const Token& token, const model::ColumnType& target) {
  const bool valid =
      token.kind == Token::Kind::text && codec::check_json(token.value) == Problem::none;
  return valid ? Default{cast(token.value, target.sql), "", ""} : refusal("the default is no JSON");
}

Default literal_default(const Token& token, const model::Column& column,
                        const model::ColumnType& target) {
  if (target.kind == model::TypeKind::enumeration) return label(token, target);
  // A type of the target's own takes what it takes: the server is asked before anything is made.
  const bool its_own = target.kind == model::TypeKind::other || target.base == "citext";
  if (its_own && token.kind == Token::Kind::text) return {cast(token.value, target.sql), "", ""};
  const std::string& base = target.base;
  const bool whole = is_one_of(base, {"int2", "int4", "int8"});
  if (is_binary(token) && (whole || is_one_of(base, {"numeric", "float4", "float8"}))) {
    return number_in_bits(token, column.type);
  }
  if (whole) return whole_number(token, target);
  if (is_one_of(base, {"numeric", "float4", "float8"})) return number(token, target);
  if (base == "bool") return boolean(token, column.type);
  if (base == "bit") return bits(token, column.type, target);
  if (is_one_of(base, {"varchar", "text"})) return text(token, column, target);
  if (base == "bytea") return bytes(token, column);
  if (is_one_of(base, {"date", "time", "timestamp", "timestamptz", "interval"})) {
    return point_in_time(token, target);
  }
  if (is_one_of(base, {"json", "jsonb"})) return json(token, target);
  if (is_one_of(base, {"uuid", "inet"}) && token.kind == Token::Kind::text) {
    return {cast(token.value, target.sql), "", ""};
  }
  return refusal("there is no rule for a default of the type " + target.sql);
}

/// f(), f(3) or f: the name, with the number of digits.
struct Call {
  std::string name;
  std::string digits = "0";
};

std::optional<Call> plain_call(const Tokens& tokens) {
  if (tokens[0].kind != Token::Kind::word) return std::nullopt;
  Call call{tokens[0].value};
  if (tokens.size() == 2) return call;
  const bool brackets = tokens.size() >= 4 && tokens[1].is_sign("(");
  if (brackets && tokens.size() == 4 && tokens[2].is_sign(")")) return call;
  const bool number = brackets && tokens.size() == 5 && tokens[2].kind == Token::Kind::number &&
                      tokens[3].is_sign(")");
  if (!number) return std::nullopt;
  call.digits = tokens[2].value;
  return call;
}

/// What both servers make anew for each row. The source's clock stands still during a statement,
/// PostgreSQL's during a transaction.
Default made_anew(const Call& call, const model::ColumnType& target) {
  const bool now =
      is_one_of(call.name, {"current_timestamp", "now", "localtimestamp", "localtime", "sysdate"});
  if (now && target.base == "timestamptz")
    return {"CURRENT_TIMESTAMP(" + call.digits + ")", "", ""};
  if (now && target.base == "timestamp") return {"LOCALTIMESTAMP(" + call.digits + ")", "", ""};
  const bool today = is_one_of(call.name, {"curdate", "current_date"});
  if ((today || now) && target.base == "date") return {"CURRENT_DATE", "", ""};
  if (call.name == "uuid" && target.base == "uuid") return {"gen_random_uuid()", "", ""};
  if (call.name == "uuid" && is_one_of(target.base, {"varchar", "text"})) {
    return {"(gen_random_uuid())::text", "", ""};
  }
  if (is_one_of(target.base, {"json", "jsonb"})) {
    if (call.name == "json_object") return {"'{}'::" + target.sql, "", ""};
    if (call.name == "json_array") return {"'[]'::" + target.sql, "", ""};
  }
  return refusal("there is no rule for the function " + call.name);
}

bool keeps_number(const Value& value, const model::ColumnType& source) {
  const auto is_year = [](const model::ColumnType& type) {
    return codec::mysql_kind(type) == MysqlKind::year;
  };
  if (is_year(source)) return value.column != nullptr && is_year(value.column->type);
  return takes(source, value.reach);
}

/// MariaDB cuts digits of a second's fraction, PostgreSQL rounds.
bool keeps_moment(const Value& value, const model::ColumnType& source,
                  const model::ColumnType& target) {
  constexpr int kAllDigits = 6;
  return codec::mysql_kind(source) == MysqlKind::datetime &&
         value.scale <= source.fraction_digits.value_or(0) &&
         value.scale <= target.fraction_digits.value_or(kAllDigits);
}

}  // namespace

Default translate_default(const model::Column& column, const model::ColumnType& target,
                          const Scope& scope) {
  if (const auto why = model::why_unknown(*column.default_sql)) return refusal(*why);
  Tokens tokens = tokens_of(*column.default_sql);
  strip_brackets(tokens);
  if (const std::optional<Token> token = single_literal(tokens)) {
    return literal_default(*token, column, target);
  }
  if (const std::optional<Call> call = plain_call(tokens)) return made_anew(*call, target);
  const Value value = translate(*column.default_sql, scope);
  if (!value.refusal.empty()) return refusal(value.refusal);
  if (!value.doubt.empty()) return refusal(value.doubt);
  if (value.reads_columns) return refusal("a default of PostgreSQL reads no other column");
  std::string sql = assigned(value, column.type, target);
  if (sql.empty())
    return refusal("the default is of another kind than the column, or does not always fit");
  return {std::move(sql), "", ""};
}

std::string assigned(const Value& value, const model::ColumnType& source,
                     const model::ColumnType& target) {
  const bool whole = is_one_of(target.base, {"int2", "int4", "int8"});
  const bool number = whole || is_one_of(target.base, {"numeric", "float4", "float8"});
  switch (value.kind) {
    case ValueKind::integer:
      return number && keeps_number(value, source) ? value.sql : "";
    case ValueKind::decimal:
      // Both round halves away from zero. What numeric cannot hold is an error there.
      if (whole) return keeps_number(value, source) ? value.sql : "";
      return target.base == "numeric" ? value.sql : "";
    case ValueKind::floating:
      return target.base == "float8" ? value.sql : "";
    case ValueKind::boolean:
      if (target.base == "bool") return value.sql;
      return whole && takes(source, {1, false}) ? "(" + value.sql + ")::integer" : "";
    case ValueKind::text:
      if (!is_one_of(target.base, {"varchar", "text"}) || !takes(source, value.text)) return "";
      // char has no blanks at its end.
      return source.base == "char" ? "rtrim(" + value.sql + ", ' ')" : value.sql;
    case ValueKind::date:
      return is_one_of(target.base, {"date", "timestamp"}) ? value.sql : "";
    case ValueKind::moment:
      return target.base == "timestamp" && keeps_moment(value, source, target) ? value.sql : "";
    default:
      return "";
  }
}

}  // namespace sluice::schema
