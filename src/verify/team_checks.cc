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
                                    const model::QualifiedName& read_from,
                                    const std::string& condition = {}) {
  const model::Table& table = find_table(from.catalog, side.table);
  const ColumnTypes types = column_types(table);
  const auto result = query_guarded(
      from.session, check_sql(from.session.engine(), check, side, table, read_from, condition));
  if (result.rows.size() > kMaxGroups) {
    throw model::Error(model::ErrorKind::not_comparable,
                       fmt::format("more than {} groups", kMaxGroups));
  }
  const ValueClass value =
      side.column.empty() ? ValueClass::integer : value_class(types.find(side.column)->second);
  std::vector<GroupValue> groups;
  for (const auto& row : result.rows) {
    codec::JsonWriter key;
    key.begin_array();
    for (std::size_t i = 0; i < side.group_by.size(); ++i) {
      const ValueClass group = value_class(types.find(side.group_by[i])->second);
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

/// A check that differs, asked again without the source rows that are on record as left out.
void explain(const plan::Plan& plan, const config::Check& check, const CheckSource& source,
             const std::vector<GroupValue>& target, const LeftOut& left_out, FigureKind kind,
             CheckReport& report) {
  const plan::TablePlan* const table = moved_by(plan, check);
  if (table == nullptr) return;
  const std::optional<HeldKeys> keys = left_out(*table);
  if (!keys) {
    report.reason += "; rows were left out that cannot be named here";
    return;
  }
  if (keys->empty()) return;
  const auto without =
      read_groups(source, check, check.source, check.source.table,
                  without_keys_sql(source_key_columns(*table), source.session.engine(), *keys));
  if (compare_groups(check, without, target, kind).outcome != Outcome::equal) return;
  report.outcome = Outcome::equal_except_quarantined;
  report.reason = fmt::format("equal without the {} source rows that were left out", keys->size());
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

CheckReport run_check(const plan::Plan& plan, const config::Check& check, const CheckSource& source,
                      const CheckSource& target, const LeftOut& left_out) {
  try {
    const auto left = read_groups(source, check, check.source, check.source.table);
    const auto right = read_groups(target, check, check.target, side_of(plan, check.target.table));
    const FigureKind kind = figure_kind(check, source, target);
    CheckReport report = compare_groups(check, left, right, kind);
    if (report.outcome == Outcome::different) {
      explain(plan, check, source, right, left_out, kind, report);
    }
    return report;
  } catch (const model::Error& error) {
    if (ends_everything(error)) throw;
    return failed(check, error);
  }
}

}  // namespace

std::string check_sql(model::Engine engine, const config::Check& check,
                      const config::CheckSide& side, const model::Table& table,
                      const model::QualifiedName& read_from, const std::string& condition) {
  const ColumnTypes types = column_types(table);
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
    groups += i == 0 ? " GROUP BY " : ", ";
    // Texts group byte for byte, numbers and times by value, whatever their scale.
    groups += value_class(type->second) == ValueClass::text
                  ? std::to_string(i + 1)
                  : model::quote_identifier(engine, side.group_by[i]);
  }
  std::string where;
  if (side.filter) where = " WHERE " + condition_sql(engine, *side.filter, types);
  if (!condition.empty()) where += (where.empty() ? " WHERE " : " AND ") + condition;
  return fmt::format("SELECT {}{} FROM {}{}{} LIMIT {}", columns,
                     measure_sql(engine, check.measure, side.column, types),
                     model::quote_name(engine, read_from), where, groups, kMaxGroups + 1);
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
                                    const CheckSource& target, const LeftOut& left_out) {
  std::vector<CheckReport> reports;
  for (const config::Check& check : plan.checks) {
    reports.push_back(run_check(plan, check, source, target, left_out));
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
