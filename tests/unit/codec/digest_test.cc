#include "sluice/codec/digest.h"

#include <algorithm>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "sluice/codec/hex.h"
#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"

#include "random.h"

namespace sluice::codec {
namespace {

constexpr std::uint64_t kSeed = 0x0123456789abcdefU;

RowSetDigest digest_of(RowHasher& hasher, const std::vector<std::string>& rows) {
  RowSetDigest out(hasher.algorithm());
  for (const std::string& row : rows) out.add(hasher, row);
  return out;
}

/// The sum by schoolbook addition of decimal-free hex texts: slow, and unlike the code under test.
std::string add_hex(const std::string& a, const std::string& b) {
  std::string out(a.size(), '0');
  unsigned carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const unsigned sum = static_cast<unsigned>(std::stoi(a.substr(i, 1), nullptr, 16) +
                                               std::stoi(b.substr(i, 1), nullptr, 16)) +
                         carry;
    out[i] = "0123456789abcdef"[sum % 16];
    carry = sum / 16;
  }
  return out;
}

TEST_CASE("the XXH3-128 of a row is the published one") {
  // xxhsum 0.8.1 -H2 of the five bytes "hello", whose seed is 0.
  RowHasher hasher(DigestAlgorithm::xxh3_128, 0);
  RowSetDigest digest;
  digest.add(hasher, "hello");
  CHECK(digest.to_text() == "xxh3-128:1:b5e9c1ad071b3e7fc779cfaa5e523818");
}

TEST_CASE("the SHA-256 of a row is that of the seed and the row") {
  RowHasher hasher(DigestAlgorithm::sha256, kSeed);
  RowSetDigest digest(DigestAlgorithm::sha256);
  digest.add(hasher, "hello");
  CHECK(digest.to_text() == "sha256:1:" + sha256_hex("\x01\x23\x45\x67\x89\xab\xcd\xefhello"));
}

TEST_CASE("the digests of row_form.md's worked example are these") {
  const std::string row = from_hex(
                              "000500000008000000000000002affffffff00000003416e6e0000000c0002000000"
                              "000002000c13880000000400000001")
                              .value();
  RowHasher fast(DigestAlgorithm::xxh3_128, 1);
  CHECK(digest_of(fast, {}).to_text() == "xxh3-128:0:00000000000000000000000000000000");
  CHECK(digest_of(fast, {row}).to_text() == "xxh3-128:1:91ccef9ddd1e44a1f5516ebaf1442445");
  CHECK(digest_of(fast, {row, row}).to_text() == "xxh3-128:2:2399df3bba3c8943eaa2dd75e288488a");
  RowHasher strong(DigestAlgorithm::sha256, 1);
  CHECK(digest_of(strong, {row}).to_text() ==
        "sha256:1:4436f474b9035b25cb76c6ef56849b4e0950837a314f52ca1c05ff339a3677ee");
}

TEST_CASE("a sum carries over all words") {
  RowHash ones;
  ones.words = {~0ULL, ~0ULL, ~0ULL, ~0ULL};
  RowHash one;
  one.words = {1, 0, 0, 0};
  RowSetDigest digest(DigestAlgorithm::sha256);
  digest.add(ones);
  digest.add(one);
  CHECK(digest.to_text() == "sha256:2:" + std::string(64, '0'));
  digest.remove(one);
  CHECK(digest.to_text() == "sha256:1:" + std::string(64, 'f'));
}

TEST_CASE("adding agrees with schoolbook addition") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (const DigestAlgorithm algorithm : {DigestAlgorithm::xxh3_128, DigestAlgorithm::sha256}) {
    RowHasher hasher(algorithm, kSeed);
    RowSetDigest digest(algorithm);
    const std::size_t prefix = to_string(algorithm).size() + 1;
    std::string sum =
        algorithm == DigestAlgorithm::sha256 ? std::string(64, '0') : std::string(32, '0');
    for (int i = 1; i <= 200; ++i) {
      const std::string row = random.bytes(100);
      RowSetDigest alone(algorithm);
      alone.add(hasher, row);
      sum = add_hex(sum, alone.to_text().substr(prefix + 2));
      digest.add(hasher, row);
      REQUIRE(digest.to_text() ==
              std::string(to_string(algorithm)) + ":" + std::to_string(i) + ":" + sum);
    }
  }
}

TEST_CASE("digests do not depend on order and add up from any parts") {
  const auto algorithm = GENERATE(DigestAlgorithm::xxh3_128, DigestAlgorithm::sha256);
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  RowHasher hasher(algorithm, random.bits());
  std::vector<std::string> rows(300);
  for (std::string& row : rows) row = random.bytes(50);
  const RowSetDigest whole = digest_of(hasher, rows);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(rows.begin(), rows.end(), std::mt19937_64(random.bits()));
    std::vector<RowSetDigest> parts(1 + random.below(7), RowSetDigest(algorithm));
    for (const std::string& row : rows) parts[random.below(parts.size())].add(hasher, row);
    RowSetDigest merged(algorithm);
    for (const RowSetDigest& part : parts) merged.merge(part);
    REQUIRE(merged == whole);
    RowSetDigest rest = whole;
    for (const RowSetDigest& part : parts) rest.subtract(part);
    REQUIRE(rest == RowSetDigest(algorithm));
  }
}

TEST_CASE("equal rows do not cancel, and twice one is not twice another") {
  const auto algorithm = GENERATE(DigestAlgorithm::xxh3_128, DigestAlgorithm::sha256);
  RowHasher hasher(algorithm, kSeed);
  const RowSetDigest twice_a = digest_of(hasher, {"a", "a"});
  CHECK(twice_a != digest_of(hasher, {"b", "b"}));
  CHECK(twice_a != digest_of(hasher, {"a"}));
  CHECK(twice_a != RowSetDigest(algorithm));
  CHECK(twice_a == digest_of(hasher, {"a", "a"}));
}

TEST_CASE("another seed, row or order of bytes gives another hash") {
  const auto algorithm = GENERATE(DigestAlgorithm::xxh3_128, DigestAlgorithm::sha256);
  RowHasher hasher(algorithm, kSeed);
  RowHasher other(algorithm, kSeed + 1);
  CHECK(hasher.hash("row") != other.hash("row"));
  CHECK(hasher.hash("row") != hasher.hash("rwo"));
  CHECK(hasher.hash("") != hasher.hash(std::string_view("\0", 1)));
  CHECK(hasher.hash("row") == RowHasher(hasher).hash("row"));
  std::unordered_set<RowHash> seen;
  for (int i = 0; i < 1000; ++i) CHECK(seen.insert(hasher.hash(std::to_string(i))).second);
}

TEST_CASE("the rows of a buffer are added, all or some") {
  RowHasher hasher(DigestAlgorithm::xxh3_128, kSeed);
  RowBuffer rows;
  for (int i = 0; i < 10; ++i) {
    rows.begin_row(1);
    rows.put_int32(i);
    rows.end_row();
  }
  RowSetDigest all;
  all.add_rows(hasher, rows);
  RowSetDigest parts;
  parts.add_rows(hasher, rows, 0, 4);
  parts.add_rows(hasher, rows, 4, 10);
  CHECK(all == parts);
  CHECK(all.count() == 10);
  parts.remove(hasher.hash(rows.row(9)));
  CHECK(all != parts);
}

TEST_CASE("digests of different algorithms are different and cannot be combined") {
  RowSetDigest fast(DigestAlgorithm::xxh3_128);
  const RowSetDigest strong(DigestAlgorithm::sha256);
  CHECK(fast != strong);
  CHECK_THROWS_AS(fast.merge(strong), model::Error);
  CHECK_THROWS_AS(fast.subtract(strong), model::Error);
}

TEST_CASE("a digest's text is read back, and nothing else is") {
  const auto algorithm = GENERATE(DigestAlgorithm::xxh3_128, DigestAlgorithm::sha256);
  RowHasher hasher(algorithm, kSeed);
  const RowSetDigest digest = digest_of(hasher, {"a", "b", "c"});
  const std::string text = digest.to_text();
  CHECK(RowSetDigest::from_text(text) == digest);
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK_FALSE(RowSetDigest::from_text(text.substr(0, size)).has_value());
  }
  CHECK_FALSE(RowSetDigest::from_text(text + "0").has_value());
  CHECK_FALSE(RowSetDigest::from_text(" " + text).has_value());
  std::string upper = text;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  CHECK_FALSE(RowSetDigest::from_text(upper).has_value());
}

TEST_CASE("a count that is no plain number is refused") {
  const std::string zeros(32, '0');
  for (const char* count : {"", "-1", "+1", "01", " 1", "18446744073709551616", "1x"}) {
    CAPTURE(count);
    CHECK_FALSE(
        RowSetDigest::from_text("xxh3-128:" + std::string(count) + ":" + zeros).has_value());
  }
  CHECK(RowSetDigest::from_text("xxh3-128:18446744073709551615:" + zeros).has_value());
  CHECK_FALSE(RowSetDigest::from_text("md5:1:" + zeros).has_value());
}

}  // namespace
}  // namespace sluice::codec
