#include "verify/conclude.h"

#include <fmt/format.h>

#include "sluice/model/count.h"

#include "verify/coverage.h"
#include "verify/table_reads.h"

namespace sluice::verify {
namespace {

std::string fault_of_counts(const ledger::Account& account) {
  const std::uint64_t left_out = account.open + account.left_behind + account.filtered.count();
  if (!account.closes()) {
    return fmt::format("{} source rows were read, and {} arrived, were decided or left out",
                       account.read.count(), account.arrived() + account.decided + left_out);
  }
  if (account.target.count() != account.arrived() + account.decided) {
    return fmt::format("{} rows were written, and {} arrived or were decided",
                       account.target.count(), account.arrived() + account.decided);
  }
  return {};
}

/// Equal counts may be of other rows.
std::string fault_of_digests(const ledger::Account& account) {
  codec::RowSetDigest parts = account.proved;
  parts.merge(account.quarantined);
  parts.merge(account.filtered);
  if (parts == account.read) return {};
  return "the source rows that were read are not those that arrived or were left out";
}

std::string fault_of_coverage(const plan::TablePlan& table,
                              const std::vector<ledger::Batch>& batches) {
  if (!covers_everything(ranges_of(batches, ledger::Origin::source), key_carriers(table))) {
    return "its batches do not cover the source table once, without gap or overlap";
  }
  if (table.existing_rows != config::ExistingRows::keep) return {};
  if (!covers_everything(ranges_of(batches, ledger::Origin::existing), {})) {
    return "its batches do not cover the kept rows once, without gap or overlap";
  }
  return {};
}

}  // namespace

std::string fault_of_account(const plan::TablePlan& table, const TableRecord& record) {
  std::string fault = fault_of_counts(record.account);
  if (fault.empty()) fault = fault_of_digests(record.account);
  if (fault.empty()) fault = fault_of_coverage(table, record.batches);
  return fault;
}

void conclude_from_record(const plan::TablePlan& table, const TableRecord& record,
                          TableReport& report) {
  const std::string fault = fault_of_account(table, record);
  report.outcome = Outcome::different;
  if (!fault.empty()) {
    report.reason = "the account of the copy does not close: " + fault;
  } else if (report.unrecorded != 0) {
    report.reason =
        fmt::format("{} source rows do not map and are not in quarantine", report.unrecorded);
  } else if (report.quarantined > record.quarantine_limit) {
    report.reason = fmt::format("{} in quarantine, the limit is {}",
                                model::rows_text(report.quarantined), record.quarantine_limit);
  } else if (record.account.all_open() + record.account.all_left_behind() != 0) {
    // Also where the source does not have them any more: people are still to look at them.
    report.outcome = Outcome::equal_except_quarantined;
  } else {
    report.outcome = Outcome::equal;
    if (report.source_rows == 0 && report.target_rows == 0) {
      report.reason = "no rows on either side";
    }
  }
}

}  // namespace sluice::verify
