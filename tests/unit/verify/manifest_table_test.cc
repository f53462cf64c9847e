#include "verify/manifest_table.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/ledger/ledger.h"

using sluice::codec::RowHash;
using sluice::codec::RowSetDigest;
using sluice::manifest::Batch;
using sluice::model::Key;
using sluice::model::RangeKind;
using sluice::verify::lossy_columns;
using sluice::verify::manifest_batches;
using sluice::verify::Piece;
using sluice::verify::PieceNumber;

namespace {

/// Pieces of a table whose bounds are 10, 20, ..., in the order of `numbers`: 0 is the first by
/// key.
std::vector<Piece> pieces_of(const std::vector<int>& numbers, RangeKind kind = RangeKind::key) {
  std::vector<Piece> pieces;
  const int last = static_cast<int>(numbers.size()) - 1;
  for (const int number : numbers) {
    Piece piece;
    piece.number = static_cast<PieceNumber>(pieces.size());
    piece.range.kind = kind;
    if (number > 0) piece.range.lower = Key{{std::to_string(10 * number)}};
    if (number < last) piece.range.upper = Key{{std::to_string(10 * (number + 1))}};
    pieces.push_back(piece);
  }
  return pieces;
}

std::vector<RowSetDigest> digests(std::size_t count) {
  std::vector<RowSetDigest> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i].add(RowHash{{i + 1, 0, 0, 0}});
  return all;
}

std::string text_of(const std::vector<Batch>& batches) {
  std::string text;
  for (const Batch& batch : batches) {
    text += batch.lower + "-" + batch.upper + ":" + std::to_string(batch.proved.count()) + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("a manifest's batches are one chain, in whatever order the copy made them") {
  const std::string chain = R"(-["10"]:1 ["10"]-["20"]:1 ["20"]-["30"]:1 ["30"]-:1 )";
  CHECK(text_of(manifest_batches(pieces_of({0, 1, 2, 3}), digests(4), 100)) == chain);
  const auto mixed = manifest_batches(pieces_of({2, 0, 3, 1}), digests(4), 100);
  CHECK(text_of(mixed) == chain);
  // Each with the digest of its own piece.
  CHECK(mixed[0].proved == digests(4)[1]);
  CHECK(mixed[3].proved == digests(4)[2]);
}

TEST_CASE("many batches become few, and add up to the same") {
  const auto few = manifest_batches(pieces_of({0, 1, 2, 3, 4, 5, 6}), digests(7), 3);
  CHECK(text_of(few) == R"(-["30"]:3 ["30"]-["60"]:3 ["60"]-:1 )");
  RowSetDigest sum;
  for (const Batch& batch : few) sum.merge(batch.proved);
  RowSetDigest all;
  for (const RowSetDigest& digest : digests(7)) all.merge(digest);
  CHECK(sum == all);
}

TEST_CASE("what was not read by key is one batch without bounds") {
  const auto batches = manifest_batches(pieces_of({0, 1, 2}, RangeKind::ctid), digests(3), 100);
  CHECK(text_of(batches) == "-:3 ");
}

TEST_CASE("lossy columns say how many rows lose something, or that nobody counted") {
  sluice::plan::TablePlan table;
  table.write.resize(3);
  table.write[0].name = "name";
  table.write[1].name = "staged";
  table.write[1].staged = true;
  table.write[2].name = "exact";
  for (const char* const name : {"exact", "name", "staged"}) {
    table.rules.rules.push_back(sluice::mapping::rename_rule(std::string("old_") + name, name));
    table.rules.rules.back().lossy = std::string(name) != "exact";
  }
  table.rules.rules[1].keep_rest = true;
  table.rest = {"public", "t__rest"};
  table.rules.drops.push_back({"gone", true, false, "unused"});
  const auto columns = lossy_columns(table, {5, 0, 0});
  REQUIRE(columns.size() == 3);
  CHECK(columns[0].source_column == "old_name");
  CHECK(columns[0].rows == 5);
  CHECK(columns[0].full_value == "source, archive and table public.t__rest");
  CHECK(columns[1].target_column == "staged");
  CHECK_FALSE(columns[1].rows);
  CHECK(columns[2].what == "goes nowhere: unused");
  CHECK_FALSE(columns[2].rows);
  CHECK(columns[2].full_value == "source and archive");
}
