#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/cutover/cutover.h"
#include "sluice/cutover/loss.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/verification.h"

namespace sluice::cutover {
namespace {

/// Events after which what was verified is not what is there. Who signed, waited or left changes no
/// row.
constexpr std::array<std::string_view, 16> kChanging{
    "run-started",
    "run-resumed",
    "process-joined",
    "older-batches-checked",
    "older-kept-rows-checked",
    "table-failed",
    "index-left-out",
    "partitioned-table-made",
    "partition-named",
    "quarantine-decided",
    "run-failed",
    "run-paused",
    "side-tables-dropped",
    "cutover",
    "rollback",
    "discarded",
};

model::Finding refusal(const std::string& rule, const ledger::Run& run, const std::string& message,
                       const std::string& action) {
  return {model::Severity::error, rule, "run " + run.id, message, action};
}

void look_at_tables(db::SqlSession& session, const ledger::Run& run, const plan::Plan& plan,
                    Readiness& readiness) {
  if (run.state != ledger::RunState::finished) {
    readiness.findings.push_back(refusal(
        "run-not-finished", run,
        std::string("is ") + ledger::to_string(run.state) + ": only a finished run can be cut over",
        "sluice status says what is missing"));
  }
  for (const ledger::RunTable& table : ledger::run_tables(session, run.id)) {
    if (table.state == ledger::TableState::ready || table.state == ledger::TableState::live) {
      continue;
    }
    readiness.findings.push_back(refusal(
        "table-not-ready", run,
        fmt::format("table {} is {}",
                    plan.tables.at(static_cast<std::size_t>(table.number - 1)).target.text(),
                    ledger::to_string(table.state)),
        "sluice copy goes on with it"));
  }
}

/// Its positions; empty ones where the report is of an older form.
void read_positions(db::SqlSession& session, const ledger::Run& run, Readiness& readiness) {
  const auto report = codec::parse_json_or_throw(
      ledger::verification_report(session, run.id, readiness.verification), "a verification");
  const auto text = [&report](std::string_view member) {
    const codec::JsonValue* const value = report.root().find(member);
    return value != nullptr && value->is_string() ? value->as_string() : std::string();
  };
  readiness.source.position = text("source_position");
  readiness.target_position = text("target_position");
}

void look_at_verifications(db::SqlSession& session, const ledger::Run& run,
                           const std::vector<ledger::Event>& events, Readiness& readiness) {
  constexpr const char* kVerify = "sluice verify, then again";
  const auto all = ledger::verifications(session, run.id);
  const auto full = std::ranges::find(all, std::string("full"), &ledger::Verification::mode);
  if (full == all.end()) {
    readiness.findings.push_back(
        refusal("not-verified", run, "has not been verified in full", kVerify));
    return;
  }
  if (full->outcome != "equal" && full->outcome != "equal_except_quarantined") {
    readiness.findings.push_back(refusal("verified-otherwise", run,
                                         "its last full verification says: " + full->outcome,
                                         "sluice verify says what differs"));
    return;
  }
  if (const ledger::Event* const event = change_since(events, full->last_event)) {
    readiness.findings.push_back(refusal(
        "verified-before", run,
        fmt::format("{} ({}) came after its last full verification", event->kind, event->at),
        kVerify));
  }
  readiness.verification = full->number;
  read_positions(session, run, readiness);
  if (!readiness.target_position.empty()) return;
  readiness.findings.push_back(refusal("verified-elsewhere", run,
                                       "its last full verification does not say which rows it saw",
                                       kVerify));
}

/// What was deleted from the source may be nowhere but in these tables and in archives.
void look_at_retires(const std::vector<ledger::Event>& events, const ledger::Run& run,
                     Readiness& readiness) {
  const Retired retired = retired_since(events, 0);
  if (retired.begun == 0) return;
  readiness.findings.push_back(
      refusal("retire-begun", run, "rows were retired from its source: it is not cut over anew",
              "sluice restore puts them back; then copy anew with --new-run"));
}

}  // namespace

const ledger::Event* change_since(const std::vector<ledger::Event>& events, std::int64_t event) {
  for (const ledger::Event& one : events) {
    if (one.number > event && std::ranges::find(kChanging, one.kind) != kChanging.end()) {
      return &one;
    }
  }
  return nullptr;
}

Readiness read_readiness(db::SqlSession& session, const ledger::Run& run, const plan::Plan& plan) {
  Readiness readiness;
  look_at_tables(session, run, plan, readiness);
  const auto events = ledger::events(session, run.id);
  look_at_verifications(session, run, events, readiness);
  look_at_retires(events, run, readiness);
  for (const ledger::Account& account : ledger::accounts(session, run.id, plan.digest)) {
    readiness.source.rows[account.table_no] = account.read.count();
    readiness.source.digests.insert_or_assign(account.table_no, account.read);
  }
  if (!plan.families.empty()) {
    readiness.findings.push_back(
        refusal("families", run, "makes partitioned or inheriting tables, which join in the copy",
                "leave \"new_tables\": \"side\" out: they take their names when the copy ends"));
  }
  return readiness;
}

}  // namespace sluice::cutover
