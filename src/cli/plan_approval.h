#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sluice/approve/approved.h"
#include "sluice/config/config.h"
#include "sluice/db/sql_session.h"
#include "sluice/document/document.h"
#include "sluice/ledger/records.h"
#include "sluice/plan/plan.h"

#include "cli/console.h"
#include "cli/copy_arguments.h"
#include "cli/inputs.h"
#include "cli/policy_in_force.h"
#include "cli/signed_document.h"

/// Whether a copy may do what its plan says.
namespace sluice::cli {

/// What people sign of a plan: its acts, each with the classes of the tables that it touches.
[[nodiscard]] std::vector<document::Purpose> purposes_of(const policy::Policy& policy,
                                                         const config::Config& config,
                                                         const plan::Plan& plan);

/// What the policy has to say of a plan: errors where it asks for another digest, or lets nobody
/// sign for an act (of servers where signatures are needed); warnings for patterns of classes that
/// match no table.
[[nodiscard]] std::vector<model::Finding> policy_findings(const InForce& in_force,
                                                          const config::Config& config,
                                                          const plan::Plan& plan);

/// The document that people sign, as the file's text.
[[nodiscard]] std::string plan_document(const InForce& in_force, const config::Config& config,
                                        const plan::Plan& plan, const std::string& operator_name);

/// Refuses (exit 4) a run between servers where signatures are needed, to whose plan nobody has
/// agreed: it began before there was a policy, or under another one. No later signature makes up
/// for those of the people who answer for its acts. `events`: the run's.
void refuse_unsigned_run(const InForce& in_force, const std::string& run_id, const plan::Plan& plan,
                         const std::vector<ledger::Event>& events, Console& console);

/// The way of one copy through the policy. Must not outlive what it is made of.
class PlanGate {
 public:
  /// Refuses (exit 4) who may not run it and, where signatures are needed between these servers, a
  /// plan file that is not signed. Exit 7 where the policy has changed since it was made.
  PlanGate(const InForce& in_force, const CopyArguments& arguments, const ReadConfig& config,
           const Catalogs& catalogs, Console& console);

  /// The plan, where it is the one that was signed, for what it asks for now, by that operator.
  [[nodiscard]] approve::Approved<plan::Plan> approve(plan::Plan plan, Console& console) const;

  /// (tx) What a start puts on record besides itself: the policy where it is the first one, and
  /// who has signed.
  void record(db::SqlSession& target, const std::string& run_id,
              const approve::Grounds& grounds) const;

 private:
  struct SignedPlan {
    std::string path;
    approve::Verdict verdict;
  };

  [[nodiscard]] std::string document_path() const;
  void require_signed_plan(Console& console);
  void require_same_acts(const plan::Plan& plan, Console& console) const;
  /// Its limits, and the reasons of its waivers, do not stand in the plan but by this digest.
  void require_same_config(const plan::Plan& plan, Console& console) const;

  const InForce& in_force_;
  const CopyArguments& arguments_;
  const config::Config& config_;
  std::string config_sha256_;
  model::ServerIdentity source_;
  model::ServerIdentity target_;
  std::string operator_;
  std::optional<SignedPlan> signed_;  // where signatures are needed
};

}  // namespace sluice::cli
