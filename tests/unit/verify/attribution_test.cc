#include "verify/attribution.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "unit/verify/rows.h"
#include "verify/written_rows.h"

using sluice::ledger::Account;
using sluice::ledger::Batch;
using sluice::verify::attribute;
using sluice::verify::Attribution;
using sluice::verify::Evidence;
using sluice::verify::gather_evidence;
using sluice::verify::kNoPiece;
using sluice::verify::SourceTally;
using sluice::verify::written_as_expected;
using verify_rows::digest_of;
using verify_rows::row;
using Rows = std::vector<std::string>;

namespace {

/// Rows are their own source rows here; each batch is one row.
struct Case {
  Rows copied;  // as read and written at the copy, one batch each
  Rows source;  // as read now, by batch
  Rows target;  // as read now
  bool stood_still = false;

  [[nodiscard]] Evidence evidence() const {
    SourceTally tally(sluice::codec::DigestAlgorithm::xxh3_128, copied.size());
    std::vector<Batch> batches;
    for (std::size_t i = 0; i < copied.size(); ++i) {
      const auto hash = verify_rows::hash(source[i]);
      tally.read.add(hash);
      tally.piece_read[i].add(hash);
      tally.piece_mapped[i].add(hash);
      Batch one;
      one.read = one.target = digest_of({copied[i]});
      batches.push_back(one);
    }
    Account account;
    account.read = account.target = digest_of(copied);
    return gather_evidence(tally, digest_of(source), digest_of(target), account, batches,
                           stood_still);
  }
};

}  // namespace

TEST_CASE("a difference is laid to the side that is not as it was at the copy") {
  const Rows rows{row(1, "a"), row(2, "b")};
  const Rows other{row(1, "A"), row(2, "b")};
  CHECK(attribute(Case{rows, other, rows}.evidence(), 0) == Attribution::source_changed);
  CHECK(attribute(Case{rows, rows, other}.evidence(), 0) == Attribution::target_changed);
  CHECK(attribute(Case{rows, rows, {rows[0]}}.evidence(), kNoPiece) == Attribution::target_changed);
  CHECK(attribute(Case{rows, other, rows}.evidence(), kNoPiece) == Attribution::source_changed);
}

TEST_CASE("a source where nothing was committed since is never blamed") {
  const Rows rows{row(1, "a"), row(2, "b")};
  const Rows other{row(1, "A"), row(2, "b")};
  const Evidence evidence = Case{rows, other, rows, true}.evidence();
  CHECK(attribute(evidence, 0) == Attribution::copied_wrong);
  CHECK(attribute(evidence, kNoPiece) == Attribution::copied_wrong);
  CHECK(attribute(evidence, 0, false) == Attribution::copied_wrong);
  CHECK(attribute(evidence, 0, true) == Attribution::target_changed);
  CHECK(attribute(Case{rows, rows, other, true}.evidence(), 0) == Attribution::target_changed);
}

TEST_CASE("when both sides changed, the batch of the row tells them apart") {
  const Rows rows{row(1, "a"), row(2, "b")};
  const Evidence both = Case{rows, {row(1, "A"), rows[1]}, {rows[0], row(2, "B")}}.evidence();
  CHECK(attribute(both, 0) == Attribution::source_changed);
  CHECK(attribute(both, 1) == Attribution::target_changed);
  CHECK(attribute(both, kNoPiece) == Attribution::unclear);
}

TEST_CASE("what differs while nothing has changed was copied wrong") {
  const Rows rows{row(1, "a"), row(2, "b")};
  Evidence evidence = Case{rows, rows, rows}.evidence();
  // Mapped anew, the same source row is another one than was written.
  evidence.expected_as_written = false;
  evidence.pieces[0].mapped_as_written = false;
  CHECK(attribute(evidence, 0) == Attribution::copied_wrong);
  evidence.target_as_written = false;
  CHECK(attribute(evidence, 0) == Attribution::copied_wrong);
  CHECK(attribute(evidence, 1) == Attribution::target_changed);
  evidence.pieces[0].mapped_as_written.reset();
  CHECK(attribute(evidence, 0) == Attribution::unclear);
}

TEST_CASE("a batch with rows in quarantine does not say what was written") {
  SourceTally tally(sluice::codec::DigestAlgorithm::xxh3_128, 1);
  tally.piece_held[0] = 1;
  const sluice::codec::RowSetDigest none;
  const Account account;
  const std::vector<Batch> batches(1);
  const Evidence evidence = gather_evidence(tally, none, none, account, batches, false);
  CHECK_FALSE(evidence.pieces[0].mapped_as_written.has_value());
}

TEST_CASE("the sum of the written rows tells which side of each difference was written") {
  const Rows same{row(100, "x"), row(101, "y")};
  // Keys 1 and 2: the target changed. Keys 3, 4 and 5: the source did.
  const Rows expected{same[0], same[1], row(1, "a"), row(2, "b"), row(3, "C"), row(4, "d")};
  const Rows actual{same[0], same[1], row(1, "A"), row(3, "c"), row(5, "e")};
  const Rows written{same[0], same[1], row(1, "a"), row(2, "b"), row(3, "c"), row(5, "e")};
  const auto found = verify_rows::differences(expected, actual, verify_rows::key());
  REQUIRE(found.size() == 5);
  const auto solved = written_as_expected(digest_of(expected), digest_of(written), found);
  REQUIRE(solved.has_value());
  const auto key_of = [](int id) {
    const std::string r = row(id, "");
    return verify_rows::key().hash(r, verify_rows::hash(r));
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool target_changed = found[i].key == key_of(1) || found[i].key == key_of(2);
    CHECK((*solved)[i] == target_changed);
  }
}

TEST_CASE("a row that was changed on both sides leaves the question open") {
  const auto found =
      verify_rows::differences({row(1, "new")}, {row(1, "other")}, verify_rows::key());
  CHECK_FALSE(written_as_expected(digest_of({row(1, "new")}), digest_of({row(1, "old")}), found)
                  .has_value());
}
