#include "verify/attribution.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "unit/verify/rows.h"
#include "verify/written_rows.h"

using sluice::codec::Carrier;
using sluice::ledger::Account;
using sluice::ledger::Batch;
using sluice::ledger::Origin;
using sluice::model::Key;
using sluice::model::RangeKind;
using sluice::verify::attribute;
using sluice::verify::Attribution;
using sluice::verify::Evidence;
using sluice::verify::gather_evidence;
using sluice::verify::kNoPiece;
using sluice::verify::locate;
using sluice::verify::pieces_of_batches;
using sluice::verify::SourceTally;
using sluice::verify::written_as_expected;
using verify_rows::digest_of;
using verify_rows::row;
using Rows = std::vector<std::string>;

namespace {

std::optional<Key> bound(const char* text) {
  if (text == nullptr) return std::nullopt;
  return Key{{text}};
}

Batch batch(const char* lower, const char* upper, Origin origin = Origin::source) {
  Batch made;
  made.origin = origin;
  made.range = {RangeKind::key, bound(lower), bound(upper)};
  return made;
}

/// Rows are their own source rows here; each batch is one row.
struct Case {
  Rows copied;  // as read and written at the copy, one batch each
  Rows source;  // as read now, by batch
  Rows target;  // as read now

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
    return gather_evidence(tally, digest_of(source), digest_of(target), account, batches);
  }
};

}  // namespace

TEST_CASE("batches are pieces only where they cover every key exactly once") {
  CHECK(pieces_of_batches({batch(nullptr, "10"), batch("10", nullptr)}).pieces.size() == 2);
  CHECK(pieces_of_batches({batch("10", nullptr), batch(nullptr, "10")}).pieces.size() == 2);
  CHECK(pieces_of_batches({batch(nullptr, nullptr)}).pieces.size() == 1);
  CHECK(pieces_of_batches({batch(nullptr, "10"), batch("11", nullptr)}).pieces.empty());
  CHECK(pieces_of_batches({batch(nullptr, "10")}).pieces.empty());
  CHECK(pieces_of_batches({}).pieces.empty());
  CHECK(pieces_of_batches({batch(nullptr, "10"), batch("10", "10"), batch("10", nullptr)})
            .pieces.empty());
  CHECK(pieces_of_batches({batch(nullptr, "5"), batch(nullptr, "5"), batch("5", nullptr)})
            .pieces.empty());
}

TEST_CASE("decided and kept batches are no pieces of the source") {
  const auto found =
      pieces_of_batches({batch(nullptr, nullptr), batch(nullptr, nullptr, Origin::decided),
                         batch("a", "b", Origin::existing)});
  CHECK(found.pieces.size() == 1);
}

TEST_CASE("a difference is laid to the side that is not as it was at the copy") {
  const Rows rows{row(1, "a"), row(2, "b")};
  const Rows other{row(1, "A"), row(2, "b")};
  CHECK(attribute(Case{rows, other, rows}.evidence(), 0) == Attribution::source_changed);
  CHECK(attribute(Case{rows, rows, other}.evidence(), 0) == Attribution::target_changed);
  CHECK(attribute(Case{rows, rows, {rows[0]}}.evidence(), kNoPiece) == Attribution::target_changed);
  CHECK(attribute(Case{rows, other, rows}.evidence(), kNoPiece) == Attribution::source_changed);
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
  const Evidence evidence = gather_evidence(tally, none, none, account, batches);
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

TEST_CASE("a key is found in its batch by number, not by text") {
  const auto pieces =
      pieces_of_batches({batch(nullptr, "9"), batch("9", "100"), batch("100", nullptr)}).pieces;
  const std::vector<Carrier> integer{Carrier::int8};
  CHECK(locate(pieces, integer, {"8"}) == 0);
  CHECK(locate(pieces, integer, {"-5"}) == 0);
  CHECK(locate(pieces, integer, {"9"}) == 1);
  CHECK(locate(pieces, integer, {"99"}) == 1);
  CHECK(locate(pieces, integer, {"100"}) == 2);
  CHECK(locate(pieces, integer, {"9223372036854775807"}) == 2);
  CHECK(locate(pieces, integer, {"NULL"}) == kNoPiece);
  CHECK(locate(pieces, {Carrier::text}, {"10"}) == kNoPiece);
}

TEST_CASE("a composite key is compared column by column") {
  Batch first;
  first.range = {RangeKind::key, std::nullopt, Key{{"10", "5"}}};
  Batch second;
  second.range = {RangeKind::key, Key{{"10", "5"}}, std::nullopt};
  const auto pieces = pieces_of_batches({first, second}).pieces;
  const std::vector<Carrier> carriers{Carrier::int4, Carrier::int4};
  CHECK(locate(pieces, carriers, {"10", "4"}) == 0);
  CHECK(locate(pieces, carriers, {"9", "100"}) == 0);
  CHECK(locate(pieces, carriers, {"10", "5"}) == 1);
  CHECK(locate(pieces, carriers, {"11", "0"}) == 1);
}
