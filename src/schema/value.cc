#include "schema/value.h"

#include <algorithm>
#include <utility>

#include "sluice/codec/datetime.h"

#include "schema/quoted.h"

namespace sluice::schema {
namespace {

using codec::Problem;

/// Of 64 bits, with a sign.
constexpr std::uint64_t kMostDigits = 20;

bool is_one_of(ValueKind kind, std::initializer_list<ValueKind> kinds) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

bool is_equality(const std::string& sign) { return sign == "=" || sign == "<>" || sign == "<=>"; }

std::string operator_sql(const std::string& sign) {
  return sign == "<=>" ? " IS NOT DISTINCT FROM " : " " + sign + " ";
}

Value compared(const std::string& sign, const Value& left, const Value& right) {
  return made_of({left, right}, ValueKind::boolean,
                 "(" + left.sql + operator_sql(sign) + right.sql + ")");
}

std::string without_blanks(const std::string& text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

Value trimmed(Value value) {
  value.sql =
      value.literal ? literal(without_blanks(value.content)) : "rtrim(" + value.sql + ", ' ')";
  return value;
}

Value compared_texts(const std::string& sign, const Value& left, const Value& right) {
  if (!is_equality(sign)) return refused("the order of texts depends on the collation");
  const TextOrder order = std::max(left.order, right.order);
  if (order == TextOrder::bytes_but_blanks) return compared(sign, trimmed(left), trimmed(right));
  Value value = compared(sign, left, right);
  if (value.doubt.empty()) value.doubt = text_doubt(left, right);
  return value;
}

/// A text that stands for a day or moment beside `kind`; nothing where it is none.
Value as_time(const Value& text, ValueKind kind) {
  Value value = text;
  std::int32_t days = 0;
  std::int64_t micros = 0;
  const bool is_date = codec::parse_date(text.content, days) == Problem::none;
  const bool is_moment = codec::parse_timestamp(text.content, micros) == Problem::none;
  const bool fits = kind == ValueKind::date ? is_date : is_date || is_moment;
  if (!text.literal || !fits) return refused("a text is compared with a point in time");
  value.kind = kind;
  value.sql = literal(text.content) +
              (kind == ValueKind::date ? "::date" : "::timestamp without time zone");
  return value;
}

bool is_label(const Value& text, const Value& enumeration) {
  return text.literal && enumeration.column != nullptr &&
         std::ranges::find(enumeration.column->type.members, text.content) !=
             enumeration.column->type.members.end();
}

bool are_comparable(const Value& left, const Value& right, bool equality) {
  using K = ValueKind;
  if (left.is_number() && right.is_number()) return true;
  if (left.kind == K::null || right.kind == K::null) return true;
  if (is_one_of(left.kind, {K::date, K::moment}) && is_one_of(right.kind, {K::date, K::moment})) {
    return true;
  }
  if (left.kind == K::instant && right.kind == K::instant) return true;
  return equality && left.kind == K::boolean && right.kind == K::boolean;
}

}  // namespace

Value refused(std::string why) {
  Value value;
  value.refusal = std::move(why);
  return value;
}

Value made_of(const std::vector<Value>& parts, ValueKind kind, std::string sql) {
  Value value;
  value.kind = kind;
  value.sql = std::move(sql);
  for (const Value& part : parts) {
    if (!part.refusal.empty()) return refused(part.refusal);
    if (value.doubt.empty()) value.doubt = part.doubt;
    // A number of a text, or a condition on it, is in no order of texts.
    if (part.kind == ValueKind::text) value.order = std::max(value.order, part.order);
    if (part.kind == ValueKind::text) value.text = joined(value.text, part.text);
    if (part.kind == ValueKind::integer) value.text = joined(value.text, {kMostDigits, ""});
    value.scale = std::max(value.scale, part.scale);
    if (part.is_number()) {
      value.reach.bits = std::max(value.reach.bits, part.reach.bits);
      value.reach.below_zero = value.reach.below_zero || part.reach.below_zero;
    }
    value.wide = value.wide || part.wide;
    value.narrow = value.narrow || part.narrow;
    value.padded = value.padded || (kind == ValueKind::integer && part.padded);
    value.reads_columns = value.reads_columns || part.reads_columns;
  }
  return value;
}

/// Of two texts that no column gives, the source asks the connection's collation.
std::string text_doubt(const Value& left, const Value& right) {
  const TextOrder order = std::max(left.order, right.order);
  if (order == TextOrder::collation) {
    return "the source compares texts by a collation, PostgreSQL byte for byte";
  }
  const bool same = left.literal && right.literal && left.content == right.content;
  return order == TextOrder::any && !same ? "the connection's collation decides on the source" : "";
}

std::string in_full_width(const Value& value) {
  const bool short_of_it = value.kind == ValueKind::integer && value.narrow && !value.wide;
  return short_of_it ? "(" + value.sql + ")::bigint" : value.sql;
}

Value comparison(const std::string& sign, const Value& left, const Value& right) {
  using K = ValueKind;
  if (!left.refusal.empty()) return left;
  if (!right.refusal.empty()) return right;
  if (left.kind == K::text && right.kind == K::text) return compared_texts(sign, left, right);
  if (left.kind == K::enumeration && is_label(right, left) && is_equality(sign)) {
    return compared(sign, left, right);
  }
  if (right.kind == K::enumeration && is_label(left, right) && is_equality(sign)) {
    return compared(sign, left, right);
  }
  const auto is_time = [](const Value& value) {
    return is_one_of(value.kind, {K::date, K::moment});
  };
  if (is_time(left) && right.kind == K::text) {
    return comparison(sign, left, as_time(right, left.kind));
  }
  if (is_time(right) && left.kind == K::text) {
    return comparison(sign, as_time(left, right.kind), right);
  }
  if (are_comparable(left, right, is_equality(sign))) return compared(sign, left, right);
  return refused("values of different kinds are compared");
}

Value condition(const Value& value) {
  if (!value.refusal.empty() || value.kind == ValueKind::boolean || value.kind == ValueKind::null) {
    return value;
  }
  if (value.is_number()) return made_of({value}, ValueKind::boolean, "(" + value.sql + " <> 0)");
  return refused("something that is no number stands for a condition");
}

Value one_of(const std::vector<Value>& values, std::string sql) {
  ValueKind kind = ValueKind::null;
  for (const Value& value : values) {
    if (!value.refusal.empty()) return value;
    if (value.kind == ValueKind::null || value.kind == kind) continue;
    const bool numbers = is_one_of(kind, {ValueKind::integer, ValueKind::decimal}) &&
                         is_one_of(value.kind, {ValueKind::integer, ValueKind::decimal});
    if (kind != ValueKind::null && !numbers) return refused("values of different kinds are mixed");
    kind = numbers ? ValueKind::decimal : value.kind;
  }
  if (kind == ValueKind::enumeration || kind == ValueKind::other) {
    return refused("there is no rule for values of this type in an expression");
  }
  return made_of(values, kind, std::move(sql));
}

}  // namespace sluice::schema
