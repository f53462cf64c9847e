#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/db/sql_session.h"
#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"

#include "verify/one_sided.h"
#include "verify/sql_expressions.h"

namespace sluice::verify {

/// A value or a group of a check on one side.
struct GroupValue {
  std::string key;  // JSON array of the group's texts
  std::optional<std::string> value;
};

/// What one side needs for its checks.
struct CheckSource {
  db::SqlSession& session;
  const model::Catalog& catalog;
};

/// The statement of one side: the group's columns as text, then the figure, of rows for which
/// `conditions` hold too. Throws Error{config} for names that the table does
/// not have, Error{not_comparable} for figures its types do not have.
[[nodiscard]] std::string check_sql(model::Engine engine, const config::Check& check,
                                    const config::CheckSide& side, const ColumnTypes& types,
                                    const model::QualifiedName& read_from,
                                    const Conditions& conditions = {});

/// How figures are compared: as numbers where both are (1.0 is 1), or byte for byte, as texts are
/// ('007' is not '7').
enum class FigureKind : std::uint8_t { number, text };

/// Puts the groups of both sides together. Not comparable where a side has two groups of one key.
[[nodiscard]] CheckReport compare_groups(const config::Check& check,
                                         const std::vector<GroupValue>& source,
                                         const std::vector<GroupValue>& target,
                                         FigureKind kind = FigureKind::number);

/// Runs the plan's checks on both sides, each on its own: one that fails is that check's answer.
/// Where the plan fills a side table, that is what is asked. A check that differs is asked again
/// without the one-sided rows of its table, by table number: where it then agrees it is equal, or,
/// while some are in quarantine or were left behind, equal except quarantined. Throws
/// Error{connection} and Error{interrupted} only.
[[nodiscard]] std::vector<CheckReport> run_checks(const plan::Plan& plan, const CheckSource& source,
                                                  const CheckSource& target,
                                                  const std::map<int, OneSided>& one_sided);

/// The schemas that the checks speak of, on one side.
[[nodiscard]] std::vector<std::string> check_schemas(const plan::Plan& plan, bool is_source);

}  // namespace sluice::verify
