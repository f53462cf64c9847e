#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/ledger/quarantine.h"

#include "ledger/quarantine_sql.h"
#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

Account empty_account(int table_no, codec::DigestAlgorithm algorithm) {
  const codec::RowSetDigest none(algorithm);
  Account account;
  account.table_no = table_no;
  account.read = account.proved = account.target = account.existing = none;
  account.quarantined = account.filtered = account.rest = none;
  return account;
}

void add_batch(Account& account, const Batch& batch) {
  ++account.batches;
  account.bytes += batch.bytes;
  switch (batch.origin) {
    case Origin::source:
      account.read.merge(batch.read);
      account.proved.merge(batch.proved);
      account.target.merge(batch.target);
      account.quarantined.merge(batch.quarantined);
      account.filtered.merge(batch.filtered);
      account.rest.merge(batch.rest);
      break;
    case Origin::existing:
      account.existing.merge(batch.target);
      break;
    case Origin::decided:  // their source rows were read, and counted, before
      account.target.merge(batch.target);
      account.rest.merge(batch.rest);
      break;
    case Origin::retracted:
      account.proved.subtract(batch.proved);
      account.target.subtract(batch.target);
      account.rest.subtract(batch.rest);
      account.quarantined.merge(batch.quarantined);
      break;
  }
}

void add_quarantine(db::SqlSession& session, const std::string& run_id,
                    std::map<int, Account>& accounts) {
  const auto result =
      session.query(fmt::format("SELECT q.table_no, q.state, {}, count(*) FROM sluice.quarantine q "
                                "WHERE q.run_id = $1 GROUP BY 1, 2, 3",
                                kIsKept),
                    {run_id});
  for (const auto& row : result.rows) {
    RowReader reader(row);
    Account& account = accounts.at(reader.small());
    const QuarantineState state = quarantine_state_from_string(reader.text());
    const bool kept = reader.boolean();
    const std::uint64_t rows = reader.count();
    switch (state) {
      case QuarantineState::open:
        (kept ? account.kept_open : account.open) = rows;
        break;
      case QuarantineState::decided:  // never of a kept row
        account.decided += rows;
        break;
      case QuarantineState::left_behind:
        (kept ? account.kept_left_behind : account.left_behind) = rows;
        break;
    }
  }
}

}  // namespace

std::vector<Account> accounts(db::SqlSession& session, const std::string& run_id,
                              codec::DigestAlgorithm algorithm) {
  std::map<int, Account> by_table;
  for (const RunTable& table : run_tables(session, run_id)) {
    by_table.emplace(table.number, empty_account(table.number, algorithm));
  }
  for_each_batch(session, run_id,
                 [&](const Batch& batch) { add_batch(by_table.at(batch.table_no), batch); });
  add_quarantine(session, run_id, by_table);
  std::vector<Account> all;
  all.reserve(by_table.size());
  for (const auto& [number, account] : by_table) all.push_back(account);
  return all;
}

}  // namespace sluice::ledger
