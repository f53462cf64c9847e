#include "verify/proved_table.h"

#include <algorithm>
#include <map>
#include <optional>

#include "sluice/ledger/ledger.h"

namespace sluice::verify {
namespace {

/// People sign the list, and it is shown to them whole. A batch of a table of a thousand million
/// rows is then a quarter of a million of them; the proof has each.
constexpr std::size_t kMostBatches = 4096;

std::string text_of(const std::optional<model::Key>& bound) {
  return bound ? ledger::to_json(*bound) : std::string();
}

bool are_by_key(const std::vector<Piece>& pieces) {
  return std::all_of(pieces.begin(), pieces.end(),
                     [](const Piece& piece) { return piece.range.kind == model::RangeKind::key; });
}

/// Each piece after the one that ends where it begins: batches of a copy come in the order in which
/// their ranges were made.
std::vector<const Piece*> in_key_order(const std::vector<Piece>& pieces) {
  std::map<std::string, const Piece*> by_lower;
  for (const Piece& piece : pieces) by_lower[text_of(piece.range.lower)] = &piece;
  std::vector<const Piece*> chain;
  std::string at;
  while (chain.size() < pieces.size()) {
    chain.push_back(by_lower.at(at));
    at = text_of(chain.back()->range.upper);
  }
  return chain;
}

}  // namespace

std::vector<manifest::Batch> manifest_batches(const std::vector<Piece>& pieces,
                                              const std::vector<codec::RowSetDigest>& proved,
                                              std::size_t most) {
  const bool by_key = are_by_key(pieces);
  const std::size_t together = by_key ? (pieces.size() + most - 1) / most : pieces.size();
  std::vector<manifest::Batch> batches;
  std::size_t taken = 0;
  // Without bounds any order will do.
  std::vector<const Piece*> order;
  for (const Piece& piece : pieces) order.push_back(&piece);
  if (by_key) order = in_key_order(pieces);
  for (const Piece* const piece : order) {
    const codec::RowSetDigest& digest = proved.at(piece->number);
    if (taken++ % together == 0) {
      batches.push_back(
          {by_key ? text_of(piece->range.lower) : "", "", codec::RowSetDigest(digest.algorithm())});
    }
    batches.back().proved.merge(digest);
    if (by_key) batches.back().upper = text_of(piece->range.upper);
  }
  return batches;
}

ProvedTable proved_table(const plan::TablePlan& table, const std::vector<Piece>& pieces,
                         const SourceTally& tally, const codec::RowSetDigest& target) {
  ProvedTable proved;
  proved.proved = codec::RowSetDigest(target.algorithm());
  for (const codec::RowSetDigest& piece : tally.piece_proved) proved.proved.merge(piece);
  proved.target = target;
  proved.read_by = table.order;
  proved.batches = manifest_batches(pieces, tally.piece_proved, kMostBatches);
  proved.open = tally.open - tally.kept_open;
  proved.left_behind = tally.left_behind - tally.kept_left_behind;
  proved.kept_left_out = tally.kept_open + tally.kept_left_behind;
  proved.open_reasons = tally.open_reasons;
  proved.lost = tally.lost;
  return proved;
}

}  // namespace sluice::verify
