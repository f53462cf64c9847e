#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sluice/approve/approved.h"
#include "sluice/copy/run.h"
#include "sluice/copy/start.h"
#include "sluice/plan/plan.h"

#include "cli/console.h"
#include "cli/copy_arguments.h"
#include "cli/inputs.h"
#include "cli/plan_approval.h"

/// How a copy begins: which plan, whether it may, and who holds the run. Each function says on the
/// console what is wrong and throws Exit.
namespace sluice::cli {

struct CopyPlan {
  plan::Plan plan;
  bool has_run = false;  // one has begun with it
};
/// The plan file, where one is named; else the plan of this config's newest run, unless --new-run;
/// else a new draft. Refuses (exit 7) when it no longer fits. `again`: this process has a run
/// already, which is the newest.
[[nodiscard]] CopyPlan plan_for_copy(const CopyArguments& arguments, const ReadConfig& config,
                                     const Catalogs& catalogs, bool again, Console& console);

/// For a new run: takes partitioned tables, partitions and sequences that runs of this config have
/// made and never finished out of the target, so that they can be made anew.
void take_earlier_families(const config::Config& config, Catalogs& catalogs);

/// `new_run`: with the tables of earlier runs that it would drop.
int print_dry_run(const plan::Plan& plan, const config::Config& config, bool new_run,
                  Console& console);

/// What the source role could do beyond reading, and who took responsibility for it.
struct SourceOverride {
  std::vector<std::string> privileges;
  config::Override by;
};
/// Exit 4 when the source role can change rows and the config holds no override.
[[nodiscard]] std::optional<SourceOverride> refuse_deleting_source(const config::Config& config,
                                                                   const plan::Plan& plan,
                                                                   Console& console);
void record_override(db::SqlSession& ledger, const std::string& run_id, const SourceOverride& used);

/// Takes or makes the run. Exit 3, naming who and why, where a person has stopped it; exit 6,
/// naming the holders, when another process works on it; exit 2 when the target cannot be begun
/// with. `has_run`: as plan_for_copy() said. `again`: this process had the run before it lost its
/// connection; throws Error{locked}, to be tried again, while anybody holds it.
[[nodiscard]] copy::Start start_or_explain(const approve::Approved<plan::Plan>& plan,
                                           const PlanGate& gate, const config::Config& config,
                                           const Catalogs& catalogs, const CopyArguments& arguments,
                                           bool has_run, bool again, Console& console);

/// Says how much room the run needs where nobody but a person can see whether it is there.
void note_unseen_space(const copy::RunContext& run, db::SqlSession& target, Console& console);

[[nodiscard]] copy::RunContext make_run(const plan::Plan& plan, const copy::Start& start,
                                        const config::Config& config, copy::Progress& progress,
                                        copy::StopReason& stop);

}  // namespace sluice::cli
