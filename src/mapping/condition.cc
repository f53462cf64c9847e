#include "sluice/mapping/condition.h"

#include <algorithm>

namespace sluice::mapping {

std::string_view to_string(Condition::Op op) noexcept {
  switch (op) {
    case Condition::Op::all_of:
      return "and";
    case Condition::Op::any_of:
      return "or";
    case Condition::Op::negation:
      return "not";
    case Condition::Op::equal:
      return "=";
    case Condition::Op::not_equal:
      return "<>";
    case Condition::Op::less:
      return "<";
    case Condition::Op::less_equal:
      return "<=";
    case Condition::Op::greater:
      return ">";
    case Condition::Op::greater_equal:
      return ">=";
    case Condition::Op::in:
      return "in";
    case Condition::Op::is_null:
      return "is_null";
    case Condition::Op::is_blank:
      return "is_blank";
    case Condition::Op::starts_with:
      return "starts_with";
    case Condition::Op::ends_with:
      return "ends_with";
    case Condition::Op::contains:
      return "contains";
  }
  return "unknown";
}

void collect_columns(const Condition& condition, std::vector<std::string>& out) {
  if (!condition.column.empty() && std::ranges::find(out, condition.column) == out.end()) {
    out.push_back(condition.column);
  }
  for (const Condition& child : condition.children) collect_columns(child, out);
}

}  // namespace sluice::mapping
