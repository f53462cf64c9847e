#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/ledger/records.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"

namespace sluice::verify {

/// What the ledger holds of one table.
struct TableRecord {
  const ledger::Account& account;
  const std::vector<ledger::Batch>& batches;
  std::uint64_t quarantine_limit = 0;
};

/// What is wrong with a table's account, in words; empty where it closes: every source row that was
/// read has arrived or is on record as left out, every row written has arrived or was decided, and
/// the batches cover the table once, without gap or overlap.
[[nodiscard]] std::string fault_of_account(const plan::TablePlan& table, const TableRecord& record);

/// Outcome and reason of a table whose rows do not differ, in either mode: the account, rows that
/// are on no record, the limit of quarantined rows. REQUIRES: the report's counts are there.
void conclude_from_record(const plan::TablePlan& table, const TableRecord& record,
                          TableReport& report);

}  // namespace sluice::verify
