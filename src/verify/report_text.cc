#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "sluice/codec/columns.h"
#include "sluice/codec/printable.h"
#include "sluice/verify/report.h"

#include "verify/printable.h"

namespace sluice::verify {
namespace {

std::string_view words(Outcome outcome) {
  switch (outcome) {
    case Outcome::equal:
      return "equal";
    case Outcome::equal_except_quarantined:
      return "equal except quarantined";
    case Outcome::not_comparable:
      return "not comparable";
    case Outcome::could_not_check:
      return "could not check";
    case Outcome::different:
      return "DIFFERENT";
  }
  return "unknown";
}

std::string_view words(Attribution attribution) {
  switch (attribution) {
    case Attribution::source_changed:
      return "source changed since copy";
    case Attribution::target_changed:
      return "target is not what was written at the copy";
    case Attribution::copied_wrong:
      return "copied wrong";
    case Attribution::unclear:
      return "source and target changed since copy";
  }
  return "unknown";
}

/// The promise that needs no mention.
constexpr std::string_view kOnePoint = "one point in time";

/// Commas between thousands: counts are read aloud.
std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string value_text(const std::optional<std::string>& value) {
  return value ? "'" + *value + "'" : "NULL";
}

/// Names, values and reasons come from elsewhere: none of them may break a line.
std::string line(const std::string& text) { return codec::printable_line(text) + "\n"; }

void append_part(std::string& text, std::uint64_t count, std::string_view what) {
  if (count != 0) text += fmt::format(", {} {}", grouped(count), what);
}

std::string columns_text(std::size_t count) {
  return count == 1 ? "1 column" : grouped(count) + " columns";
}

/// Its name, in a line of its own where that is wider than the others' column.
std::string name_text(const TableReport& table, std::size_t width) {
  const std::string name = codec::printable_line(table.source);
  if (codec::columns_of(name) <= width) return codec::cell(name, width);
  return name + "\n" + std::string(width, ' ');
}

std::string table_line(const TableReport& table, std::size_t width) {
  std::string text = fmt::format("{}: {} rows", words(table.outcome), grouped(table.target_rows));
  append_part(text, table.existing, "kept");
  append_part(text, table.decided, "decided");
  append_part(text, table.quarantined, "in quarantine");
  append_part(text, table.left_behind, "left behind");
  append_part(text, table.filtered, "filtered");
  if (!table.columns_not_compared.empty()) {
    text += fmt::format("; {} not compared", columns_text(table.columns_not_compared.size()));
  }
  if (!table.reason.empty()) text += "; " + table.reason;
  return name_text(table, width) + "  " + line(text);
}

std::string counts_line(const DifferenceCounts& counts) {
  std::string text;
  append_part(text, counts.missing, "missing");
  append_part(text, counts.extra, "extra");
  append_part(text, counts.changed, "changed");
  append_part(text, counts.duplicated, "duplicated");
  if (text.empty()) return text;
  return fmt::format("  {}{}\n", counts.complete ? "" : "at least ", text.substr(2));
}

std::string difference_line(const Difference& difference) {
  std::string text = fmt::format("  {} {}", to_string(difference.kind), difference.key);
  if (!difference.source_key.empty() && difference.source_key != difference.key) {
    text += fmt::format(" (source {})", difference.source_key);
  }
  if (difference.expected_copies > 1 || difference.actual_copies > 1) {
    text += fmt::format(" ({} expected, {} there)", difference.expected_copies,
                        difference.actual_copies);
  }
  return line(fmt::format("{}: {}", text, words(difference.attribution)));
}

std::string difference_lines(const std::vector<Difference>& differences) {
  std::string text;
  for (const Difference& difference : differences) {
    text += difference_line(difference);
    for (const ColumnDifference& column : difference.columns) {
      const std::string name = codec::printable_line(column.column);
      text += line(fmt::format("    {}: should be {}", name, value_text(column.expected)));
      text += line(fmt::format("    {}  is        {}", std::string(codec::columns_of(name), ' '),
                               value_text(column.actual)));
    }
  }
  return text;
}

bool is_shown(Fact::Result result) {
  return result == Fact::Result::different || result == Fact::Result::could_not_check;
}

std::string map_lines(const ValueMapResult& map) {
  if (map.outcome == Outcome::equal && map.compared) return "";
  std::string text =
      line(fmt::format("  values of {} from {}: {}{}", map.target_column, map.source_column,
                       map.compared ? "" : "not compared: ", map.reason));
  for (const MappedValue& value : map.values) {
    if (value.expected == value.actual) continue;
    const auto shown = value.value ? std::optional(printable(*value.value)) : std::nullopt;
    text += line(fmt::format("    {}: {} rows should be, {} are", value_text(shown),
                             grouped(value.expected), grouped(value.actual)));
  }
  return text;
}

std::string fact_lines(const TableReport& table) {
  std::string text;
  if (!table.figures_not_compared.empty()) {
    text += line("  the servers' own figures of columns were not compared: " +
                 table.figures_not_compared);
  }
  for (const ColumnNotCompared& column : table.columns_not_compared) {
    text += line(
        fmt::format("  computed column {} was not compared: {}", column.column, column.reason));
  }
  for (const Fact& fact : table.facts) {
    if (!is_shown(fact.result)) continue;
    text += line(fmt::format("  {} of {}: source {}, target {}", fact.measure,
                             fact.target_column.empty() ? "the table" : fact.target_column,
                             value_text(fact.source), value_text(fact.target)));
  }
  for (const ValueMapResult& map : table.value_maps) text += map_lines(map);
  return text;
}

std::string table_text(const TableReport& table, std::size_t width) {
  std::string text = table_line(table, width);
  text += counts_line(table.counts) + difference_lines(table.differences) + fact_lines(table);
  if (table.rest) {
    text += line(fmt::format("  {}: {}, {} rows", table.rest->table, words(table.rest->outcome),
                             grouped(table.rest->target_rows)));
    text += counts_line(table.rest->counts) + difference_lines(table.rest->differences);
  }
  for (const std::string& note : table.notes) text += line("  note: " + note);
  return text;
}

std::string last_line(const VerifyReport& report) {
  std::size_t columns = 0;
  for (const TableReport& table : report.tables) columns += table.columns_not_compared.size();
  return fmt::format("run {}: {}{}\n", report.run_id, words(report.outcome),
                     columns == 0 ? "" : fmt::format("; {} not compared", columns_text(columns)));
}

std::string check_text(const CheckReport& check) {
  const std::string why = check.reason.empty() ? "" : "; " + check.reason;
  std::string text = line(fmt::format("check {}: {}{}", check.name, words(check.outcome), why));
  if (check.outcome != Outcome::different) return text;
  for (const CheckGroup& group : check.groups) {
    if (group.agrees) break;  // differing ones come first
    text += line(fmt::format("  {}: source {}, target {}", group.key, value_text(group.source),
                             value_text(group.target)));
  }
  return text;
}

/// As wide as the names, but so that "DIFFERENT: 1,234,567 rows" has room beside it in 80 columns.
std::size_t name_columns(const VerifyReport& report) {
  constexpr std::size_t kMostNameColumns = 50;
  std::size_t width = 0;
  for (const TableReport& table : report.tables) {
    const std::size_t columns = codec::columns_of(codec::printable_line(table.source));
    if (columns <= kMostNameColumns) width = std::max(width, columns);
  }
  return width;
}

}  // namespace

std::string to_text(const VerifyReport& report) {
  const std::size_t width = name_columns(report);
  std::string text;
  for (const TableReport& table : report.tables) text += table_text(table, width);
  for (const CheckReport& check : report.checks) text += check_text(check);
  if (report.mode == Mode::target_only) text += fmt::format("{}\n", limits_of(report.mode));
  if (!report.source_label.empty() && report.source_label != kOnePoint) {
    text += line("the source was read as " + report.source_label);
  }
  if (report.is_partial()) {
    text += fmt::format("{} of {} tables, and no checks: nothing is said of the others\n",
                        report.tables.size(), report.tables_total);
  }
  return text + last_line(report);
}

}  // namespace sluice::verify
