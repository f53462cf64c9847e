#include "cli/retire_window.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "sluice/codec/utc_time.h"

#include "cli/exit_code.h"

namespace sluice::cli {
namespace {

/// When people began to use the target: the cutover that was not rolled back; where all tables are
/// new and took their own names at its end, the end of the copy.
std::optional<std::string> live_since(const std::vector<ledger::Event>& events,
                                      const plan::Plan& plan) {
  std::optional<std::string> since;
  bool waits_for_cutover = std::ranges::any_of(
      plan.tables, [](const plan::TablePlan& table) { return table.side != table.target; });
  for (const ledger::Event& event : events) {
    if (event.kind == "cutover") {
      since = event.at;
      waits_for_cutover = true;
    }
    if (event.kind == "rollback") since.reset();
    if (event.kind == "run-finished" && !waits_for_cutover) since = event.at;
  }
  return since;
}

/// The ledger has fractions of seconds.
std::optional<std::chrono::sys_seconds> seconds_of(const std::string& at) {
  return codec::utc_time_from_text(at.substr(0, at.find_first_of(".Z")) + "Z");
}

[[noreturn]] void refuse(int code, const std::string& what, const std::string& hint,
                         Console& console) {
  console.error(what, hint);
  throw Exit{code};
}

}  // namespace

void refuse_outside_window(const std::vector<ledger::Event>& events, const plan::Plan& plan,
                           const policy::Keep& keep, Console& console) {
  const auto since = live_since(events, plan);
  if (!since) {
    refuse(kDrift, "the target is not live: it was never cut over, or was rolled back",
           "nothing is deleted from the only side that is in use", console);
  }
  const auto begun = seconds_of(*since);
  if (!begun) refuse(kDrift, "the ledger's times cannot be read", "", console);
  const auto age = std::chrono::system_clock::now() - *begun;
  using Days = std::chrono::days;
  if (age < Days(keep.first_day)) {
    refuse(kApproval,
           fmt::format("the target is live since {}: the policy keeps source rows until {}", *since,
                       codec::utc_time_text(*begun + Days(keep.first_day))),
           "", console);
  }
  // The day of the cutover is day 0, and each counts to its end.
  if (age >= Days(keep.last_day + 1)) {
    refuse(kApproval,
           fmt::format("the target is live since {}: the policy's last day for retiring is over",
                       *since),
           "verify again, and let people decide", console);
  }
}

}  // namespace sluice::cli
