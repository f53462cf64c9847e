#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/problem.h"
#include "sluice/codec/row_form.h"
#include "sluice/db/sql_session.h"
#include "sluice/db/target.h"
#include "sluice/plan/plan.h"

#include "copy/bisect.h"

namespace sluice::copy {

/// Why the target does not take a row, as people see it in quarantine. The constraint's live name
/// stands in the message.
struct RowRefusal {
  codec::Problem problem{};
  std::string column;  // the constraint's columns, "a, b"; else what the server named, if anything
  std::string value;   // what the row has there: see value_of
  std::string message;
};
/// `row`: of the rows to write.
struct RefusedRow {
  std::size_t row = 0;
  RowRefusal why;
};

/// The written columns that a constraint or an index of the live table is about, or a domain's
/// check, in its own order. Asks the server's catalogue, which knows expressions and conditions
/// too. Empty where nothing has that name.
[[nodiscard]] std::vector<std::size_t> constrained_columns(db::SqlSession& session,
                                                           const plan::TablePlan& table,
                                                           const std::string& name);
/// "a, b", in words for people: not quoted.
[[nodiscard]] std::string names_of(const plan::TablePlan& table,
                                   const std::vector<std::size_t>& columns);
/// What a row to write has in these columns: the text of one, empty for NULL; of several the JSON
/// array of their texts and nulls.
[[nodiscard]] std::string value_of(const plan::TablePlan& table,
                                   const std::vector<std::size_t>& columns,
                                   std::string_view target_row);

/// What is wrong with all rows that keep a step from being done: "one_email: several rows have the
/// same value".
[[nodiscard]] std::string message_of(const plan::DeferredStep& step);
/// Of one of them, that shares a unique value with others: names the first few of those by `keys`,
/// and says how many more there are. REQUIRES: keys is not empty.
[[nodiscard]] std::string message_of(const plan::DeferredStep& step,
                                     const std::vector<std::string>& keys);

/// The refusal of one row during a load. Asks the server, inside the caller's transaction, which
/// must not be aborted, also for the row that holds a unique value already.
[[nodiscard]] RowRefusal explain_refusal(db::SqlSession& session, const plan::TablePlan& table,
                                         std::string_view target_row, const db::Refusal& refusal);
/// The same for all that were found in `rows`.
[[nodiscard]] std::vector<RefusedRow> explain_refusals(db::SqlSession& session,
                                                       const plan::TablePlan& table,
                                                       const codec::RowBuffer& rows,
                                                       const RefusedRows& refused);

}  // namespace sluice::copy
