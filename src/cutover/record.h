#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sluice/codec/json_write.h"
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
  std::string evidence;                // CutoverOptions::evidence
  std::chrono::milliseconds locked{};  // until the event was written
};

/// The member `signed`: the evidence, null where nobody has signed.
void write_signed(codec::JsonWriter& json, const std::string& evidence);

[[nodiscard]] std::string cutover_body(const Act& act, const Cut& cut, const Swap& swap,
                                       const Readiness& readiness, const CutoverOptions& options);
[[nodiscard]] std::string rollback_body(const Act& act, const Cut& cut,
                                        const std::vector<Written>& lost);

/// Rows that rollbacks took from applications.
[[nodiscard]] std::vector<Written> rows_put_aside(const std::vector<ledger::Event>& events);

/// (tx) A person's stop that is in force, as something that stands against an act; from then on
/// nobody stops the run until the transaction ends.
[[nodiscard]] std::optional<model::Finding> stop_finding(db::SqlSession& session,
                                                         const std::string& run_id);

/// An act that is not done because others hold the run; `blockers` says who.
[[nodiscard]] Result held_by_others(db::SqlSession& session, const std::string& run_id);

/// Whether the act's event is there. Waits for a transaction that still works on the run.
[[nodiscard]] bool is_recorded(db::SqlSession& session, const std::string& run_id,
                               const std::string& attempt);

}  // namespace sluice::cutover
