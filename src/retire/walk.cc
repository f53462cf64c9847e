#include "retire/walk.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/pipeline/range_pipeline.h"
#include "sluice/pipeline/slot_pool.h"
#include "sluice/plan/shape.h"

#include "retire/finder.h"

namespace sluice::retire {
namespace {

/// Where the manifest has no key ranges, each worker gets this many in turn, so that all end at
/// about the same time.
constexpr std::size_t kPiecesAWorker = 4;

std::optional<model::Key> bound_of(const std::string& json) {
  if (json.empty()) return std::nullopt;
  return ledger::key_from_json(json);
}

/// The verification's own ranges, if they are ranges of keys.
std::vector<model::KeyRange> proved_ranges(const manifest::Table& table) {
  std::vector<model::KeyRange> ranges;
  for (const manifest::Batch& batch : table.batches) {
    model::KeyRange range;
    range.lower = bound_of(batch.lower);
    range.upper = bound_of(batch.upper);
    const bool is_open = !range.lower && !range.upper;
    if (is_open && table.batches.size() > 1) return {};
    ranges.push_back(std::move(range));
  }
  return ranges;
}

/// One reader's sessions.
struct Worker {
  db::SnapshotSessions source;
  std::unique_ptr<db::RowSession> target;
  std::unique_ptr<Finder> finder;
};

class Walk {
 public:
  Walk(const Setting& setting, const Retiring& table, const RowForms& forms,
       const std::function<bool(Batch&)>& take)
      : setting_(setting), table_(table), forms_(forms), take_(take), slots_(setting.workers + 2) {}

  void run(const std::stop_token& stop) {
    open_workers();
    ranges_ = proved_ranges(*table_.proved);
    if (ranges_.empty()) {
      ranges_ = db::cut_ranges(*workers_.front().source.sessions.front(), forms_.read,
                               model::RangeKind::key, setting_.workers * kPiecesAWorker);
    }
    std::stop_source own;
    const std::stop_callback forward(stop, [&own] { own.request_stop(); });
    using Slot = pipeline::SlotPool<Batch>::Slot;
    pipeline::run<Slot>(
        {setting_.workers, 1}, own,
        [&](std::size_t worker, const auto& emit) { read(workers_[worker], own, emit); },
        [&](const Slot& slot) {
          if (!take_(*slot)) own.request_stop();
        });
  }

 private:
  void open_workers() {
    for (std::size_t i = 0; i < setting_.workers; ++i) {
      Worker& worker = workers_.emplace_back();
      worker.source = db::open_snapshot(setting_.source, 1);
      worker.target = db::open_rows(setting_.target, db::Purpose::catalog);
      worker.finder = std::make_unique<Finder>(setting_, table_, forms_, *worker.target);
    }
  }

  template <typename Emit>
  void read(Worker& worker, std::stop_source& stop, const Emit& emit) {
    db::SourceBatch rows;
    while (!stop.stop_requested()) {
      const std::size_t next = next_range_++;
      if (next >= ranges_.size()) return;
      const auto stream = worker.source.sessions.front()->read(forms_.read, ranges_[next]);
      while (!stop.stop_requested() && stream->read(rows, setting_.batch_bytes)) {
        auto slot = slots_.take(stop.get_token());
        if (!slot) return;
        worker.finder->find(rows, *slot);
        emit(std::move(slot));
        if (!rows.next) break;
      }
    }
  }

  const Setting& setting_;
  const Retiring& table_;
  const RowForms& forms_;
  const std::function<bool(Batch&)>& take_;
  pipeline::SlotPool<Batch> slots_;
  std::vector<Worker> workers_;
  std::vector<model::KeyRange> ranges_;
  std::atomic<std::size_t> next_range_ = 0;
};

}  // namespace

void walk(const Setting& setting, const Retiring& table, const RowForms& forms,
          const std::stop_token& stop, const std::function<bool(Batch&)>& take) {
  Walk(setting, table, forms, take).run(stop);
}

RowForms forms_of(const Setting& setting, const Retiring& table) {
  const model::Table* const now = setting.catalog.find(table.plan->source);
  if (now == nullptr) {
    throw model::Error(model::ErrorKind::drift,
                       fmt::format("the source has no table {}", table.plan->source.text()),
                       "nothing of it can be deleted");
  }
  const auto lines = plan::differences(table.plan->source_shape, plan::source_shape(*now));
  if (!lines.empty()) {
    throw model::Error(model::ErrorKind::drift,
                       fmt::format("{} is not the plan's any more: {}", table.plan->source.text(),
                                   fmt::join(lines, "; ")),
                       "plan, copy and verify it anew");
  }
  return row_forms(*table.plan, *now, setting.catalog.server.engine);
}

}  // namespace sluice::retire
