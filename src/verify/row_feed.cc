#include "verify/row_feed.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "sluice/codec/problem.h"
#include "sluice/mapping/mapper.h"
#include "sluice/model/error.h"

#include "verify/table_reads.h"

namespace sluice::verify {
namespace {

void merge(SourceTally& all, const SourceTally& part) {
  all.read.merge(part.read);
  all.existing.merge(part.existing);
  all.mapped += part.mapped;
  all.filtered += part.filtered;
  all.open += part.open;
  all.decided += part.decided;
  all.left_behind += part.left_behind;
  all.unrecorded += part.unrecorded;
  for (const auto& [reason, rows] : part.open_reasons) all.open_reasons[reason] += rows;
  all.lost.resize(std::max(all.lost.size(), part.lost.size()));
  for (std::size_t i = 0; i < part.lost.size(); ++i) all.lost[i] += part.lost[i];
}

/// Entries that a worker gathers before it hands them on, so that it seldom waits for the others.
constexpr std::size_t kEntries = 4096;

}  // namespace

/// What one worker needs to make target rows of source rows.
class ExpectedWorker {
 public:
  ExpectedWorker(ExpectedRows& rows, std::size_t number, SourceTally& shared, RowSink* sink,
                 RowSink* rest_sink)
      : rows_(rows),
        number_(number),
        mapper_(plan::mapping_of(rows.table_)),
        hasher_(rows.hasher_),
        shared_(shared),
        sink_(sink),
        rest_sink_(rest_sink),
        tally_(rows.hasher_.algorithm()) {}

  void take_batch(const Piece& piece, const db::SourceBatch& batch) {
    codec::IrregularRows irregular(batch.irregular);
    for (std::size_t row = 0; row < batch.rows.rows(); ++row) {
      take_row(piece.number, batch.rows.row(row), irregular.of(row));
    }
  }
  /// The worker's part, when it has read all of its pieces.
  [[nodiscard]] const SourceTally& finish() {
    give_entries();
    return tally_;
  }

 private:
  void take_row(PieceNumber piece, std::string_view row,
                std::span<const codec::Irregular> irregular) {
    const codec::RowHash hash = hasher_.hash(row);
    tally_.read.add(hash);
    // A piece belongs to one worker, so its places in the shared tally need no lock.
    shared_.piece_read[piece].add(hash);
    if (const Held* held = rows_.held_.take(hash)) {
      ++shared_.piece_held[piece];
      return take_held(*held, piece, row, irregular);
    }
    if (mapper_.is_identity() && irregular.empty()) {
      ++tally_.mapped;
      shared_.piece_mapped[piece].add(hash);
      prove(piece, row, hash);
      if (sink_ != nullptr) sink_->take(number_, {row, row, hash, piece});
      return;
    }
    target_.clear();
    rest_.clear();
    switch (mapper_.map(row, irregular, target_, rest_)) {
      case mapping::Outcome::mapped:
        ++tally_.mapped;
        count_lost();
        prove(piece, row, hash);
        shared_.piece_mapped[piece].add(give(piece, row));
        break;
      case mapping::Outcome::filtered:
        ++tally_.filtered;
        break;
      case mapping::Outcome::quarantined:
        ++tally_.unrecorded;
        break;
    }
  }

  void take_held(const Held& held, PieceNumber piece, std::string_view row,
                 std::span<const codec::Irregular> irregular) {
    if (held.state == ledger::QuarantineState::open) {
      ++tally_.open;
      ++tally_.open_reasons[held.reason];
    }
    if (held.state == ledger::QuarantineState::left_behind) ++tally_.left_behind;
    if (held.state != ledger::QuarantineState::decided) return;
    target_.clear();
    rest_.clear();
    const auto outcome = mapper_.map_with_overrides(row, irregular, held.overrides, target_, rest_);
    if (outcome != mapping::Outcome::mapped) {
      throw model::Error(model::ErrorKind::data,
                         "a decision of the ledger does not make a row that the target can hold");
    }
    ++tally_.decided;
    give(piece, row);
    if (!rows_.decided_) return;
    const os::Lock lock(rows_.decided_mutex_);
    rows_.decided_(target_.row(0));
  }

  void count_lost() {
    const std::span<const char> lost = mapper_.lost();
    tally_.lost.resize(lost.size());
    for (std::size_t i = 0; i < lost.size(); ++i) tally_.lost[i] += lost[i] != 0 ? 1 : 0;
  }

  void prove(PieceNumber piece, std::string_view row, const codec::RowHash& hash) {
    shared_.piece_proved[piece].add(hash);
    if (rows_.proof_ == nullptr) return;
    entries_.push_back({keys_.hash(hasher_, row, rows_.table_.key), hash});
    if (entries_.size() == kEntries) give_entries();
  }

  void give_entries() {
    if (!entries_.empty()) rows_.proof_->add(entries_);
    entries_.clear();
  }

  /// Hands on what the mapper made; returns the target row's hash.
  codec::RowHash give(PieceNumber piece, std::string_view source_row) {
    const std::string_view row = target_.row(0);
    const codec::RowHash hash = hasher_.hash(row);
    if (sink_ != nullptr) sink_->take(number_, {row, source_row, hash, piece});
    if (rest_sink_ == nullptr) return hash;
    for (std::size_t i = 0; i < rest_.rows(); ++i) {
      const std::string_view rest_row = rest_.row(i);
      rest_sink_->take(number_, {rest_row, source_row, hasher_.hash(rest_row), piece});
    }
    return hash;
  }

  ExpectedRows& rows_;
  std::size_t number_;
  mapping::Mapper mapper_;
  codec::RowHasher hasher_;
  SourceTally& shared_;
  RowSink* sink_;
  RowSink* rest_sink_;
  SourceTally tally_;
  codec::RowBuffer target_;
  codec::RowBuffer rest_;
  manifest::KeyHasher keys_;
  std::vector<manifest::Entry> entries_;
};

SourceTally ExpectedRows::feed(Scanner& source, Scanner& target, const Origins& origins,
                               std::size_t pieces, RowSink* rows, RowSink* rest) {
  held_.begin_reading();
  SourceTally tally(hasher_.algorithm(), pieces);
  std::vector<std::unique_ptr<ExpectedWorker>> workers;
  for (std::size_t i = 0; i < source.workers(); ++i) {
    workers.push_back(std::make_unique<ExpectedWorker>(*this, i, tally, rows, rest));
  }
  source.scan(source_read(table_), origins.source,
              [&](std::size_t worker, const Piece& piece, const db::SourceBatch& batch) {
                workers[worker]->take_batch(piece, batch);
              });
  for (const auto& worker : workers) merge(tally, worker->finish());
  decided_ = nullptr;
  proof_ = nullptr;
  tally.vanished = held_.unmatched();
  feed_kept(target, origins.live, tally, rows);
  return tally;
}

void ExpectedRows::feed_kept(Scanner& target, std::span<const Piece> pieces, SourceTally& tally,
                             RowSink* rows) {
  if (pieces.empty()) return;
  std::atomic<std::uint64_t> open = 0;
  std::atomic<std::uint64_t> left_behind = 0;
  const auto is_held = [&](const codec::RowHash& hash) {
    const Held* const held = held_.take_kept(hash);
    if (held == nullptr) return false;
    ++(held->state == ledger::QuarantineState::open ? open : left_behind);
    return true;
  };
  tally.existing =
      feed_actual(target, target_read(table_, table_.target), pieces, hasher_, rows, is_held);
  tally.open += open;
  tally.left_behind += left_behind;
  tally.kept_open = open;
  tally.kept_left_behind = left_behind;
}

codec::RowSetDigest feed_actual(Scanner& target, const db::TableRead& table,
                                std::span<const Piece> pieces, const codec::RowHasher& hasher,
                                RowSink* rows, const SkipRow& skip) {
  struct Worker {
    codec::RowHasher hasher;
    codec::RowSetDigest digest;
  };
  std::vector<Worker> workers(target.workers(), {hasher, codec::RowSetDigest(hasher.algorithm())});
  target.scan(table, pieces,
              [&](std::size_t worker, const Piece& piece, const db::SourceBatch& batch) {
                Worker& mine = workers[worker];
                for (std::size_t i = 0; i < batch.rows.rows(); ++i) {
                  const std::string_view row = batch.rows.row(i);
                  const codec::RowHash hash = mine.hasher.hash(row);
                  if (skip && skip(hash)) continue;
                  mine.digest.add(hash);
                  if (rows != nullptr) rows->take(worker, {row, {}, hash, piece.number});
                }
              });
  codec::RowSetDigest all(hasher.algorithm());
  for (const Worker& worker : workers) all.merge(worker.digest);
  return all;
}

}  // namespace sluice::verify
