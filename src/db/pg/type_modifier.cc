#include "db/pg/type_modifier.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace sluice::db::pg {
namespace {

using Numbers = std::pair<std::optional<int>, std::optional<int>>;

std::optional<int> parse_int(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The numbers in the first parentheses.
Numbers numbers_in(std::string_view formatted) {
  const std::size_t open = formatted.find('(');
  const std::size_t close = formatted.find(')', open);
  if (open == std::string_view::npos || close == std::string_view::npos) return {};
  const std::string_view inside = formatted.substr(open + 1, close - open - 1);
  const std::size_t comma = inside.find(',');
  if (comma == std::string_view::npos) return {parse_int(inside), std::nullopt};
  return {parse_int(inside.substr(0, comma)), parse_int(inside.substr(comma + 1))};
}

bool has_length(std::string_view base) {
  return base == "varchar" || base == "bpchar" || base == "bit" || base == "varbit";
}

bool has_fraction_digits(std::string_view base) {
  return base == "time" || base == "timetz" || base == "timestamp" || base == "timestamptz" ||
         base == "interval";
}

/// "minute" of "interval day to minute"; empty for plain "interval", "interval(3)" and arrays of
/// them.
std::string_view last_field_of(std::string_view formatted) {
  const std::size_t end = std::min(formatted.find_last_not_of("[]") + 1, formatted.find('('));
  const std::string_view words = formatted.substr(0, end);
  const std::size_t space = words.rfind(' ');
  return space == std::string_view::npos ? std::string_view() : words.substr(space + 1);
}

std::string_view element_base(const model::ColumnType& type) {
  std::string_view base = type.base;
  if (type.kind == model::TypeKind::array && base.starts_with('_')) base.remove_prefix(1);
  return base;
}

}  // namespace

void take_modifier(std::string_view formatted, model::ColumnType& type) {
  if (type.kind != model::TypeKind::plain && type.kind != model::TypeKind::array) return;
  const std::string_view base = element_base(type);
  if (base == "interval") type.last_field = last_field_of(formatted);
  const auto [first, second] = numbers_in(formatted);
  if (!first) return;
  if (has_length(base)) type.length = first;
  if (has_fraction_digits(base)) type.fraction_digits = first;
  if (base == "numeric") {
    type.precision = first;
    type.scale = second.value_or(0);
  }
}

}  // namespace sluice::db::pg
