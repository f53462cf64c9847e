#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"

#include "verify/one_sided.h"

namespace sluice::verify {

/// A target column that is one source column, as it is.
struct DirectColumn {
  std::size_t source = 0;  // index into TablePlan::read
  std::size_t target = 0;  // index into TablePlan::write
};
[[nodiscard]] std::vector<DirectColumn> direct_columns(const plan::TablePlan& table);

/// Rows, null counts, minima, maxima and exact sums of the columns that both sides hold alike,
/// computed by each server's own SQL, in one statement each: nothing of sluice's own reading,
/// mapping or hashing has a part in them. Both statements leave the one-sided rows out. Where they
/// cannot, the number of rows is compared by what is on record, and nothing else is.
[[nodiscard]] std::vector<Fact> column_facts(const plan::TablePlan& table, db::SqlSession& source,
                                             db::SqlSession& target, const OneSided& one_sided);

/// The statement for one side: its columns are rows, then the figures of each direct column, then
/// of each computed one. It leaves out the rows of `one_sided` wherever they can be named.
[[nodiscard]] std::string facts_sql(const plan::TablePlan& table, model::Engine source_engine,
                                    bool is_source, const OneSided& one_sided);

/// The computed columns that no figure compares: all of them where there is an `obstacle`, else
/// those whose values the servers cannot write alike.
[[nodiscard]] std::vector<ColumnNotCompared> columns_not_compared(const plan::TablePlan& table,
                                                                  model::Engine source_engine,
                                                                  const std::string& obstacle);

}  // namespace sluice::verify
