#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sluice/mapping/rules_json.h"

#include "config/reader.h"
#include "config/shapes.h"

namespace sluice::config {
namespace {

using codec::JsonValue;
using mapping::JsonProblems;
using mapping::ObjectReader;

constexpr std::string_view kMeasures[] = {"count", "count_distinct", "sum", "min",
                                          "max",   "null_count"};

bool is_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (point == std::string_view::npos) return digits(text);
  return digits(text.substr(0, point)) && digits(text.substr(point + 1));
}

CheckSide read_side(const JsonValue& value, const Reader& reader, const std::string& schema,
                    std::optional<Measure> measure) {
  ObjectReader object(value, shapes::kCheckSide, reader.problems);
  CheckSide side;
  if (!object.is_object()) return side;
  if (const JsonValue* table = object.required("table"))
    side.table = reader.table_name(*table, schema);
  const bool needs_column = measure && *measure != Measure::count;
  side.column = needs_column ? object.required_text("column") : object.text("column");
  if (measure == Measure::count && !side.column.empty()) {
    reader.problems.error(*object.find("column"), "misplaced-key",
                          "\"count\" counts rows and takes no column",
                          "use \"count_distinct\" or \"null_count\", or leave the column out");
  }
  side.group_by = object.texts("group_by");
  if (const JsonValue* filter = object.find("filter")) {
    side.filter = mapping::condition_from_json(*filter, reader.problems);
  }
  return side;
}

/// A number or a text; always kept as text, so that it means exactly what was written.
std::string read_difference(ObjectReader& object) {
  const JsonValue* value = object.find("difference");
  if (value == nullptr) return "0";
  std::string text =
      value->is_number() ? value->number_text() : mapping::read_text(*value, object.problems());
  if ((value->is_string() || value->is_number()) && !is_decimal(text)) {
    object.problems().error(*value, "bad-difference",
                            "\"difference\" is a decimal number of 0 or more, like \"0.01\"");
  }
  return text;
}

Check read_check(const JsonValue& value, const Reader& reader) {
  JsonProblems& problems = reader.problems;
  ObjectReader object(value, shapes::kCheck, problems);
  Check check;
  check.where = problems.where(value);
  if (!object.is_object()) return check;
  check.name = object.required_text("name");
  std::optional<Measure> measure;
  if (object.required("measure") != nullptr) {
    if (const auto choice = object.choice("measure", kMeasures))
      measure = static_cast<Measure>(*choice);
  }
  check.measure = measure.value_or(Measure::count);
  if (const JsonValue* source = object.required("source")) {
    check.source = read_side(*source, reader, reader.source_schema, measure);
  }
  if (const JsonValue* target = object.required("target")) {
    check.target = read_side(*target, reader, reader.target_schema, measure);
  }
  check.difference = read_difference(object);
  if (check.source.group_by.size() != check.target.group_by.size()) {
    problems.error(value, "group-by-differs",
                   fmt::format("the source is grouped by {} columns and the target by {}",
                               check.source.group_by.size(), check.target.group_by.size()),
                   "name the same columns on both sides, in the same order");
  }
  return check;
}

}  // namespace

std::vector<Check> read_checks(ObjectReader& config, const Reader& reader) {
  std::vector<Check> checks;
  std::set<std::string> names;
  for (const JsonValue& item : config.items("checks")) {
    Check check = read_check(item, reader);
    if (!check.name.empty() && !names.insert(check.name).second) {
      reader.problems.error(item, "check-twice",
                            fmt::format("two checks are named \"{}\"", check.name),
                            "results are kept by name: give each its own");
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace sluice::config
