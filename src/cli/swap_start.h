#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sluice/approve/approved.h"
#include "sluice/cutover/cutover.h"
#include "sluice/db/sql_session.h"
#include "sluice/plan/plan.h"

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/policy_in_force.h"

/// What the verbs that trade or drop tables begin with.
namespace sluice::cli {

/// What they were started with, all of them.
struct SwapArguments {
  std::string config;
  std::string run;
  std::string operator_name;
  std::string stop_file;
  bool dry_run = false;
};

/// A run and who works on it. `session` is on its target, to be written to.
struct SwapStart {
  ReadConfig config;
  cutover::Request request;
  model::Endpoint target;
  std::unique_ptr<db::SqlSession> session;
  InForce in_force;
  /// Whether people have to sign, between these servers.
  bool needs_signatures = false;

  [[nodiscard]] const ledger::Run& run() const noexcept { return request.run; }
  [[nodiscard]] const plan::Plan& plan() const noexcept { return request.plan; }
  [[nodiscard]] cutover::OpenSession reopen() const;
  /// A COMMIT whose answer was lost has cost the session: what comes after the act gets another
  /// one. Says that the act stands where there is none, and throws.
  void require_session(const std::string& act_stands, Console& console);
};

/// Reads a run's plan from the ledger: as the run began with it, or as its tables are called now.
using ReadPlan = plan::Plan (*)(db::SqlSession& ledger, const ledger::Run& run);
[[nodiscard]] plan::Plan plan_at_start(db::SqlSession& ledger, const ledger::Run& run);

/// Says what is wrong and throws Exit: 2 where there is no such run, 4 where this config or this
/// person may not write to the target; a dry run may be anybody's.
[[nodiscard]] SwapStart start_swap(const SwapArguments& arguments, ReadPlan read_plan,
                                   Console& console);
/// Says so and throws Exit (3) where a person's stop or the stop file is in force.
void refuse_stopped(const SwapStart& start, const SwapArguments& arguments, Console& console);
/// Puts the policy in force where the target knows none yet.
void adopt_policy(SwapStart& start);
/// Throws Error{approval} where that time, as a document's head has it, is over. Empty: it never
/// is.
void require_unexpired(const std::string& not_after);
/// (tx) Waiting for locks may take long. Throws Error{approval} where another policy has come in
/// force meanwhile, or that time is over. Nobody can change the policy until the transaction ends.
void require_still_agreed(const SwapStart& start, const std::string& not_after,
                          db::SqlSession& session);

/// Does what may have to wait for locks on the target. Where they are not to be had, says so and
/// who holds them, and throws Exit (6).
int unless_locked(const SwapStart& start, Console& console, const std::function<int()>& work);

/// A document that people sign: to be written, or as they signed it.
struct DocumentFiles {
  std::string propose;
  std::string approved;
};
/// Says so and throws Exit (2) where both are named, where nobody has to sign without a policy, or
/// where the file is there already.
void check_files(const DocumentFiles& files, const SwapStart& start, Console& console);
/// The verb, the config and the run, with that option and file.
[[nodiscard]] Words words_with(const std::string& verb, const SwapStart& start,
                               const std::string& option, const std::string& file);

/// An approval, what goes on record of it (of signatures, canonical JSON; else empty), and until
/// when it holds (of signatures; else empty).
template <typename T>
struct Agreed {
  approve::Approved<T> what;
  std::string evidence;
  std::string not_after = {};
};

}  // namespace sluice::cli
