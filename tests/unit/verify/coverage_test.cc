#include "verify/coverage.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

using sluice::codec::Carrier;
using sluice::ledger::Batch;
using sluice::ledger::Origin;
using sluice::model::Key;
using sluice::model::KeyRange;
using sluice::model::RangeKind;
using sluice::verify::covers_everything;
using sluice::verify::kNoPiece;
using sluice::verify::locate;
using sluice::verify::pieces_of_batches;

namespace {

const std::vector<Carrier> kInteger{Carrier::int8};

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

KeyRange range(const char* lower, const char* upper, RangeKind kind = RangeKind::key) {
  return {kind, bound(lower), bound(upper)};
}

}  // namespace

TEST_CASE("batches are pieces only where they cover every key exactly once") {
  CHECK(pieces_of_batches({batch(nullptr, "10"), batch("10", nullptr)}, kInteger).pieces.size() ==
        2);
  CHECK(pieces_of_batches({batch("10", nullptr), batch(nullptr, "10")}, kInteger).pieces.size() ==
        2);
  CHECK(pieces_of_batches({batch(nullptr, nullptr)}, kInteger).pieces.size() == 1);
  CHECK(pieces_of_batches({batch(nullptr, "10"), batch("11", nullptr)}, kInteger).pieces.empty());
  CHECK(pieces_of_batches({batch(nullptr, "10")}, kInteger).pieces.empty());
  CHECK(pieces_of_batches({}, kInteger).pieces.empty());
  CHECK(pieces_of_batches({batch(nullptr, "10"), batch("10", "10"), batch("10", nullptr)}, kInteger)
            .pieces.empty());
  CHECK(pieces_of_batches({batch(nullptr, "5"), batch(nullptr, "5"), batch("5", nullptr)}, kInteger)
            .pieces.empty());
}

TEST_CASE("decided and kept batches are no pieces of the source") {
  const auto found =
      pieces_of_batches({batch(nullptr, nullptr), batch(nullptr, nullptr, Origin::decided),
                         batch("a", "b", Origin::existing)},
                        kInteger);
  CHECK(found.pieces.size() == 1);
}

TEST_CASE("a key is found in its batch by number, not by text") {
  const auto pieces =
      pieces_of_batches({batch(nullptr, "9"), batch("9", "100"), batch("100", nullptr)}, kInteger)
          .pieces;
  CHECK(locate(pieces, kInteger, {"8"}) == 0);
  CHECK(locate(pieces, kInteger, {"-5"}) == 0);
  CHECK(locate(pieces, kInteger, {"9"}) == 1);
  CHECK(locate(pieces, kInteger, {"99"}) == 1);
  CHECK(locate(pieces, kInteger, {"100"}) == 2);
  CHECK(locate(pieces, kInteger, {"9223372036854775807"}) == 2);
  CHECK(locate(pieces, kInteger, {"NULL"}) == kNoPiece);
  CHECK(locate(pieces, {Carrier::text}, {"10"}) == kNoPiece);
}

TEST_CASE("a composite key is compared column by column") {
  Batch first;
  first.range = {RangeKind::key, std::nullopt, Key{{"10", "5"}}};
  Batch second;
  second.range = {RangeKind::key, Key{{"10", "5"}}, std::nullopt};
  const std::vector<Carrier> carriers{Carrier::int4, Carrier::int4};
  const auto pieces = pieces_of_batches({first, second}, carriers).pieces;
  CHECK(locate(pieces, carriers, {"10", "4"}) == 0);
  CHECK(locate(pieces, carriers, {"9", "100"}) == 0);
  CHECK(locate(pieces, carriers, {"10", "5"}) == 1);
  CHECK(locate(pieces, carriers, {"11", "0"}) == 1);
}

TEST_CASE("a chain of ranges that runs backwards reads rows twice") {
  const std::vector<KeyRange> back{range(nullptr, "20"), range("20", "3"), range("3", nullptr)};
  CHECK_FALSE(covers_everything(back, kInteger));
  // Only the server knows how texts are ordered.
  CHECK(covers_everything(back, {Carrier::text}));
}

TEST_CASE("ranges that form a ring beside the chain are no part of it") {
  CHECK_FALSE(covers_everything(
      {range(nullptr, "b"), range("b", nullptr), range("x", "y"), range("y", "x")},
      {Carrier::text}));
}

TEST_CASE("places in a heap are ordered by block, then by line") {
  const auto ctid = [](const char* lower, const char* upper) {
    return range(lower, upper, RangeKind::ctid);
  };
  CHECK(covers_everything(
      {ctid(nullptr, "(9,2)"), ctid("(9,2)", "(10,0)"), ctid("(10,0)", nullptr)}, {}));
  CHECK_FALSE(covers_everything(
      {ctid(nullptr, "(10,0)"), ctid("(10,0)", "(9,2)"), ctid("(9,2)", nullptr)}, {}));
}
