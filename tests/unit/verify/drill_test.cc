#include "verify/drill.h"

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "unit/verify/rows.h"
#include "verify/buckets.h"

using std::string_literals::operator""s;
using sluice::verify::BucketTable;
using sluice::verify::DifferenceKind;
using sluice::verify::DifferenceList;
using sluice::verify::KeyDifference;
using verify_rows::differences;
using verify_rows::key;
using verify_rows::no_key;
using verify_rows::row;
using verify_rows::table_of;
using Rows = std::vector<std::string>;

TEST_CASE("equal sides differ in no key, in any order") {
  CHECK(differences({row(1, "a"), row(2, "b")}, {row(2, "b"), row(1, "a")}, key()).empty());
  CHECK(differences({}, {}, key()).empty());
}

TEST_CASE("each kind of difference is told from the others") {
  const Rows expected{row(1, "a"), row(2, "b"), row(3, "c"), row(4, "d")};
  const Rows actual{row(1, "a"), row(3, "C"), row(4, "d"), row(4, "d"), row(5, "e")};
  std::map<DifferenceKind, KeyDifference> found;
  for (const KeyDifference& difference : differences(expected, actual, key())) {
    CHECK(found.emplace(difference.kind, difference).second);
  }
  REQUIRE(found.size() == 4);
  const auto hash_of = [](const std::string& r) { return key().hash(r, verify_rows::hash(r)); };
  CHECK(found[DifferenceKind::missing].key == hash_of(row(2, "")));
  CHECK(found[DifferenceKind::missing].expected_piece == 1);
  CHECK(found[DifferenceKind::missing].actual_piece == sluice::verify::kNoPiece);
  CHECK(found[DifferenceKind::changed].key == hash_of(row(3, "")));
  CHECK(found[DifferenceKind::changed].actual_piece == 1);
  CHECK(found[DifferenceKind::extra].key == hash_of(row(5, "")));
  CHECK(found[DifferenceKind::duplicated].key == hash_of(row(4, "")));
  CHECK(found[DifferenceKind::duplicated].expected_copies == 1);
  CHECK(found[DifferenceKind::duplicated].actual_copies == 2);
}

TEST_CASE("in a bag {A, A} and {B, B} and {A, B} are all different") {
  const std::string a = row(1, "a");
  const std::string b = row(1, "b");
  CHECK(differences({a, a}, {a, a}, no_key()).empty());
  const auto found = differences({a, a}, {a, b}, no_key());
  REQUIRE(found.size() == 2);
  CHECK(std::any_of(found.begin(), found.end(), [](const KeyDifference& d) {
    return d.kind == DifferenceKind::missing && d.expected_copies == 2 && d.actual_copies == 1;
  }));
  CHECK(unequal_buckets(table_of({a, a}, no_key()), table_of({b, b}, no_key())).size() == 2);
  CHECK(unequal_buckets(table_of({a, a}, key()), table_of({b, b}, key())).size() == 1);
}

TEST_CASE("random damage is found exactly, and only it") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 50; ++round) {
    Rows expected;
    Rows actual;
    std::map<DifferenceKind, std::uint64_t> done;
    for (int id = 0; id < 300; ++id) {
      const std::string good = row(id, "v" + std::to_string(random() % 5));
      const auto what = random() % 40;
      if (what != 1) expected.push_back(good);
      if (what == 0) {
        ++done[DifferenceKind::missing];
      } else if (what == 1) {
        ++done[DifferenceKind::extra];
        actual.push_back(good);
      } else if (what == 2) {
        ++done[DifferenceKind::changed];
        actual.push_back(row(id, "damaged"));
      } else {
        actual.push_back(good);
      }
    }
    std::shuffle(actual.begin(), actual.end(), random);
    std::map<DifferenceKind, std::uint64_t> found;
    for (const KeyDifference& d : differences(expected, actual, key())) ++found[d.kind];
    CHECK(found == done);
    CHECK(table_of(expected, key()).total() == verify_rows::digest_of(expected));
    CHECK(unequal_buckets(table_of(expected, key()), table_of(actual, key())).empty() ==
          done.empty());
  }
}

TEST_CASE("buckets are packed into groups that fit, and one that cannot is left out") {
  Rows rows;
  for (int id = 0; id < 2000; ++id) rows.push_back(row(id, "x"));
  const BucketTable expected = table_of(rows, key());
  const BucketTable actual = table_of({}, key());
  const auto unequal = unequal_buckets(expected, actual);
  const auto grouping = sluice::verify::group_buckets(expected, actual, unequal, 500);
  std::uint64_t entries = 0;
  std::size_t buckets = 0;
  for (const auto& group : grouping.groups) {
    CHECK(group.entries <= 500);
    entries += group.entries;
    buckets += group.buckets.size();
  }
  CHECK(grouping.too_large == 0);
  CHECK(entries == rows.size());
  CHECK(buckets == unequal.size());

  const Rows same(1000, row(1, "x"));
  const auto heavy = table_of(same, no_key());
  CHECK(sluice::verify::group_buckets(heavy, table_of({}, no_key()),
                                      unequal_buckets(heavy, table_of({}, no_key())), 500)
            .too_large == 1);
}

TEST_CASE("an entry sink keeps rows of its buckets only, and says when there were more") {
  const std::string first = row(1, "a");
  const std::string second = row(2, "b");
  const auto bucket = [](const std::string& r) {
    return sluice::verify::bucket_of(key().hash(r, verify_rows::hash(r)));
  };
  REQUIRE(bucket(first) != bucket(second));
  sluice::verify::EntrySink sink(1, {{bucket(first)}, 1}, key());
  sink.take(0, {first, {}, verify_rows::hash(first), 3});
  sink.take(0, {second, {}, verify_rows::hash(second), 3});
  CHECK_FALSE(sink.overflowed());
  REQUIRE(sink.entries().size() == 1);
  CHECK(sink.entries()[0].piece == 3);
  sink.take(0, {first, {}, verify_rows::hash(first), 3});
  CHECK(sink.overflowed());
}

TEST_CASE("a few of each kind are listed, all are counted") {
  DifferenceList list(5);
  KeyDifference difference;
  difference.kind = DifferenceKind::missing;
  for (int i = 0; i < 100; ++i) list.add(difference);
  difference.kind = DifferenceKind::changed;
  for (int i = 0; i < 3; ++i) list.add(difference);
  CHECK(list.counts().missing == 100);
  CHECK(list.counts().total() == 103);
  const auto listed = list.listed();
  REQUIRE(listed.size() == 5);
  CHECK(std::count_if(listed.begin(), listed.end(), [](const KeyDifference& d) {
          return d.kind == DifferenceKind::changed;
        }) == 2);
  CHECK(DifferenceList(0).listed().empty());
  // As many as there are, and no turn more.
  DifferenceList all(std::numeric_limits<std::size_t>::max());
  all.add(difference);
  CHECK(all.listed().size() == 1);
}
