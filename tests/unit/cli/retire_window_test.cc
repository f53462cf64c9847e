#include "cli/retire_window.h"

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/utc_time.h"

#include "cli/exit_code.h"

using sluice::cli::Console;
using sluice::ledger::Event;

namespace {

using std::chrono::hours;

Event event(const std::string& kind, hours ago) {
  Event event;
  event.kind = kind;
  event.at = sluice::codec::utc_time_text(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - ago);
  return event;
}

/// 0, or the exit code of the refusal. A live table is replaced, unless the table is `is_new`.
int answer(const std::vector<Event>& events, bool is_new = false, std::uint32_t first_day = 2,
           std::uint32_t last_day = 4) {
  sluice::plan::Plan plan;
  plan.tables.resize(1);
  plan.tables[0].target = {"public", "t"};
  plan.tables[0].side = {"public", is_new ? "t" : "t__side"};
  sluice::policy::Keep keep;
  keep.first_day = first_day;
  keep.last_day = last_day;
  Console console;
  try {
    sluice::cli::refuse_outside_window(events, plan, keep, console);
  } catch (const sluice::cli::Exit& exit) {
    return exit.code;
  }
  return 0;
}

constexpr hours kDay{24};
constexpr hours kBit{1};

}  // namespace

TEST_CASE("rows go from the first day after the cutover to the end of the last, not outside") {
  CHECK(answer({event("cutover", 2 * kDay - kBit)}) == sluice::cli::kApproval);
  CHECK(answer({event("cutover", 2 * kDay + kBit)}) == 0);
  CHECK(answer({event("cutover", 5 * kDay - kBit)}) == 0);
  CHECK(answer({event("cutover", 5 * kDay + kBit)}) == sluice::cli::kApproval);
  // On the very day only.
  CHECK(answer({event("cutover", kDay - kBit)}, false, 0, 0) == 0);
  CHECK(answer({event("cutover", kDay + kBit)}, false, 0, 0) == sluice::cli::kApproval);
}

TEST_CASE("days count from the cutover that stands, or from the end of a copy to new tables") {
  CHECK(answer({}) == sluice::cli::kDrift);
  CHECK(answer({event("run-finished", 3 * kDay)}) == sluice::cli::kDrift);
  CHECK(answer({event("run-finished", 3 * kDay)}, true) == 0);
  CHECK(answer({event("run-finished", 5 * kDay + kBit)}, true) == sluice::cli::kApproval);
  const Event first = event("cutover", 9 * kDay);
  const Event back = event("rollback", 8 * kDay);
  CHECK(answer({first, back}) == sluice::cli::kDrift);
  CHECK(answer({first, back, event("cutover", 3 * kDay)}) == 0);
  CHECK(answer({first, back, event("cutover", kDay)}) == sluice::cli::kApproval);
}
