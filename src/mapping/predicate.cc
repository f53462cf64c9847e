#include "mapping/predicate.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/convert.h"
#include "sluice/mapping/json_object.h"

#include "mapping/binary.h"
#include "mapping/compare.h"
#include "mapping/text_steps.h"

namespace sluice::mapping {

using codec::Carrier;
using codec::Problem;
using Op = Condition::Op;

namespace {

bool is_group(Op op) { return op == Op::all_of || op == Op::any_of || op == Op::negation; }

Carrier natural_of(const SourceField& field) { return field.natural.value_or(field.carrier); }

std::string_view without_trailing_blanks(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Truth truth(bool value) { return value ? Truth::yes : Truth::no; }

Truth negated(Truth value) {
  if (value == Truth::yes) return Truth::no;
  if (value == Truth::no) return Truth::yes;
  return value;
}

}  // namespace

Problem literal_value(const Literal& literal, Carrier carrier, std::string& out) {
  out.clear();
  if (literal.kind == Literal::Kind::boolean && is_integer(carrier)) {
    return codec::from_text(carrier, literal.text == "true" ? "1" : "0", out).problem;
  }
  return codec::from_text(carrier, literal.text, out).problem;
}

bool can_compare(Op op, Carrier carrier) noexcept {
  switch (op) {
    case Op::equal:
    case Op::not_equal:
    case Op::in:
      return has_equality(carrier);
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return has_order(carrier);
    case Op::is_blank:
    case Op::starts_with:
    case Op::ends_with:
    case Op::contains:
      return carrier == Carrier::text;
    default:
      return true;
  }
}

std::optional<std::size_t> condition_field(std::string_view column,
                                           std::span<const SourceField> fields) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name != column) continue;
    if (natural_of(fields[i]) == fields[i].carrier) return i;
    if (!found) found = i;
  }
  return found;
}

Predicate::Predicate(const Condition& condition, std::span<const SourceField> fields)
    : op_(condition.op) {
  for (const Condition& child : condition.children) children_.emplace_back(child, fields);
  if (is_group(op_)) return;
  leaf_.field = condition_field(condition.column, fields).value();
  const SourceField& field = fields[leaf_.field];
  leaf_.carrier = field.carrier;
  leaf_.natural = natural_of(field);
  leaf_.blank_padded = fit_of(field.type, true).blank_padded && leaf_.natural == Carrier::text;
  for (const Literal& literal : condition.values) {
    std::string value;
    (void)literal_value(literal, leaf_.natural, value);
    if (leaf_.blank_padded) value = without_trailing_blanks(value);
    leaf_.literals.push_back(std::move(value));
  }
}

Truth Predicate::evaluate(std::span<const FieldValue> row, std::string& scratch) const {
  if (op_ == Op::negation) return negated(children_.front().evaluate(row, scratch));
  return is_group(op_) ? evaluate_children(row, scratch) : evaluate_leaf(row, scratch);
}

/// and takes the least of its children's values, or the greatest: a child that decides does so
/// whatever the others are.
Truth Predicate::evaluate_children(std::span<const FieldValue> row, std::string& scratch) const {
  const bool is_and = op_ == Op::all_of;
  Truth result = truth(is_and);
  for (const Predicate& child : children_) {
    const Truth value = child.evaluate(row, scratch);
    if (value == truth(!is_and)) return value;
    // An irregular field could have decided: it outweighs unknown.
    if (value == Truth::undecidable || result == truth(is_and)) result = value;
  }
  return result;
}

Truth Predicate::evaluate_leaf(std::span<const FieldValue> row, std::string& scratch) const {
  const FieldValue& field = row[leaf_.field];
  if (op_ == Op::is_null) return truth(field.null);
  if (field.null) return op_ == Op::is_blank ? Truth::yes : Truth::unknown;
  if (field.problem != Problem::none) return Truth::undecidable;
  std::string_view value = field.bytes;
  if (leaf_.carrier != leaf_.natural) {
    scratch.clear();
    if (!codec::from_text(leaf_.natural, value, scratch)) return Truth::undecidable;
    value = scratch;
  }
  return truth(compare(value));
}

bool Predicate::compare(std::string_view value) const {
  if (leaf_.blank_padded) value = without_trailing_blanks(value);
  const auto order = [&](const std::string& literal) {
    return compare_values(leaf_.natural, value, literal);
  };
  switch (op_) {
    case Op::is_blank:
      return trimmed(value).empty();
    case Op::equal:
      return order(leaf_.literals.front()) == 0;
    case Op::not_equal:
      return order(leaf_.literals.front()) != 0;
    case Op::less:
      return order(leaf_.literals.front()) < 0;
    case Op::less_equal:
      return order(leaf_.literals.front()) <= 0;
    case Op::greater:
      return order(leaf_.literals.front()) > 0;
    case Op::greater_equal:
      return order(leaf_.literals.front()) >= 0;
    default:
      break;
  }
  return std::ranges::any_of(leaf_.literals, [&](const std::string& literal) {
    if (op_ == Op::starts_with) return value.starts_with(literal);
    if (op_ == Op::ends_with) return value.ends_with(literal);
    if (op_ == Op::contains) return value.find(literal) != std::string_view::npos;
    return order(literal) == 0;
  });
}

void check_condition(const Condition& condition, std::span<const SourceField> fields,
                     const std::string& where, std::vector<model::Finding>& findings) {
  for (const Condition& child : condition.children) check_condition(child, fields, where, findings);
  if (is_group(condition.op)) return;
  const auto error = [&](std::string_view rule, std::string message, std::string action) {
    findings.push_back(
        {model::Severity::error, std::string(rule), where, std::move(message), std::move(action)});
  };
  const std::optional<std::size_t> field = condition_field(condition.column, fields);
  if (!field) {
    std::vector<std::string_view> names;
    for (const SourceField& f : fields) names.push_back(f.name);
    const std::string_view near = nearest(condition.column, names);
    error("unknown-source-column",
          fmt::format("a condition looks at column \"{}\", which the source table does not have",
                      condition.column),
          near.empty() ? std::string() : fmt::format("did you mean \"{}\"?", near));
    return;
  }
  const Carrier carrier = natural_of(fields[*field]);
  if (!can_compare(condition.op, carrier)) {
    error("operator-without-meaning",
          fmt::format("\"{}\" cannot be asked of column \"{}\", which travels as {}",
                      to_string(condition.op), condition.column, codec::to_string(carrier)),
          "text is never ordered outside a server, because collations differ");
    return;
  }
  std::string scratch;
  for (const Literal& literal : condition.values) {
    const Problem problem = literal_value(literal, carrier, scratch);
    if (problem == Problem::none) continue;
    error("bad-literal",
          fmt::format("'{}' is no value of column \"{}\" ({}: {})", literal.text, condition.column,
                      codec::to_string(carrier), codec::to_string(problem)),
          "write it as PostgreSQL prints values of that type");
  }
}

}  // namespace sluice::mapping
