#pragma once

#include <string>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/ledger/records.h"
#include "sluice/model/key.h"

#include "verify/scan.h"

/// Ranges of one table, and what can be said of them without a server.
namespace sluice::verify {

/// Whether the ranges are one chain from an open end to an open end: each begins where exactly one
/// other ends, so that nothing is left out and nothing is there twice. `carriers`: of the key's
/// columns; where their order is known here (integers, uuids, places in a heap), a range that runs
/// backwards is found too.
[[nodiscard]] bool covers_everything(const std::vector<model::KeyRange>& ranges,
                                     const std::vector<codec::Carrier>& carriers);

/// What the batches of one origin cover.
[[nodiscard]] std::vector<model::KeyRange> ranges_of(const std::vector<ledger::Batch>& batches,
                                                     ledger::Origin origin);

/// Batches of source rows as pieces of the key space, where they cover all of it exactly once; both
/// empty otherwise.
struct BatchPieces {
  std::vector<Piece> pieces;
  std::vector<ledger::Batch> batches;  // by piece number
};
[[nodiscard]] BatchPieces pieces_of_batches(const std::vector<ledger::Batch>& batches,
                                            const std::vector<codec::Carrier>& carriers);

/// The piece whose range holds a key; kNoPiece where that cannot be told here: only integers and
/// uuids are ordered outside the server.
[[nodiscard]] PieceNumber locate(const std::vector<Piece>& pieces,
                                 const std::vector<codec::Carrier>& carriers,
                                 const std::vector<std::string>& key);

}  // namespace sluice::verify
