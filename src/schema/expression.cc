#include "schema/expression.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "schema/lexer.h"
#include "schema/operand.h"

namespace sluice::schema {
namespace {

using K = ValueKind;

/// MySQL computes with at most this many digits behind the point, and cuts the rest.
constexpr int kMaxScale = 30;
/// Deeper brackets are no expression that people write; the parser calls itself for each.
constexpr int kMaxDepth = 100;

/// Reads from left to right, by MySQL's precedence. What is refused goes up as a value.
class Parser {
 public:
  Parser(std::string_view printed, const Scope& scope)
      : tokens_(tokens_of(printed)), scope_(scope) {}

  Value whole() {
    Value value = disjunction();
    if (!value.refusal.empty() || peek().kind == Token::Kind::end) return value;
    return refused("there is no rule for \"" + peek().value + "\"");
  }

 private:
  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& next() {
    const Token& token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool take_sign(std::string_view sign) {
    if (!peek().is_sign(sign)) return false;
    next();
    return true;
  }
  bool take_word(std::string_view word) {
    if (!peek().is_word(word)) return false;
    next();
    return true;
  }

  Value disjunction();
  Value conjunction();
  Value negation();
  Value predicate();
  Value test(const Value& left);
  Value is_null(const Value& left);
  Value between(const Value& left, bool negated);
  Value in_list(const Value& left, bool negated);
  Value like(const Value& left, bool negated);
  Value masked();
  Value sum();
  Value product();
  Value signed_value();
  Value primary();
  Value bracketed();
  Value word();
  Value column();
  Value case_value();
  Value cast();
  std::vector<Value> arguments();

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  const Scope& scope_;
};

Value joined(const char* word, const Value& left, const Value& right) {
  const Value a = condition(left);
  const Value b = condition(right);
  return made_of({a, b}, K::boolean, "(" + a.sql + word + b.sql + ")");
}

Value negated_if(bool negated, Value value) {
  if (!negated) return value;
  return made_of({value}, K::boolean, "(NOT " + value.sql + ")");
}

/// A literal is as wide as what it is computed with.
std::string operand(const Value& value, const Value& other) {
  return value.literal && !other.literal ? value.sql : in_full_width(value);
}

Value arithmetic(const std::string& sign, const Value& left, const Value& right) {
  const auto exact = [](const Value& v) { return v.kind == K::integer || v.kind == K::decimal; };
  if (!left.refusal.empty()) return left;
  if (!right.refusal.empty()) return right;
  if (!exact(left) || !exact(right)) return refused("there is arithmetic on inexact numbers");
  const bool decimal = left.kind == K::decimal || right.kind == K::decimal;
  Value value = made_of({left, right}, decimal ? K::decimal : K::integer,
                        "(" + operand(left, right) + " " + sign + " " + operand(right, left) + ")");
  value.narrow = false;
  value.padded = false;
  value.reach = computed(sign, left.reach, right.reach, !decimal);
  if (sign == "*") value.scale = left.scale + right.scale;
  if (value.scale > kMaxScale) return refused("the result has too many digits");
  return value;
}

Value Parser::disjunction() {
  if (++depth_ > kMaxDepth) return refused("the expression is too deep");
  Value left = conjunction();
  while (take_word("or") || take_sign("||")) left = joined(" OR ", left, conjunction());
  --depth_;
  return left;
}

Value Parser::conjunction() {
  Value left = negation();
  while (take_word("and") || take_sign("&&")) left = joined(" AND ", left, negation());
  return left;
}

Value Parser::negation() {
  bool negated = false;
  bool any = false;
  while (take_word("not") || take_sign("!")) {
    negated = !negated;
    any = true;
  }
  const Value value = predicate();
  return any ? negated_if(negated, condition(value)) : value;
}

Value Parser::predicate() {
  Value left = masked();
  while (left.refusal.empty()) {
    const std::size_t before = at_;
    Value tested = test(left);
    if (at_ == before) return left;
    left = std::move(tested);
  }
  return left;
}

/// One test behind `left`, where there is one; takes nothing otherwise.
Value Parser::test(const Value& left) {
  constexpr std::array<std::string_view, 8> kSigns = {"=", "<>", "!=", "<=>", "<", "<=", ">", ">="};
  if (peek().kind == Token::Kind::sign && std::ranges::find(kSigns, peek().value) != kSigns.end()) {
    const std::string sign = next().value;
    return comparison(sign == "!=" ? "<>" : sign, left, masked());
  }
  if (take_word("is")) return is_null(left);
  const bool negated = peek().is_word("not");
  const Token& word = peek(negated ? 1 : 0);
  if (!word.is_word("between") && !word.is_word("in") && !word.is_word("like")) return left;
  if (negated) next();
  if (take_word("between")) return between(left, negated);
  return take_word("in") ? in_list(left, negated) : (next(), like(left, negated));
}

Value Parser::is_null(const Value& left) {
  const bool negated = take_word("not");
  if (!take_word("null")) return refused("there is no rule for IS with anything but NULL");
  return made_of({left}, K::boolean,
                 "(" + left.sql + (negated ? " IS NOT NULL" : " IS NULL") + ")");
}

Value Parser::between(const Value& left, bool negated) {
  const Value low = masked();
  if (!take_word("and")) return refused("BETWEEN lacks its AND");
  const Value high = masked();
  return negated_if(negated,
                    joined(" AND ", comparison(">=", left, low), comparison("<=", left, high)));
}

Value Parser::in_list(const Value& left, bool negated) {
  if (!peek().is_sign("(")) return refused("IN lacks its list");
  std::vector<Value> tests;
  for (const Value& value : arguments()) tests.push_back(comparison("=", left, value));
  if (tests.empty()) return refused("IN lacks its list");
  std::string sql;
  for (const Value& test : tests) sql += (sql.empty() ? "" : " OR ") + test.sql;
  return negated_if(negated, made_of(tests, K::boolean, "(" + sql + ")"));
}

Value Parser::like(const Value& left, bool negated) {
  const Value pattern = masked();
  const bool texts = left.kind == K::text && pattern.kind == K::text && pattern.literal;
  if (!texts || pattern.content.ends_with('\\')) {
    return refused("there is no rule for LIKE of such values");
  }
  Value value = made_of({left, pattern}, K::boolean, "(" + left.sql + " LIKE " + pattern.sql + ")");
  if (value.doubt.empty()) value.doubt = text_doubt(left, pattern);
  return negated_if(negated, value);
}

/// a & 1: with a mask that is not below zero, the sign of `a` does not matter.
Value Parser::masked() {
  Value left = sum();
  while (left.refusal.empty() && take_sign("&")) {
    const Value mask = sum();
    const bool plain = left.kind == K::integer && !left.wide && mask.literal &&
                       mask.kind == K::integer && !mask.content.starts_with('-');
    if (!plain) return refused("there is no rule for & of such values");
    left = made_of({left, mask}, K::integer, "(" + in_full_width(left) + " & " + mask.sql + ")");
    left.narrow = false;
    left.reach = {mask.reach.bits, false};
  }
  return left;
}

Value Parser::sum() {
  Value left = product();
  while (left.refusal.empty() && (peek().is_sign("+") || peek().is_sign("-"))) {
    const std::string sign = next().value;
    left = arithmetic(sign, left, product());
  }
  return left;
}

/// No division: the servers do not agree on how many digits it yields.
Value Parser::product() {
  Value left = signed_value();
  while (left.refusal.empty() && take_sign("*")) left = arithmetic("*", left, signed_value());
  return left;
}

Value Parser::signed_value() {
  if (!take_sign("-")) return primary();
  Value value = primary();
  if (!value.refusal.empty()) return value;
  if (!value.is_number() || value.content.starts_with('-')) return refused("a minus has no number");
  Value minus = made_of({value}, value.kind, "(- " + in_full_width(value) + ")");
  minus.narrow = value.literal && value.narrow;
  minus.literal = value.literal;
  minus.reach = {value.reach.bits + (value.reach.below_zero ? 1 : 0), true};
  if (value.literal) {
    minus.content = "-" + value.content;
    minus.sql = value.kind == K::floating ? minus.sql : "(" + minus.content + ")";
  }
  return minus;
}

Value Parser::primary() {
  switch (peek().kind) {
    case Token::Kind::number:
    case Token::Kind::text:
      return literal_value(next());
    case Token::Kind::name:
      return column();
    case Token::Kind::word:
      return word();
    case Token::Kind::sign:
      if (peek().is_sign("(")) return bracketed();
      break;
    default:
      break;
  }
  return refused("there is no rule for \"" + peek().value + "\"");
}

Value Parser::bracketed() {
  next();
  Value value = disjunction();
  if (!value.refusal.empty()) return value;
  return take_sign(")") ? value : refused("there is no rule for \"" + peek().value + "\"");
}

Value Parser::column() {
  const std::string name = next().value;
  const model::Column* const column = scope_.source.find_column(name);
  if (column == nullptr) return refused("there is no column \"" + name + "\"");
  return column_value(*column, scope_.name_of(name), scope_.types.contains(name));
}

Value Parser::word() {
  const std::string word = next().value;
  if (word == "case") return case_value();
  if (word == "null") return made_of({}, K::null, "NULL");
  if (word == "true" || word == "false") return made_of({}, K::boolean, word);
  if (!peek().is_sign("(")) return refused("there is no rule for \"" + word + "\"");
  if (word == "cast") return cast();
  // MariaDB: their argument is no column.
  if (word == "nextval" || word == "lastval") {
    return refused("it takes numbers from a sequence, which is not moved");
  }
  return call(word, arguments());
}

/// Only to a date: both servers print date(x) so.
Value Parser::cast() {
  next();
  const Value value = disjunction();
  const bool to_date = take_word("as") && take_word("date") && take_sign(")");
  if (!value.refusal.empty() || to_date) return call("date", {value});
  return refused("there is no rule for a cast to \"" + peek().value + "\"");
}

/// From an opening bracket to its partner.
std::vector<Value> Parser::arguments() {
  std::vector<Value> values;
  next();
  if (take_sign(")")) return values;
  do {
    values.push_back(disjunction());
    if (!values.back().refusal.empty()) return values;
  } while (take_sign(","));
  if (!take_sign(")")) values.push_back(refused("there is no rule for \"" + peek().value + "\""));
  return values;
}

Value Parser::case_value() {
  std::vector<Value> conditions;
  std::vector<Value> results;
  const bool simple = !peek().is_word("when");
  const Value subject = simple ? disjunction() : Value{};
  std::string sql = "CASE";
  while (take_word("when")) {
    const Value when = disjunction();
    conditions.push_back(simple ? comparison("=", subject, when) : condition(when));
    if (!take_word("then")) return refused("CASE lacks its THEN");
    results.push_back(disjunction());
    sql += " WHEN " + conditions.back().sql + " THEN " + results.back().sql;
  }
  if (take_word("else")) {
    results.push_back(disjunction());
    sql += " ELSE " + results.back().sql;
  }
  if (!take_word("end")) return refused("CASE lacks its END");
  const Value result = one_of(results, sql + " END");
  conditions.push_back(result);
  return made_of(conditions, result.kind, result.sql);
}

}  // namespace

Value translate(std::string_view printed, const Scope& scope) {
  return Parser(printed, scope).whole();
}

}  // namespace sluice::schema
