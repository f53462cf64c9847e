#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/plan/plan.h"

#include "verify/held_keys.h"

namespace sluice::verify {

/// Rows that stand on one side only, or otherwise, for reasons that are on record: figures are of
/// the others.
struct OneSided {
  NamedRows held;              // source rows in quarantine, whatever was decided of them
  NamedRows decided;           // target rows that people decided
  NamedRows kept_held;         // rows of the live table that are in quarantine
  std::uint64_t vanished = 0;  // of held: not in the source any more
  std::uint64_t existing = 0;  // rows of the live table that were kept

  [[nodiscard]] bool is_empty() const noexcept {
    return held.count() + decided.count() + kept_held.count() + existing == 0;
  }
  /// Nothing is in quarantine, and nothing was left behind.
  [[nodiscard]] bool is_settled() const noexcept {
    return held.count() == decided.count() && kept_held.count() == 0;
  }
};

/// Why the statements cannot leave out source rows in quarantine, in words; empty where they can.
[[nodiscard]] std::string held_not_named(const OneSided& one_sided);
/// Why the statements cannot leave these rows out, in words; empty where they can.
[[nodiscard]] std::string why_not_compared(const plan::TablePlan& table, const OneSided& one_sided);

/// Conditions in SQL that all hold, of a table with the alias s.
using Conditions = std::vector<std::string>;
/// " WHERE a AND b"; empty where there is none.
[[nodiscard]] std::string where_sql(const Conditions& conditions);

/// Leaves the one-sided rows out, wherever they can be named: what remains are the source rows, and
/// the rows of the side table, that arrived without a decision.
[[nodiscard]] Conditions source_conditions(const plan::TablePlan& table, model::Engine engine,
                                           const OneSided& one_sided);
/// Those of them that the mapping's filter keeps.
[[nodiscard]] Conditions filtered_conditions(const plan::TablePlan& table, model::Engine engine,
                                             const OneSided& one_sided);
[[nodiscard]] Conditions target_conditions(const plan::TablePlan& table, model::Engine engine,
                                           const OneSided& one_sided);

}  // namespace sluice::verify
