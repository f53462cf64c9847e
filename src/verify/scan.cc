#include "verify/scan.h"

#include <algorithm>
#include <atomic>

#include "sluice/model/error.h"
#include "sluice/os/kill_point.h"
#include "sluice/pipeline/range_pipeline.h"

namespace sluice::verify {
namespace {

/// What a worker holds of a table at once: large enough that a statement for each step of heap
/// blocks costs nothing, small enough that all workers together stay far below the limit of memory.
constexpr std::size_t kReadBytes = 4U << 20;

}  // namespace

std::vector<Piece> number_pieces(const std::vector<model::KeyRange>& ranges, PieceNumber first) {
  std::vector<Piece> pieces;
  pieces.reserve(ranges.size());
  for (const model::KeyRange& range : ranges) pieces.push_back({first++, range});
  return pieces;
}

void Reporter::begin_table(const std::string& table, std::size_t index) {
  const os::Lock lock(mutex_);
  table_ = table;
  progress_ = Progress{};
  progress_.table = table_;
  progress_.table_index = index;
  progress_.table_count = table_count_;
}

void Reporter::begin_stage(std::string_view stage, std::uint64_t expected_rows) {
  const os::Lock lock(mutex_);
  progress_.stage = stage;
  progress_.expected_rows = expected_rows;
  progress_.rows = 0;
  progress_.bytes = 0;
  ++marks_.activities;
  report();
}

void Reporter::add(std::uint64_t rows, std::uint64_t bytes) {
  const os::Lock lock(mutex_);
  progress_.rows += rows;
  progress_.bytes += bytes;
  marks_.rows_read += rows;
  ++marks_.batches;
  report();
}

waits::Marks Reporter::marks() const {
  const os::Lock lock(mutex_);
  return marks_;
}

void Reporter::report() {
  if (callback_) callback_(progress_);
}

void throw_if_stopped(const std::stop_token& stop) {
  if (!stop.stop_requested()) return;
  throw model::Error(model::ErrorKind::interrupted, "verification was stopped",
                     "start it again: nothing is lost, and nothing was proved");
}

void run_on_pipeline(std::size_t count, std::stop_source& stop,
                     const std::function<void(std::size_t)>& work) {
  pipeline::for_each(count, count, stop, work);
}

void Scanner::read_piece(std::size_t worker, const db::TableRead& table, const Piece& piece,
                         const std::stop_token& stop, const BatchVisitor& visit) {
  db::SourceSession& session = *sessions_.sessions[worker];
  waits::Worker at(reporter_.workers(), rows_, table.table.text(), session.sql().id());
  const auto stream = session.read(table, piece.range);
  db::SourceBatch batch;
  while (!stop.stop_requested() && stream->read(batch, kReadBytes)) {
    at.waits(waits::Wait::nobody);
    SLUICE_KILL_POINT("after_verify_read");
    visit(worker, piece, batch);
    reporter_.add(batch.rows.rows(), batch.rows.byte_count());
    // The server's turn again, at the end of the piece too: it closes the stream.
    at.waits(rows_, table.table.text(), session.sql().id());
    if (!batch.next) break;
  }
}

void Scanner::scan(const db::TableRead& table, std::span<const Piece> pieces,
                   const BatchVisitor& visit) {
  throw_if_stopped(stop_);
  std::atomic<std::size_t> next = 0;
  std::stop_source stop;
  const std::stop_callback forward(stop_, [&stop] { stop.request_stop(); });
  const std::size_t at_once = std::clamp<std::size_t>(pieces.size(), 1, workers());
  run_workers_(at_once, stop, [&](std::size_t worker) {
    while (!stop.stop_requested()) {
      const std::size_t piece = next++;
      if (piece >= pieces.size()) return;
      read_piece(worker, table, pieces[piece], stop.get_token(), visit);
    }
  });
  throw_if_stopped(stop_);
}

}  // namespace sluice::verify
