#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/cutover/old_side.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/plan/plan.h"

#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/swap_start.h"

/// The source of a run that is cut over: making it read-only, watching it, and what verbs say of
/// it.
namespace sluice::cli {

/// DO NOT CHANGE the meaning of a member without a new number.
inline constexpr std::string_view kOldSideSchema = "sluice.old-side/1";

/// A run and its source.
struct OldSideRun {
  std::string config_file;  // as it was named
  std::string run_option;   // the same of --run
  ReadConfig config;
  ledger::Run run;
  plan::Plan plan;
  std::string operator_name;
  std::uint64_t limit = 0;  // row changes that the policy accepts there

  [[nodiscard]] Words words(const std::string& verb) const;
};
/// Refuses (exit 4) who may not work on the target. `operator_option`: --operator.
[[nodiscard]] OldSideRun read_old_side_run(const std::string& config_file, const std::string& run,
                                           const std::string& operator_option, Console& console);

/// That of a verb which has read it already.
[[nodiscard]] OldSideRun old_side_run(const SwapStart& start, const SwapArguments& arguments);

/// What a look at the old side came to.
struct OldSideReport {
  bool is_cut_over = true;
  cutover::OldSide before;  // as the ledger had it
  cutover::OldSideLook look;
  bool is_settled = false;  // by a verification since
  bool is_allowed = false;  // by the policy's limit

  [[nodiscard]] bool stands_against() const noexcept {
    return !look.written.empty() && !is_settled && !is_allowed;
  }
};

/// Looks; puts what is new on record, which then stands against retire. `watch`: of earlier looks;
/// made where it is null.
[[nodiscard]] OldSideReport look_at_old_side(const OldSideRun& run,
                                             std::unique_ptr<cutover::OldSideWatch>& watch);
/// Says it; returns the exit code. say_old_side() says only what stands against it.
int say_old_side(const OldSideRun& run, const OldSideReport& report, Console& console);
int report_old_side(const OldSideRun& run, const OldSideReport& report, Console& console);
[[nodiscard]] std::string to_json(const OldSideRun& run, const OldSideReport& report,
                                  std::string_view next);

/// Makes the source read-only by that credential, looks at what came before it, and puts both on
/// record.
[[nodiscard]] OldSideReport freeze_old_side(const OldSideRun& run, const std::string& url,
                                            std::string_view option);
/// Takes that away again.
void thaw_old_side(const OldSideRun& run, const std::string& url, std::string_view option);
/// Says so; returns the exit code.
int report_thawed(const OldSideRun& run, Console& console);

/// Refuses (exit 3) where somebody wrote to the source after the cutover, nobody has verified
/// since, and it is more than the policy accepts.
void refuse_old_side_writes(db::SqlSession& ledger, const ledger::Run& run,
                            const std::vector<ledger::Event>& events, std::uint64_t limit,
                            Console& console);

/// One line for status: what is on record, and what the source itself says within two seconds.
/// Empty where the run is not cut over, or its rows are being retired. Writes nothing.
[[nodiscard]] std::string old_side_line(const config::Config& config, db::SqlSession& ledger,
                                        const ledger::Run& run);

}  // namespace sluice::cli
