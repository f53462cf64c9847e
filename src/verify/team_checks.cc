#include "verify/team_checks.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "verify/decimal.h"
#include "verify/printable.h"
#include "verify/savepoint.h"
#include "verify/sql_expressions.h"

namespace sluice::verify {
namespace {

/// Figures by group are for people to read; beyond this the comparison of rows is the better tool.
constexpr std::size_t kMaxGroups = 10000;
/// Of a group's text, in a report.
constexpr std::size_t kGroupBytes = 4096;

/// The text of a group in its key: short enough to be shown, and another one for every other text.
std::string group_text(const std::string& text) {
  std::string shown = printable(text, kGroupBytes);
  if (text.size() > kGroupBytes) shown += " sha256 " + codec::sha256_hex(text);
  return shown;
}

const model::Table& find_table(const model::Catalog& catalog, const model::QualifiedName& name) {
  const model::Table* const table = catalog.find(name);
  if (table == nullptr) {
    throw model::Error(model::ErrorKind::config,
                       fmt::format("table {} is not there, or may not be read", name.text()));
  }
  return *table;
}

/// Where the rows of a live table stand until the cutover.
model::QualifiedName side_of(const plan::Plan& plan, const model::QualifiedName& target) {
  for (const plan::TablePlan& table : plan.tables) {
    if (table.target == target) return table.side;
  }
  return target;
}

std::vector<GroupValue> read_groups(const CheckSource& from, const config::Check& check,
                                    const config::CheckSide& side,
                                    const mapping::Latin1Columns& latin1_holds,
                                    const model::QualifiedName& read_from,
                                    const Conditions& conditions) {
  const ColumnTypes types = column_types(find_table(from.catalog, side.table), latin1_holds);
  const auto result = query_guarded(
      from.session, check_sql(from.session.engine(), check, side, types, read_from, conditions));
  if (result.rows.size() > kMaxGroups) {
    throw model::Error(model::ErrorKind::not_comparable,
                       fmt::format("more than {} groups", kMaxGroups));
  }
  const ValueClass value =
      side.column.empty() ? ValueClass::integer : value_class(types.find(side.column)->second.type);
  std::vector<GroupValue> groups;
  for (const auto& row : result.rows) {
    codec::JsonWriter key;
    key.begin_array();
    for (std::size_t i = 0; i < side.group_by.size(); ++i) {
      const ValueClass group = value_class(types.find(side.group_by[i])->second.type);
      if (!row.at(i)) {
        key.null();
      } else {
        key.value(group_text(normalized(group, *row[i])));
      }
    }
    key.end_array();
    std::optional<std::string> figure = row.at(side.group_by.size());
    if (figure) figure = normalized(value, *std::move(figure));
    groups.push_back({key.take(), std::move(figure)});
  }
  return groups;
}

bool agrees(const std::optional<std::string>& source, const std::optional<std::string>& target,
            const Decimal& limit, FigureKind kind) {
  if (source == target) return true;
  if (!source || !target || kind == FigureKind::text) return false;
  const std::optional<Decimal> left = Decimal::parse(*source);
  const std::optional<Decimal> right = Decimal::parse(*target);
  return left && right && left->is_within(*right, limit);
}

/// Figures are compared whole; a report shows as much of them as people read.
CheckGroup shown(CheckGroup group) {
  if (group.source && group.target) {
    auto [source, target] = printable_pair(*group.source, *group.target);
    group.source = std::move(source);
    group.target = std::move(target);
  } else if (group.source) {
    group.source = printable(*group.source);
  } else if (group.target) {
    group.target = printable(*group.target);
  }
  return group;
}

CheckReport named_report(const config::Check& check) {
  CheckReport report;
  report.name = check.name;
  report.measure = config::to_string(check.measure);
  report.difference = check.difference;
  return report;
}

CheckReport failed(const config::Check& check, const model::Error& error) {
  CheckReport report = named_report(check);
  report.outcome = error.kind() == model::ErrorKind::not_comparable ? Outcome::not_comparable
                                                                    : Outcome::could_not_check;
  report.reason = error.what();
  return report;
}

/// The table of the plan that moves rows from one side of the check to the other.
const plan::TablePlan* moved_by(const plan::Plan& plan, const config::Check& check) {
  for (const plan::TablePlan& table : plan.tables) {
    if (table.source == check.source.table && table.target == check.target.table) return &table;
  }
  return nullptr;
}

/// What the latin1 columns of a check's source hold, as the plan's mapping says.
mapping::Latin1Columns latin1_of(const plan::Plan& plan, const config::Check& check) {
  if (const plan::TablePlan* const table = moved_by(plan, check)) return table->rules.latin1_holds;
  for (const plan::TablePlan& table : plan.tables) {
    if (table.source == check.source.table) return table.rules.latin1_holds;
  }
  return {};
}

/// The least or greatest text of two columns of text is a text, whatever it looks like.
FigureKind figure_kind(const config::Check& check, const CheckSource& source,
                       const CheckSource& target) {
  if (check.measure != config::Measure::min && check.measure != config::Measure::max) {
    return FigureKind::number;
  }
  const auto is_text = [](const CheckSource& from, const config::CheckSide& side) {
    const model::Column* const column =
        find_table(from.catalog, side.table).find_column(side.column);
    return column != nullptr && value_class(column->type) == ValueClass::text;
  };
  return is_text(source, check.source) && is_text(target, check.target) ? FigureKind::text
                                                                        : FigureKind::number;
}

/// Asks both sides, each of the rows for which its conditions hold.
CheckReport compare_sides(const plan::Plan& plan, const config::Check& check,
                          const CheckSource& source, const CheckSource& target,
                          const Conditions& of_source = {}, const Conditions& of_target = {}) {
  const auto left = read_groups(source, check, check.source, latin1_of(plan, check),
                                check.source.table, of_source);
  const auto right =
      read_groups(target, check, check.target, {}, side_of(plan, check.target.table), of_target);
  return compare_groups(check, left, right, figure_kind(check, source, target));
}

std::string equal_without(const OneSided& one_sided) {
  std::string text = "equal without rows that are on record:";
  const auto append = [&text](std::uint64_t count, std::string_view what) {
    if (count != 0) text += fmt::format("{} {} {}", text.ends_with(':') ? "" : ",", count, what);
  };
  append(one_sided.held.count() - one_sided.decided.count(), "left out");
  append(one_sided.decided.count(), "decided");
  append(one_sided.existing, "kept");
  return text;
}

/// A check that differs, asked again without the rows that are one-sided on record.
void explain(const plan::Plan& plan, const config::Check& check, const CheckSource& source,
             const CheckSource& target, const std::map<int, OneSided>& one_sided,
             CheckReport& report) {
  const plan::TablePlan* const table = moved_by(plan, check);
  if (table == nullptr) return;
  const auto found = one_sided.find(table->number);
  if (found == one_sided.end()) {
    report.reason += "; which rows were left out is not known: the table could not be compared";
    return;
  }
  const OneSided& rows = found->second;
  if (rows.is_empty()) return;
  if (const std::string why = why_not_compared(*table, rows); !why.empty()) {
    report.reason += "; " + why;
    return;
  }
  const CheckReport again = compare_sides(plan, check, source, target,
                                          source_conditions(*table, source.session.engine(), rows),
                                          target_conditions(*table, target.session.engine(), rows));
  if (again.outcome != Outcome::equal) return;
  report.outcome = rows.is_settled() ? Outcome::equal : Outcome::equal_except_quarantined;
  report.reason = equal_without(rows);
}

CheckReport run_check(const plan::Plan& plan, const config::Check& check, const CheckSource& source,
                      const CheckSource& target, const std::map<int, OneSided>& one_sided) {
  try {
    CheckReport report = compare_sides(plan, check, source, target);
    if (report.outcome == Outcome::different) {
      explain(plan, check, source, target, one_sided, report);
    }
    return report;
  } catch (const model::Error& error) {
    if (ends_everything(error)) throw;
    return failed(check, error);
  }
}

}  // namespace

std::string check_sql(model::Engine engine, const config::Check& check,
                      const config::CheckSide& side, const ColumnTypes& types,
                      const model::QualifiedName& read_from, const Conditions& conditions) {
  std::string columns;
  std::string groups;
  for (std::size_t i = 0; i < side.group_by.size(); ++i) {
    const auto type = types.find(side.group_by[i]);
    if (type == types.end()) {
      throw model::Error(
          model::ErrorKind::config,
          fmt::format("table {} has no column {}", side.table.text(), side.group_by[i]));
    }
    columns += text_expression(engine, side.group_by[i], type->second) + ", ";
    if (i != 0) groups += ", ";
    // Texts group byte for byte, numbers and times by value, whatever their scale.
    groups += value_class(type->second.type) == ValueClass::text
                  ? std::to_string(i + 1)
                  : model::quote_identifier(engine, side.group_by[i]);
  }
  Conditions all = conditions;
  if (side.filter) all.insert(all.begin(), condition_sql(engine, *side.filter, types));
  return fmt::format("SELECT {}{} FROM {} s{}{} LIMIT {}", columns,
                     measure_sql(engine, check.measure, side.column, types),
                     model::quote_name(engine, read_from), where_sql(all),
                     groups.empty() ? "" : group_by_sql(engine, groups), kMaxGroups + 1);
}

CheckReport compare_groups(const config::Check& check, const std::vector<GroupValue>& source,
                           const std::vector<GroupValue>& target, FigureKind kind) {
  CheckReport report = named_report(check);
  const std::optional<Decimal> limit = Decimal::parse(check.difference);
  std::map<std::string, CheckGroup> groups;
  for (const GroupValue& group : source) groups[group.key].source = group.value;
  for (const GroupValue& group : target) groups[group.key].target = group.value;
  std::set<std::string> left;
  std::set<std::string> right;
  bool distinct = true;
  for (const GroupValue& group : source) distinct = left.insert(group.key).second && distinct;
  for (const GroupValue& group : target) distinct = right.insert(group.key).second && distinct;
  if (!distinct) {
    report.outcome = Outcome::not_comparable;
    report.reason = "several groups are printed alike, and cannot be told apart";
    return report;
  }
  for (auto& [key, group] : groups) {
    group.key = key;
    // No such group and a NULL figure are not the same.
    group.agrees = left.contains(key) && right.contains(key) &&
                   agrees(group.source, group.target, limit.value_or(Decimal()), kind);
    ++report.groups_total;
    if (!group.agrees) ++report.groups_differing;
    report.groups.push_back(shown(std::move(group)));
  }
  std::stable_partition(report.groups.begin(), report.groups.end(),
                        [](const CheckGroup& group) { return !group.agrees; });
  if (report.groups_differing != 0) {
    report.outcome = Outcome::different;
    report.reason =
        check.source.group_by.empty()
            ? "the two sides differ"
            : fmt::format("{} of {} groups differ", report.groups_differing, report.groups_total);
  }
  return report;
}

std::vector<CheckReport> run_checks(const plan::Plan& plan, const CheckSource& source,
                                    const CheckSource& target,
                                    const std::map<int, OneSided>& one_sided) {
  std::vector<CheckReport> reports;
  for (const config::Check& check : plan.checks) {
    reports.push_back(run_check(plan, check, source, target, one_sided));
  }
  return reports;
}

std::vector<std::string> check_schemas(const plan::Plan& plan, bool is_source) {
  std::set<std::string> schemas;
  for (const config::Check& check : plan.checks) {
    schemas.insert((is_source ? check.source : check.target).table.schema);
  }
  return {schemas.begin(), schemas.end()};
}

}  // namespace sluice::verify
