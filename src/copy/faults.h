#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/plan/plan.h"

#include "copy/refusal.h"

namespace sluice::copy {

/// A row of a side table that keeps a step from being done. Of a unique index, rows of one group
/// share their value.
struct Fault {
  std::vector<std::optional<std::string>> texts;  // of its naming columns
  std::string place;                              // ctid
  std::string group;
  friend bool operator==(const Fault&, const Fault&) = default;
};

/// Says of each row at fault what the others are to it. First all rows are added, then asked about.
class FaultReasons {
 public:
  /// Borrows table and step. `columns`: what the step is about.
  FaultReasons(const plan::TablePlan& table, const plan::DeferredStep& step,
               std::vector<std::size_t> columns, const std::vector<Fault>& faults);
  /// `source_key`: under which people find the row in quarantine; empty where it has none.
  void add(std::string_view target_row, const std::string& source_key);
  [[nodiscard]] RowRefusal of(std::string_view target_row, const std::string& source_key) const;

 private:
  [[nodiscard]] std::vector<std::string> rivals_of(const std::string& name,
                                                   const std::string& source_key) const;

  const plan::TablePlan& table_;
  const plan::DeferredStep& step_;
  std::vector<std::size_t> columns_;
  std::map<std::string, std::string> group_of_;            // by row_name
  std::map<std::string, std::vector<std::string>> names_;  // by group: keys for people
};

}  // namespace sluice::copy
