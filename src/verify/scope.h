#pragma once

#include <set>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/name.h"
#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"

/// What a verification is about: which tables, on which servers, and whether they are still those
/// of the plan.
namespace sluice::verify {

/// The tables of the plan that are named as schema.table, of source or target; all of them where no
/// name is given. Throws Error{usage} for a name that the plan does not have.
[[nodiscard]] std::vector<const plan::TablePlan*> chosen_tables(
    const plan::Plan& plan, const std::vector<std::string>& names);

using TableNames = std::set<model::QualifiedName>;
/// The tables of the schemas that a role may see. Absent and hidden are the same to it.
[[nodiscard]] TableNames visible_tables(db::SqlSession& session,
                                        const std::set<std::string>& schemas);

/// A source table whose columns are other ones than the plan's may hold what nobody has moved:
/// however equal the rows are that both sides have, it is not equal then. Sets outcome and reason.
void admit_drift(const plan::TablePlan& table, const model::Catalog& source, TableReport& report);

}  // namespace sluice::verify
