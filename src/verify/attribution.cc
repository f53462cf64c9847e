#include "verify/attribution.h"

namespace sluice::verify {
namespace {

/// Who made a difference, as far as digests tell it.
Attribution by_digests(const Evidence& evidence, PieceNumber piece,
                       std::optional<bool> written_as_expected) {
  const bool knows_piece = piece < evidence.pieces.size();
  const bool source_differs =
      knows_piece ? evidence.pieces[piece].source_differs : evidence.source_differs;
  if (written_as_expected) {
    if (*written_as_expected) return Attribution::target_changed;
    return source_differs ? Attribution::source_changed : Attribution::copied_wrong;
  }
  if (source_differs && (knows_piece || evidence.target_as_written)) {
    return Attribution::source_changed;
  }
  if (source_differs) return Attribution::unclear;
  if (evidence.target_as_written) return Attribution::copied_wrong;
  if (evidence.expected_as_written) return Attribution::target_changed;
  if (!knows_piece || !evidence.pieces[piece].mapped_as_written) return Attribution::unclear;
  return *evidence.pieces[piece].mapped_as_written ? Attribution::target_changed
                                                   : Attribution::copied_wrong;
}

}  // namespace

Evidence gather_evidence(const SourceTally& tally, const codec::RowSetDigest& expected,
                         const codec::RowSetDigest& actual, const ledger::Account& account,
                         const std::vector<ledger::Batch>& piece_batches, bool source_stood_still) {
  codec::RowSetDigest written = account.target;
  written.merge(account.existing);
  Evidence evidence;
  evidence.source_differs = tally.read != account.read;
  evidence.source_stood_still = source_stood_still;
  evidence.target_as_written = actual == written;
  evidence.expected_as_written = expected == written;
  for (std::size_t piece = 0; piece < piece_batches.size(); ++piece) {
    PieceEvidence one;
    one.source_differs = tally.piece_read.at(piece) != piece_batches[piece].read;
    if (tally.piece_held.at(piece) == 0 && piece_batches[piece].quarantined.empty()) {
      one.mapped_as_written = tally.piece_mapped.at(piece) == piece_batches[piece].target;
    }
    evidence.pieces.push_back(one);
  }
  return evidence;
}

Attribution attribute(const Evidence& evidence, PieceNumber piece,
                      std::optional<bool> written_as_expected) {
  const Attribution found = by_digests(evidence, piece, written_as_expected);
  // Nothing was committed there since, so what is otherwise now was read wrong then.
  const bool read_wrong = found == Attribution::source_changed && evidence.source_stood_still;
  return read_wrong ? Attribution::copied_wrong : found;
}

}  // namespace sluice::verify
