#include "verify/manifest_table.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice::verify {
namespace {

/// Retire archives whole source rows, so nothing is lost for good.
std::string full_value(const plan::TablePlan& table, bool keep_rest) {
  if (!keep_rest || !table.rest) return "source and archive";
  return "source, archive and table " + table.rest->text();
}

manifest::LossyColumn lossy_column(const plan::TablePlan& table, const mapping::Rule& rule,
                                   const std::vector<std::uint64_t>& lost) {
  manifest::LossyColumn column;
  column.source_column = fmt::format("{}", fmt::join(mapping::value_columns(rule), ", "));
  column.target_column = rule.target;
  const std::vector<std::string> reasons = mapping::loss_reasons(rule);
  column.what = reasons.empty() ? "what the target's type does not hold"
                                : fmt::format("{}", fmt::join(reasons, "; "));
  // A column that travels as text is cast by the server, which does not say what it left out.
  const auto field = std::ranges::find(table.write, rule.target, &plan::TargetField::name);
  if (field != table.write.end() && !field->staged) {
    const auto number = static_cast<std::size_t>(field - table.write.begin());
    column.rows = number < lost.size() ? lost[number] : 0;
  }
  column.full_value = full_value(table, rule.keep_rest);
  return column;
}

std::vector<std::string> not_checked(const TableReport& report, const std::string& no_entries) {
  std::vector<std::string> lines;
  if (!no_entries.empty()) lines.push_back(no_entries + ": no row of it can be retired");
  if (!report.figures_not_compared.empty()) {
    lines.push_back("the servers' own figures: " + report.figures_not_compared);
  }
  for (const ColumnNotCompared& column : report.columns_not_compared) {
    lines.push_back(fmt::format("column {}: {}", column.column, column.reason));
  }
  for (const ValueMapResult& map : report.value_maps) {
    if (map.compared) continue;
    lines.push_back(fmt::format("the value map of {} by the servers' own counts: {}",
                                map.target_column, map.reason));
  }
  return lines;
}

void put_account(const TableReport& report, const ProvedTable& proved, manifest::Table& out) {
  out.source_rows = report.source_rows;
  out.arrived = proved.proved.count();
  out.decided = report.decided;
  out.quarantined = proved.open;
  out.left_behind = proved.left_behind;
  out.kept_left_out = proved.kept_left_out;
  out.filtered = report.filtered;
  out.target_rows = report.target_rows;
  out.missing = report.counts.missing;
  out.extra = report.counts.extra;
  out.changed = report.counts.changed;
  out.duplicated = report.counts.duplicated;
  out.quarantine_reasons = proved.open_reasons;
}

}  // namespace

std::vector<manifest::LossyColumn> lossy_columns(const plan::TablePlan& table,
                                                 const std::vector<std::uint64_t>& lost) {
  std::vector<manifest::LossyColumn> columns;
  for (const mapping::Rule& rule : table.rules.rules) {
    if (rule.lossy) columns.push_back(lossy_column(table, rule, lost));
  }
  for (const mapping::Drop& drop : table.rules.drops) {
    columns.push_back({drop.column, "", "goes nowhere: " + drop.reason, std::nullopt,
                       full_value(table, drop.keep_rest)});
  }
  return columns;
}

manifest::Table manifest_table(const plan::TablePlan& table, const TableReport& report,
                               const ProvedTable& proved, const std::string& no_entries) {
  manifest::Table out;
  out.number = table.number;
  out.source = table.source;
  out.target = table.target;
  out.side = table.side;
  out.outcome = to_string(report.outcome);
  put_account(report, proved, out);
  for (const Fact& fact : report.facts) {
    out.totals.push_back({fact.measure, fact.source_column, fact.target_column, fact.source,
                          fact.target, std::string(to_string(fact.result))});
  }
  out.lossy = lossy_columns(table, proved.lost);
  for (const std::size_t column : table.key) out.key.push_back(table.read.at(column).name);
  out.not_checked = not_checked(report, no_entries);
  out.notes = report.notes;
  out.proved = proved.proved;
  out.target_digest = proved.target;
  out.read_by = proved.read_by;
  out.batches = proved.batches;
  return out;
}

manifest::Check manifest_check(const CheckReport& report) {
  manifest::Check check;
  check.name = report.name;
  check.measure = report.measure;
  check.outcome = to_string(report.outcome);
  check.groups = report.groups_total;
  check.groups_differing = report.groups_differing;
  if (report.groups.size() == 1 && report.groups.front().key == "[]") {
    check.source = report.groups.front().source;
    check.target = report.groups.front().target;
  }
  return check;
}

}  // namespace sluice::verify
