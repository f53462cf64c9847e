#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sluice/copy/decisions.h"
#include "sluice/db/target.h"
#include "sluice/ledger/quarantine.h"
#include "sluice/ledger/records.h"
#include "sluice/model/endpoint.h"
#include "sluice/model/finding.h"
#include "sluice/plan/draft.h"
#include "sluice/plan/plan.h"

/// Decisions applied: quarantined rows that people decided about move into the side tables, exactly
/// once. The session that does it holds the run alone (ledger::take_run).
namespace sluice::copy {

/// One quarantined row and the entry of the file that decides about it.
struct ChosenRow {
  std::int64_t id = 0;
  int table_no = 0;
  std::size_t entry = 0;  // of Decisions::entries
  ledger::QuarantineState state = ledger::QuarantineState::open;
  std::string source_key;
  std::string column;  // why it is in quarantine
  std::string reason;
  std::uint64_t row_bytes = 0;
};

struct Selection {
  std::vector<ChosenRow> rows;  // by table, then by id; no row twice
  std::vector<model::Finding> findings;
};

/// Finds the rows that the entries are about. An entry about one row outweighs one about a group
/// that the row belongs to. Errors: rows that are not in quarantine, keys and tables that do not
/// agree with the ledger, rows that two entries decide about.
[[nodiscard]] Selection select_rows(db::SqlSession& ledger, const std::string& run_id,
                                    const plan::Plan& plan, const Decisions& decisions);

/// What the decisions of one file are applied to. Must outlive the work.
struct DecideContext {
  const plan::Plan& plan;
  const ledger::Run& run;
  const model::Endpoint& target;
  const Decisions& decisions;
  std::string file_sha256;     // of the file's bytes, for the record
  bool dry_run = false;        // everything is tried, nothing is committed
  plan::Changes altered = {};  // of tables whose rows are to be read again: theirs stay open
};

/// A row of the file that stays open, and why.
struct StillOpen {
  std::int64_t id = 0;
  int table_no = 0;
  std::string source_key;
  std::string column;
  std::string reason;  // empty: nobody has decided yet
  std::string value;   // any bytes
  std::string message;
};

/// What became of the file's rows of one table.
struct TableDecisions {
  int table_no = 0;
  std::uint64_t decided = 0;
  std::uint64_t left_behind = 0;
  std::uint64_t decided_before = 0;  // by an earlier run of this file, or by another
  std::uint64_t still_open = 0;      // refused, or not filled in
};

struct DecideReport {
  std::vector<TableDecisions> tables;  // with rows in the file, in plan order
  std::vector<StillOpen> still_open;   // in id order
  std::vector<std::string> sql;        // of a dry run: the rows that would be written

  [[nodiscard]] bool is_all_done() const noexcept { return still_open.empty(); }
};

/// Applies the decisions batch by batch, each in one transaction: the rows go into the side table,
/// kept old values into its companion, a batch of Origin::decided and an event into the ledger, and
/// the quarantined rows change state. Killed at any instant, it can be run again: rows that are no
/// longer open are left alone. Rows that the mapping or the target refuses stay open and are
/// reported. `session` holds the run alone and is replaced when an answer to COMMIT is lost.
[[nodiscard]] DecideReport apply_decisions(const DecideContext& context, const Selection& selection,
                                           std::unique_ptr<db::TargetSession>& session);

/// Throws Error{drift} when a side table of the plan is gone or belongs to somebody else.
void require_side_tables(db::SqlSession& session, const plan::Plan& plan, const ledger::Run& run);

}  // namespace sluice::copy
