#include "verify/attribution.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <map>

#include "sluice/ledger/ledger.h"

namespace sluice::verify {
namespace {

std::optional<std::int64_t> integer(const std::string& text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// nullopt where the order of the two is the server's business.
std::optional<std::strong_ordering> compare(codec::Carrier carrier, const std::string& a,
                                            const std::string& b) {
  switch (carrier) {
    case codec::Carrier::int2:
    case codec::Carrier::int4:
    case codec::Carrier::int8: {
      const auto left = integer(a);
      const auto right = integer(b);
      if (!left || !right) return std::nullopt;
      return *left <=> *right;
    }
    case codec::Carrier::uuid:  // its text is lower-case hex of one length
      return a <=> b;
    default:
      return std::nullopt;
  }
}

std::optional<std::strong_ordering> compare(const std::vector<codec::Carrier>& carriers,
                                            const std::vector<std::string>& a,
                                            const std::vector<std::string>& b) {
  if (a.size() != carriers.size() || b.size() != carriers.size()) return std::nullopt;
  for (std::size_t i = 0; i < carriers.size(); ++i) {
    const auto order = compare(carriers[i], a[i], b[i]);
    if (!order || *order != std::strong_ordering::equal) return order;
  }
  return std::strong_ordering::equal;
}

/// False also where it cannot be told.
bool holds(const model::KeyRange& range, const std::vector<codec::Carrier>& carriers,
           const std::vector<std::string>& key) {
  if (range.lower) {
    const auto order = compare(carriers, range.lower->values, key);
    if (!order || *order > 0) return false;
  }
  if (range.upper) {
    const auto order = compare(carriers, key, range.upper->values);
    if (!order || *order >= 0) return false;
  }
  return true;
}

/// Each upper bound must be the lower bound of exactly one other range, and one end of each side
/// open: then nothing is left out and nothing is read twice.
bool covers_everything(const std::vector<Piece>& pieces) {
  std::map<std::string, int> balance;
  int open_lower = 0;
  int open_upper = 0;
  for (const Piece& piece : pieces) {
    const model::KeyRange& range = piece.range;
    if (range.lower && range.lower == range.upper) return false;
    range.lower ? ++balance[ledger::to_json(*range.lower)] : ++open_lower;
    range.upper ? --balance[ledger::to_json(*range.upper)] : ++open_upper;
  }
  return open_lower == 1 && open_upper == 1 &&
         std::all_of(balance.begin(), balance.end(), [](const auto& b) { return b.second == 0; });
}

}  // namespace

BatchPieces pieces_of_batches(const std::vector<ledger::Batch>& batches) {
  BatchPieces found;
  for (const ledger::Batch& batch : batches) {
    if (batch.origin != ledger::Origin::source) continue;
    if (batch.range.kind != model::RangeKind::key) return {};
    found.pieces.push_back({static_cast<PieceNumber>(found.pieces.size()), batch.range});
    found.batches.push_back(batch);
  }
  if (!covers_everything(found.pieces)) return {};
  return found;
}

Evidence gather_evidence(const SourceTally& tally, const codec::RowSetDigest& expected,
                         const codec::RowSetDigest& actual, const ledger::Account& account,
                         const std::vector<ledger::Batch>& piece_batches) {
  codec::RowSetDigest written = account.target;
  written.merge(account.existing);
  Evidence evidence;
  evidence.source_changed = tally.read != account.read;
  evidence.target_as_written = actual == written;
  evidence.expected_as_written = expected == written;
  for (std::size_t piece = 0; piece < piece_batches.size(); ++piece) {
    PieceEvidence one;
    one.source_changed = tally.piece_read.at(piece) != piece_batches[piece].read;
    if (tally.piece_held.at(piece) == 0 && piece_batches[piece].quarantined.empty()) {
      one.mapped_as_written = tally.piece_mapped.at(piece) == piece_batches[piece].target;
    }
    evidence.pieces.push_back(one);
  }
  return evidence;
}

Attribution attribute(const Evidence& evidence, PieceNumber piece,
                      std::optional<bool> written_as_expected) {
  const bool knows_piece = piece < evidence.pieces.size();
  const bool source_changed =
      knows_piece ? evidence.pieces[piece].source_changed : evidence.source_changed;
  if (written_as_expected) {
    if (*written_as_expected) return Attribution::target_changed;
    return source_changed ? Attribution::source_changed : Attribution::copied_wrong;
  }
  if (source_changed && (knows_piece || evidence.target_as_written)) {
    return Attribution::source_changed;
  }
  if (source_changed) return Attribution::unclear;
  if (evidence.target_as_written) return Attribution::copied_wrong;
  if (evidence.expected_as_written) return Attribution::target_changed;
  if (!knows_piece || !evidence.pieces[piece].mapped_as_written) return Attribution::unclear;
  return *evidence.pieces[piece].mapped_as_written ? Attribution::target_changed
                                                   : Attribution::copied_wrong;
}

PieceNumber locate(const std::vector<Piece>& pieces, const std::vector<codec::Carrier>& carriers,
                   const std::vector<std::string>& key) {
  for (const Piece& piece : pieces) {
    if (holds(piece.range, carriers, key)) return piece.number;
  }
  return kNoPiece;
}

}  // namespace sluice::verify
