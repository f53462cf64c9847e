#include "sluice/ledger/records.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/row_form.h"
#include "sluice/model/error.h"

namespace sluice::ledger {
namespace {

codec::RowSetDigest rows(int count) {
  codec::RowHasher hasher(codec::DigestAlgorithm::xxh3_128, 1);
  codec::RowSetDigest digest;
  for (int i = 0; i < count; ++i) digest.add(hasher, std::to_string(i));
  return digest;
}

}  // namespace

TEST_CASE("states and origins go through their names") {
  for (const auto state : {RunState::running, RunState::stopped, RunState::paused, RunState::failed,
                           RunState::finished}) {
    CHECK(run_state_from_string(to_string(state)) == state);
  }
  for (const auto state :
       {TableState::pending, TableState::copied, TableState::ready, TableState::failed}) {
    CHECK(table_state_from_string(to_string(state)) == state);
  }
  for (const auto origin : {Origin::source, Origin::existing, Origin::decided, Origin::retracted}) {
    CHECK(origin_from_string(to_string(origin)) == origin);
  }
  CHECK_THROWS_AS(run_state_from_string("asleep"), model::Error);
}

TEST_CASE("an account closes when every source row is somewhere") {
  Account account;
  account.read = rows(10);
  account.proved = rows(4);
  account.filtered = rows(3);
  account.open = 1;
  account.decided = 1;
  CHECK_FALSE(account.closes());
  account.left_behind = 1;
  CHECK(account.closes());
  account.kept_open = 2;  // of the live table, not of the source
  account.kept_left_behind = 1;
  CHECK(account.closes());
  account.open = 2;
  CHECK_FALSE(account.closes());
}

TEST_CASE("the seed is the first 64 bits of the nonce, and nothing less will do") {
  Run run;
  run.nonce = "00000000000000ff" + std::string(48, '0');
  CHECK(run.seed() == 255);
  run.nonce = "ff";
  CHECK_THROWS_AS(run.seed(), model::Error);
  run.nonce = "000000000000000x" + std::string(48, '0');
  CHECK_THROWS_AS(run.seed(), model::Error);
}

}  // namespace sluice::ledger
