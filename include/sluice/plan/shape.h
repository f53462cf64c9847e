#pragma once

#include <string>
#include <vector>

#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"

/// Shapes: what of a table must not change between plan and copy, as comparable lines.
namespace sluice::plan {

/// Columns with exact types, keys, kind and storage engine: what reading depends on.
[[nodiscard]] Shape source_shape(const model::Table& table);
/// All of a live target table that its side table must get, and what else may stop the copy:
/// columns, defaults, keys, indexes, constraints, statistics, triggers, settings, and comments but
/// the table's own.
[[nodiscard]] Shape target_shape(const model::Table& table);

/// What drift is about: a comment may change at any time.
[[nodiscard]] Shape without_comments(Shape shape);
[[nodiscard]] Shape comments_only(Shape shape);

/// One line for each difference, in the order of `before`, new objects last: "column email:
/// varchar(40) is now varchar(80)", "index i: is gone", "column x: is new, int4".
[[nodiscard]] std::vector<std::string> differences(const Shape& before, const Shape& now);

/// What the side table, as the catalogue has it now, lacks or has otherwise than the live table of
/// the plan, names aside; one line each. Empty: nothing is missing. Meant for the end of the copy,
/// when every deferred step has run.
[[nodiscard]] std::vector<std::string> side_differences(const Plan& plan, const TablePlan& table,
                                                        const model::Table& side);

/// Whether the catalogue shows that a step has been run; false for position and setting, which may
/// be run again.
[[nodiscard]] bool is_done(const DeferredStep& step, const model::Table& side) noexcept;

}  // namespace sluice::plan
