#include "verify/conclude.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "unit/verify/rows.h"

using sluice::ledger::Account;
using sluice::ledger::Batch;
using sluice::ledger::Origin;
using sluice::model::Key;
using sluice::model::RangeKind;
using sluice::verify::conclude_from_record;
using sluice::verify::fault_of_account;
using sluice::verify::Outcome;
using sluice::verify::TableReport;
using verify_rows::digest_of;
using verify_rows::row;

namespace {

/// Three rows were read: one arrived, one is in quarantine, one was filtered.
struct Record {
  sluice::plan::TablePlan table;
  Account account;
  std::vector<Batch> batches{1};
  TableReport report;

  Record() {
    account.read = digest_of({row(1, "a"), row(2, "b"), row(3, "c")});
    account.proved = digest_of({row(1, "a")});
    account.target = digest_of({row(1, "A")});
    account.quarantined = digest_of({row(2, "b")});
    account.filtered = digest_of({row(3, "c")});
    account.existing = account.rest = digest_of({});
    account.open = 1;
    report.source_rows = 3;
    report.target_rows = 1;
    report.quarantined = 1;
  }
  [[nodiscard]] std::string fault() const { return fault_of_account(table, {account, batches, 5}); }
  [[nodiscard]] Outcome outcome(std::uint64_t limit = 5) {
    conclude_from_record(table, {account, batches, limit}, report);
    return report.outcome;
  }
};

}  // namespace

TEST_CASE("an account that closes leaves what is in quarantine to say") {
  Record record;
  CHECK(record.fault().empty());
  CHECK(record.outcome() == Outcome::equal_except_quarantined);
  CHECK(record.outcome(0) == Outcome::different);
  CHECK(record.report.reason == "1 row in quarantine, the limit is 0");
}

TEST_CASE("a row that is on no record breaks the account") {
  Record record;
  record.account.open = 0;
  CHECK(record.outcome() == Outcome::different);
  CHECK(record.report.reason ==
        "the account of the copy does not close: 3 source rows were read, and 2 arrived, were "
        "decided or left out");
}

TEST_CASE("a row that is said to be decided must have been written") {
  Record record;
  record.account.open = 0;
  record.account.decided = 1;
  CHECK(record.fault() == "1 rows were written, and 2 arrived or were decided");
  record.account.target.merge(digest_of({row(2, "B")}));
  CHECK(record.fault().empty());
  record.report.quarantined = 0;
  CHECK(record.outcome() == Outcome::equal);
}

TEST_CASE("equal counts of other rows do not close an account") {
  Record record;
  record.account.quarantined = digest_of({row(4, "d")});
  CHECK(record.fault() ==
        "the source rows that were read are not those that arrived or were left out");
}

TEST_CASE("a gap between batches breaks the account, of the source and of kept rows") {
  Record record;
  record.batches[0].range = {RangeKind::key, std::nullopt, Key{{"10"}}};
  CHECK(record.fault() == "its batches do not cover the source table once, without gap or overlap");
  record.batches.emplace_back();
  record.batches[1].range = {RangeKind::key, Key{{"10"}}, std::nullopt};
  CHECK(record.fault().empty());
  record.table.existing_rows = sluice::config::ExistingRows::keep;
  CHECK(record.fault() == "its batches do not cover the kept rows once, without gap or overlap");
  record.batches.emplace_back();
  record.batches[2].origin = Origin::existing;
  CHECK(record.fault().empty());
}

TEST_CASE("rows that people are still to look at are said, also where the source has lost them") {
  Record record;
  record.report.quarantined = 0;
  CHECK(record.outcome() == Outcome::equal_except_quarantined);
}
