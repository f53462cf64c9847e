#include "verify/row_key.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

using sluice::codec::Carrier;
using sluice::codec::RowBuffer;
using sluice::verify::RowKey;

namespace {

std::string row(std::string_view a, std::string_view b, bool null_c = false) {
  RowBuffer rows;
  rows.begin_row(3);
  rows.put_bytes(a);
  rows.put_bytes(b);
  if (null_c) {
    rows.put_null();
  } else {
    rows.put_int32(5);
  }
  rows.end_row();
  return std::string(rows.row(0));
}

const std::vector<Carrier>& carriers() {
  static const std::vector<Carrier> kCarriers{Carrier::text, Carrier::text, Carrier::int4};
  return kCarriers;
}

}  // namespace

TEST_CASE("a key's hash depends on the key's columns alone, and on their limits") {
  RowKey key(carriers(), {0, 1});
  CHECK(key.hash(row("a", "bc"), {}) == key.hash(row("a", "bc", true), {}));
  CHECK(key.hash(row("a", "bc"), {}) != key.hash(row("ab", "c"), {}));
  RowKey reverse(carriers(), {1, 0});
  CHECK(key.hash(row("a", "b"), {}) == reverse.hash(row("b", "a"), {}));
}

TEST_CASE("without a key the row's own hash stands for it") {
  RowKey bag(carriers(), {});
  CHECK(bag.hash(row("a", "b"), {{1, 2, 3, 4}}) == sluice::verify::KeyHash{1, 2});
}

TEST_CASE("keys are shown as JSON, rows without one as a whole") {
  const RowKey key(carriers(), {2, 0});
  CHECK(key.text(row("x\ny", "b")) == R"(["5","x\\ny"])");
  CHECK(RowKey(carriers(), {}).text(row("a", "b", true)) == R"(["a","b",null])");
  CHECK(key.texts(row("x\ny", "b")) == std::vector<std::string>{"5", "x\ny"});
}

TEST_CASE("a cut row is refused wherever it is cut") {
  RowKey key(carriers(), {2});
  const std::string whole = row("abc", "def");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_THROWS_AS(key.hash(std::string_view(whole).substr(0, size), {}), sluice::model::Error);
    CHECK_THROWS_AS(key.text(std::string_view(whole).substr(0, size)), sluice::model::Error);
  }
}
