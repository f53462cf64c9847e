#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "sluice/codec/digest.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/manifest/proof.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"
#include "sluice/verify/verify_tables.h"

#include "verify/conclude.h"
#include "verify/one_sided.h"
#include "verify/proved_table.h"
#include "verify/scan.h"

namespace sluice::verify {

/// What the check of any table needs. Borrowed: all of it outlives the check.
struct CheckContext {
  const std::string& run_id;
  const Options& options;
  db::SqlSession& ledger;
  Scanner& target;
  Reporter& reporter;
  codec::RowHasher hasher;
  /// Snapshots of the copy since which nothing was committed in the source.
  const std::set<int>& unmoved;
  /// Gets an entry for each row of the table that arrived as it is; nullptr: there is none.
  manifest::ProofWriter* proof = nullptr;
};

/// A report with the table's names and what the ledger has on record, before anything is read.
[[nodiscard]] TableReport begin_report(const plan::TablePlan& table);

struct CheckedTable {
  TableReport report;
  OneSided one_sided;
  ProvedTable proved;
};

/// Re-reads and re-maps the source, re-reads the target, and compares.
[[nodiscard]] CheckedTable check_table(const CheckContext& context, Scanner& source,
                                       const plan::TablePlan& table, const TableRecord& record);

/// Re-reads the target only, and compares with what the ledger says was written; the account must
/// close here too.
[[nodiscard]] TableReport check_target_only(const CheckContext& context,
                                            const plan::TablePlan& table,
                                            const TableRecord& record);

/// Cuts a target table into pieces that all workers share.
[[nodiscard]] std::vector<Piece> cut_target(Scanner& target, const db::TableRead& table,
                                            std::uint64_t bytes, PieceNumber first = 0);

}  // namespace sluice::verify
