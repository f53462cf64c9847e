#pragma once

#include <string>
#include <vector>

#include "sluice/cutover/cutover.h"
#include "sluice/db/sql_session.h"

/// Cutovers and rollbacks in the ledger's chain of events.
namespace sluice::cutover {

/// DO NOT CHANGE: kinds of events in ledgers.
inline constexpr const char* kCutover = "cutover";
inline constexpr const char* kRollback = "rollback";
inline constexpr const char* kDiscarded = "discarded";

/// What is on record of one act beside what it did.
struct Act {
  std::string attempt;  // random: finds the event again when the answer to COMMIT was lost
  std::string approval;
  std::string operator_name;
  std::chrono::milliseconds locked{};  // until the event was written
};

[[nodiscard]] std::string cutover_body(const Act& act, const Cut& cut, const Swap& swap,
                                       const Readiness& readiness, const CutoverOptions& options);
[[nodiscard]] std::string rollback_body(const Act& act, const Cut& cut,
                                        const std::vector<Written>& lost);

/// Rows that rollbacks took from applications.
[[nodiscard]] std::vector<Written> rows_put_aside(const std::vector<ledger::Event>& events);

/// Whether the act's event is there. Waits for a transaction that still works on the run.
[[nodiscard]] bool is_recorded(db::SqlSession& session, const std::string& run_id,
                               const std::string& attempt);

}  // namespace sluice::cutover
