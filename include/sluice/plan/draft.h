#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/model/finding.h"
#include "sluice/model/schema.h"
#include "sluice/plan/new_tables.h"
#include "sluice/plan/plan.h"

namespace sluice::plan {

/// A plan, or the reasons why there is none; warnings and notes may come with a plan.
struct Draft {
  std::optional<Plan> plan;  // present if and only if no finding is an error
  std::vector<model::Finding> findings;
};

/// A run whose config is planned again.
struct UnderWay {
  const Plan* plan = nullptr;  // none: a first plan
  /// Tables, by their numbers, that the source does not have any more as the plan was made from:
  /// what they are to be cannot be drafted anew. They stand as in `plan`, with what the config says
  /// of them now.
  std::set<int> altered = {};
};

/// Resolves a config against both catalogues. Pure: no database, no clock. Every problem is
/// reported, not the first one only. The catalogues hold at least the schemas that config_schemas
/// names. `made`: the new_tables() of the same config and catalogues, as their trial showed them.
[[nodiscard]] Draft draft(const config::Config& config, const std::string& config_sha256,
                          const model::Catalog& source, const model::Catalog& target,
                          MadeTables made = {}, const UnderWay& under_way = {});

/// The schemas whose tables a config speaks of, for db::read_catalog: sorted, without repeats.
struct ConfigSchemas {
  std::vector<std::string> source;
  std::vector<std::string> target;
};
[[nodiscard]] ConfigSchemas config_schemas(const config::Config& config);

/// What changed between the plan and what the servers have now: one line each, naming table and
/// column ("target crm.customers: column email: varchar(40) is now varchar(80)"). Empty: nothing.
/// Compares server identities, table shapes and (when given) the config's digest.
[[nodiscard]] std::vector<std::string> drift(const Plan& plan, const model::Catalog& source,
                                             const model::Catalog& target,
                                             const std::optional<std::string>& config_sha256);
/// The part of drift() that a run which has begun cannot go on with: other servers, other tables of
/// the target. Tables of the source are looked at one by one.
[[nodiscard]] std::vector<std::string> drift_under_way(const Plan& plan,
                                                       const model::ServerIdentity& source,
                                                       const model::Catalog& target);
/// Of tables, by their numbers: lines as drift() has them, without the table's name.
using Changes = std::map<int, std::vector<std::string>>;
/// What has changed of tables of the source.
[[nodiscard]] Changes altered_sources(const Plan& plan, const model::Catalog& source);
/// What drift() leaves out: comments of the target that have changed since, in the same form. A run
/// that has begun goes on with those of its plan; a plan file that has not begun is made anew.
[[nodiscard]] std::vector<std::string> comment_changes(const Plan& plan,
                                                       const model::Catalog& target);

/// Whether two plans differ in nothing but limits (how many rows may go to quarantine) and in what
/// follows statistics: a run that began with one may go on under the config of the other.
[[nodiscard]] bool same_but_limits(const Plan& before, const Plan& now);

/// What somebody changed in a plan's file: how `edited` differs from the plan that is made of the
/// same config and catalogues, one line each. Empty where they are same_but_limits().
[[nodiscard]] std::vector<std::string> plan_edits(const Plan& made, const Plan& edited);

/// What people have changed in the config between two plans: one line each, naming the target table
/// and the member ("config: crm.customers: rules.columns.status.steps is not what it was").
[[nodiscard]] std::vector<std::string> config_changes(const Plan& before, const Plan& now);

}  // namespace sluice::plan
