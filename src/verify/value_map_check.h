#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/ledger/verification.h"
#include "sluice/mapping/rules.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"

#include "verify/one_sided.h"
#include "verify/sql_expressions.h"

namespace sluice::verify {

/// How many rows have each value; nullopt is NULL.
using ValueCounts = std::map<std::optional<std::string>, std::uint64_t>;

/// The value maps of one table, checked by themselves: rows per old value on the source, sent
/// through the map, must be rows per new value on the target. Only maps that are all that happens
/// to their column.
class ValueMapCheck {
 public:
  explicit ValueMapCheck(const plan::TablePlan& table);

  /// Every quarantined row: it is counted on the source and has not arrived.
  void take_held(const ledger::HeldRow& row);
  /// Every decided row, as it should stand in the target.
  void take_decided(std::string_view target_row);

  /// One for each map. Not compared where counts would not be exact: the mapping has a filter, and
  /// quarantined rows cannot be named in a statement.
  [[nodiscard]] std::vector<ValueMapResult> run(db::SqlSession& source, db::SqlSession& target,
                                                const OneSided& one_sided) const;

 private:
  struct Use {
    mapping::ValueMapUse use;
    std::size_t source = 0;  // index into TablePlan::read
    std::size_t target = 0;  // index into TablePlan::write
    ValueCounts held;        // by old value
    ValueCounts held_kept;   // rows of the live table, by the value they have there
    ValueCounts decided;     // by new value
  };

  [[nodiscard]] ValueMapResult compare(const Use& use, db::SqlSession& source,
                                       db::SqlSession& target, const OneSided& one_sided) const;
  [[nodiscard]] ValueMapResult check(const Use& use, db::SqlSession& source, db::SqlSession& target,
                                     const OneSided& one_sided) const;
  [[nodiscard]] std::string why_inexact(const OneSided& one_sided) const;
  [[nodiscard]] ValueCounts arriving(const Use& use, db::SqlSession& source,
                                     const OneSided& one_sided) const;
  [[nodiscard]] ValueCounts expected(const Use& use, const ValueCounts& old_values) const;

  const plan::TablePlan& table_;
  ColumnTypes types_;  // of the source
  std::vector<Use> uses_;
};

/// The new value of an old one; false where such rows go to quarantine.
[[nodiscard]] bool map_value(const mapping::ValueMap& map, const std::optional<std::string>& old,
                             std::optional<std::string>& out);

/// Compares counts and lists every value.
[[nodiscard]] ValueMapResult compare_counts(const ValueCounts& expected, const ValueCounts& actual);

}  // namespace sluice::verify
