#include <algorithm>
#include <optional>

#include "sluice/codec/mysql_types.h"
#include "sluice/mapping/conversion.h"
#include "sluice/mapping/fit.h"

#include "plan/staged_values.h"
#include "plan/table_findings.h"

namespace sluice::plan {
namespace {

/// A target column that is a copy of one source column, unless a person wrote steps that say what
/// becomes of odd values.
struct Copied {
  const SourceField* source = nullptr;
  const TargetField* target = nullptr;
};

std::optional<Copied> copied_column(const TablePlan& table, const TargetField& target) {
  const auto rule = std::ranges::find(table.rules.rules, target.name, &mapping::Rule::target);
  if (rule == table.rules.rules.end() || rule->cases.size() != 1) return std::nullopt;
  const auto* from = std::get_if<mapping::FromColumn>(&rule->cases.front().value);
  if (from == nullptr || !from->steps.empty()) return std::nullopt;
  const auto natural = std::ranges::find_if(table.read, [from](const SourceField& field) {
    return field.name == from->column && field.carrier == field.natural;
  });
  if (natural == table.read.end()) return std::nullopt;
  return Copied{&*natural, &target};
}

/// Decimal digits before the point that values of the column may have; absent: any number.
std::optional<int> integer_digits(const SourceField& source) {
  // By its own type, as its carrier may be a larger one.
  switch (codec::mysql_kind(source.type)) {
    case codec::MysqlKind::integer:
      return 10;
    case codec::MysqlKind::bigint:
      return source.type.is_unsigned ? 20 : 19;
    default:
      break;
  }
  switch (source.carrier) {
    case codec::Carrier::int2:
      return 5;
    case codec::Carrier::int4:
      return 10;
    case codec::Carrier::int8:
      return 19;
    case codec::Carrier::numeric:
      if (!source.type.precision) return std::nullopt;
      return *source.type.precision - source.type.scale.value_or(0);
    default:
      return std::nullopt;
  }
}

/// always_fits() asks whether bytes may pass unchanged. Here a scale that grows or blanks that are
/// added lose nothing either.
bool numeric_fits(const SourceField& source, const mapping::Fit& fit) {
  if (!fit.precision) return true;
  const std::optional<int> digits = integer_digits(source);
  const int scale = source.carrier == codec::Carrier::numeric ? source.type.scale.value_or(0) : 0;
  return digits && *digits <= *fit.precision - fit.scale.value_or(0) &&
         scale <= fit.scale.value_or(0);
}

bool text_fits(const SourceField& source, const mapping::Fit& fit) {
  if (fit.blank_padded && fit.labels.empty()) {
    return source.type.length &&
           static_cast<std::size_t>(*source.type.length) <= *fit.max_characters;
  }
  return mapping::always_fits(source.type, codec::Carrier::text, fit);
}

bool may_not_fit(const Copied& copied) {
  const SourceField& source = *copied.source;
  const TargetField& target = *copied.target;
  const bool same = source.carrier == target.carrier;
  // A uuid that is read as text, because it is a key, is a uuid all the same.
  if (source.type.base == "uuid" && target.carrier == codec::Carrier::uuid) return false;
  if (!same && mapping::conversion(source.carrier, target.carrier) != mapping::Conversion::always)
    return true;
  if (target.carrier == codec::Carrier::numeric) return !numeric_fits(source, target.fit);
  if (same && target.carrier == codec::Carrier::text) return !text_fits(source, target.fit);
  if (same) return !mapping::always_fits(source.type, target.carrier, target.fit);
  if (source.carrier == codec::Carrier::date) return false;  // has no fraction to lose
  mapping::Fit anything;
  anything.nullable = target.fit.nullable;
  return !(target.fit == anything);
}

void look_at_value(const TablePlan& table, const Copied& copied, Findings& findings) {
  const SourceField& source = *copied.source;
  const TargetField& target = *copied.target;
  const std::string where = table.source.text() + "." + source.name;
  if (source.nullable && !target.nullable) {
    findings.warning(
        "null-may-not-fit", where,
        "may be NULL, and " + target.name + " may not: rows with NULL go to quarantine",
        "say what NULL becomes, if there are any");
  }
  if (!may_not_fit(copied)) return;
  const std::string types = source.type.sql + " to " + target.type.sql;
  if (codec::is_mysql_boolean(source.type) && target.carrier == codec::Carrier::boolean) {
    findings.note("may-not-fit", where, types + ": values other than 0 and 1 go to quarantine");
    return;
  }
  findings.warning("may-not-fit", where,
                   types + ": values that the target's column cannot hold go to quarantine",
                   "look at the values, and add steps where there are such");
}

/// The texts of a column travel as they are; what steps and parts make may be any text.
std::optional<std::string> inexact_case(model::Engine engine, const TablePlan& table,
                                        const TargetField& target, const mapping::Value& value) {
  const auto* from = std::get_if<mapping::FromColumn>(&value);
  if (from == nullptr) {
    const bool joins = std::holds_alternative<mapping::Concat>(value);
    if (!joins || stays_exact(std::nullopt, target.type)) return std::nullopt;
    return "joined texts";
  }
  const auto field = std::ranges::find(table.read, from->column, &SourceField::name);
  if (field == table.read.end()) return std::nullopt;
  const bool as_it_is = from->steps.empty() && !model::is_mysql_family(engine);
  const auto given = as_it_is ? std::optional(field->type) : std::nullopt;
  if (stays_exact(given, target.type)) return std::nullopt;
  return "values of " + field->name + " (" + field->type.sql + ")";
}

/// What travels as text nothing but the server sees as values.
void look_at_staged(model::Engine engine, const TablePlan& table, const TargetField& target,
                    Findings& findings) {
  if (!target.staged) return;
  const auto rule = std::ranges::find(table.rules.rules, target.name, &mapping::Rule::target);
  if (rule == table.rules.rules.end() || rule->lossy) return;
  for (const mapping::Case& c : rule->cases) {
    const auto inexact = inexact_case(engine, table, target, c.value);
    if (!inexact) continue;
    findings.error("text-may-change", table.target.text() + "." + target.name,
                   *inexact + " would travel as text, and the server may round or cut what it " +
                       "reads as " + target.type.sql + ", silently",
                   "give the target's column the source's own type, or say \"lossy\": true in its "
                   "rule if what the server makes of the values is good enough");
    return;
  }
}

/// Dates of MySQL may be no dates at all; types cannot tell.
void look_at_zero_dates(const TablePlan& table, const std::vector<Copied>& copied,
                        Findings& findings) {
  std::string columns;
  for (const Copied& column : copied) {
    const std::string& base = column.source->type.base;
    if (column.source->type.charset.empty() && (base == "date" || base == "datetime")) {
      columns += (columns.empty() ? "" : ", ") + column.source->name;
    }
  }
  if (columns.empty()) return;
  findings.note(
      "zero-dates", table.source.text() + " (" + columns + ")",
      "rows with 0000-00-00 or a date with a zero part go to quarantine, unless a step says what "
      "they become");
}

/// Only the values themselves tell: tables are not read for a plan.
void look_at_latin1(const TablePlan& table, Findings& findings) {
  std::string columns;
  for (const SourceField& field : table.read) {
    if (field.type.charset != "latin1" || table.rules.latin1_holds.contains(field.name)) continue;
    columns += (columns.empty() ? "" : ", ") + field.name;
  }
  if (columns.empty()) return;
  findings.note("latin1-may-hold-utf8", table.source.text(),
                "rows whose text in these columns of latin1 has the bytes of UTF-8 go to "
                "quarantine, unless \"latin1_holds\" says what the columns hold: " +
                    columns);
}

}  // namespace

void look_at_values(model::Engine source, const TablePlan& table, Findings& findings) {
  std::vector<Copied> copied;
  for (const TargetField& target : table.write) {
    look_at_staged(source, table, target, findings);
    if (const std::optional<Copied> column = copied_column(table, target)) {
      look_at_value(table, *column, findings);
      copied.push_back(*column);
    }
  }
  if (!model::is_mysql_family(source)) return;
  look_at_zero_dates(table, copied, findings);
  look_at_latin1(table, findings);
}

}  // namespace sluice::plan
