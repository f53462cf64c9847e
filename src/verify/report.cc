#include "sluice/verify/report.h"

namespace sluice::verify {

std::string_view to_string(Mode mode) noexcept {
  return mode == Mode::full ? "full" : "target_only";
}

std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::equal:
      return "equal";
    case Outcome::equal_except_quarantined:
      return "equal_except_quarantined";
    case Outcome::not_comparable:
      return "not_comparable";
    case Outcome::could_not_check:
      return "could_not_check";
    case Outcome::different:
      return "different";
  }
  return "unknown";
}

std::string_view to_string(DifferenceKind kind) noexcept {
  switch (kind) {
    case DifferenceKind::missing:
      return "missing";
    case DifferenceKind::extra:
      return "extra";
    case DifferenceKind::changed:
      return "changed";
    case DifferenceKind::duplicated:
      return "duplicated";
  }
  return "unknown";
}

std::string_view to_string(Attribution attribution) noexcept {
  switch (attribution) {
    case Attribution::source_changed:
      return "source_changed";
    case Attribution::target_changed:
      return "target_changed";
    case Attribution::copied_wrong:
      return "copied_wrong";
    case Attribution::unclear:
      return "unclear";
  }
  return "unknown";
}

std::string_view to_string(Fact::Result result) noexcept {
  switch (result) {
    case Fact::Result::equal:
      return "equal";
    case Fact::Result::explained:
      return "explained";
    case Fact::Result::not_compared:
      return "not_compared";
    case Fact::Result::different:
      return "different";
    case Fact::Result::could_not_check:
      return "could_not_check";
  }
  return "unknown";
}

std::string_view limits_of(Mode mode) noexcept {
  if (mode == Mode::full) return "";
  return "target only: proves that the target still holds what was written, not that the source "
         "was read right";
}

std::string recorded_mode(const VerifyReport& report) {
  return std::string(to_string(report.mode)) + (report.is_partial() ? "_in_part" : "");
}

namespace {

Outcome outcome_of(const Fact& fact) {
  switch (fact.result) {
    case Fact::Result::equal:
    case Fact::Result::explained:
    case Fact::Result::not_compared:  // the rows themselves were compared
      return Outcome::equal;
    case Fact::Result::different:
      return Outcome::different;
    case Fact::Result::could_not_check:
      return Outcome::could_not_check;
  }
  return Outcome::could_not_check;
}

void settle_table(TableReport& table) {
  if (table.counts.total() != 0) table.outcome = Outcome::different;
  for (const Fact& fact : table.facts) table.outcome = worse(table.outcome, outcome_of(fact));
  for (const ValueMapResult& map : table.value_maps) {
    table.outcome = worse(table.outcome, map.outcome);
  }
  if (table.rest) table.outcome = worse(table.outcome, table.rest->outcome);
}

}  // namespace

void settle(VerifyReport& report) {
  // Nothing looked at is nothing proved.
  report.outcome = report.tables.empty() ? Outcome::not_comparable : Outcome::equal;
  for (TableReport& table : report.tables) {
    settle_table(table);
    report.outcome = worse(report.outcome, table.outcome);
  }
  for (const CheckReport& check : report.checks) {
    report.outcome = worse(report.outcome, check.outcome);
  }
}

}  // namespace sluice::verify
