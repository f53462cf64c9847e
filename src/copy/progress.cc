#include "sluice/copy/progress.h"

#include "sluice/ledger/ledger.h"

namespace sluice::copy {

void begin_progress(db::SqlSession& ledger, const ledger::Run& run, codec::DigestAlgorithm digest,
                    Progress& progress) {
  for (const ledger::RunTable& table : ledger::run_tables(ledger, run.id)) {
    progress.table(table.number).expected_rows = table.estimated_rows;
  }
  for (const ledger::Account& account : ledger::accounts(ledger, run.id, digest)) {
    TableProgress& table = progress.table(account.table_no);
    table.rows_before = account.read.count();
    table.bytes_before = account.bytes;
    table.quarantined = account.all_open();
  }
}

}  // namespace sluice::copy
