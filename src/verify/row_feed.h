#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/manifest/proof.h"
#include "sluice/os/mutex.h"
#include "sluice/plan/plan.h"

#include "verify/held_rows.h"
#include "verify/row_sink.h"
#include "verify/scan.h"

namespace sluice::verify {

/// What a reading of the source, and of the live table's kept rows, has counted.
struct SourceTally {
  explicit SourceTally(codec::DigestAlgorithm algorithm, std::size_t pieces = 0)
      : read(algorithm),
        existing(algorithm),
        piece_read(pieces, codec::RowSetDigest(algorithm)),
        piece_mapped(pieces, codec::RowSetDigest(algorithm)),
        piece_proved(pieces, codec::RowSetDigest(algorithm)),
        piece_held(pieces, 0) {}

  codec::RowSetDigest read;      // source rows
  codec::RowSetDigest existing;  // kept rows of the live table
  std::uint64_t mapped = 0;
  std::uint64_t filtered = 0;
  std::uint64_t open = 0;
  std::uint64_t decided = 0;
  std::uint64_t left_behind = 0;
  std::uint64_t unrecorded = 0;  // do not map, and the ledger knows nothing of them
  std::uint64_t vanished = 0;    // quarantined at the copy, and not in the source any more
  // Rows of the live table in quarantine; part of open and of left_behind.
  std::uint64_t kept_open = 0;
  std::uint64_t kept_left_behind = 0;
  std::map<std::string, std::uint64_t> open_reasons;  // of open, without rows of the live table
  /// By field of the target: rows, of `mapped`, that lost something there; where a rule is lossy.
  std::vector<std::uint64_t> lost;
  // By number of the source piece:
  std::vector<codec::RowSetDigest> piece_read;
  std::vector<codec::RowSetDigest> piece_mapped;  // without decided and refused rows
  std::vector<codec::RowSetDigest> piece_proved;  // source rows of `mapped`
  std::vector<std::uint64_t> piece_held;          // rows that the ledger holds in quarantine
};

/// Where the rows of one table come from: the source, in pieces, and the live table where its rows
/// are kept. Pieces of the live table are numbered after those of the source.
struct Origins {
  std::vector<Piece> source;
  std::vector<Piece> live;
};

/// Target rows as they should be: source rows mapped anew, rows that people decided, and kept rows
/// of the live table.
class ExpectedRows {
 public:
  /// Borrows all of it: must not outlive them. `decided` sees each decided row as it should stand
  /// in the target, during the first feed only; never two at once. `proof` gets an entry for each
  /// row that maps as it is, during the first feed too; nullptr: there is none.
  ExpectedRows(const plan::TablePlan& table, const codec::RowHasher& hasher, HeldRows& held,
               std::function<void(std::string_view)> decided = nullptr,
               manifest::ProofWriter* proof = nullptr)
      : table_(table), hasher_(hasher), held_(held), decided_(std::move(decided)), proof_(proof) {}

  /// Gives every row of the pieces to `rows`, every row of the companion table to `rest`; either
  /// may be nullptr. The tally is complete only where all pieces are read. `pieces`: how many
  /// source pieces there are in all.
  SourceTally feed(Scanner& source, Scanner& target, const Origins& origins, std::size_t pieces,
                   RowSink* rows, RowSink* rest);

 private:
  friend class ExpectedWorker;

  void feed_kept(Scanner& target, std::span<const Piece> pieces, SourceTally& tally, RowSink* rows);

  const plan::TablePlan& table_;
  const codec::RowHasher& hasher_;
  HeldRows& held_;
  std::function<void(std::string_view)> decided_;
  os::Mutex decided_mutex_;
  manifest::ProofWriter* proof_;
};

/// Whether a row is to be passed over; asked by all workers at once.
using SkipRow = std::function<bool(const codec::RowHash& row)>;

/// Gives every row of the pieces of a target table, as it is, to `rows` (may be nullptr); returns
/// their digest.
codec::RowSetDigest feed_actual(Scanner& target, const db::TableRead& table,
                                std::span<const Piece> pieces, const codec::RowHasher& hasher,
                                RowSink* rows, const SkipRow& skip = nullptr);

}  // namespace sluice::verify
