#include <memory>
#include <vector>

#include "sluice/copy/copying.h"
#include "sluice/os/mutex.h"
#include "sluice/pipeline/range_pipeline.h"

#include "copy/batch_work.h"
#include "copy/cancel_on_stop.h"
#include "copy/read_stage.h"
#include "copy/write_stage.h"

namespace sluice::copy {
namespace {

/// The writers that are not busy: as many as may run at once, so one is always there to take.
class WriterPool {
 public:
  WriterPool(const RunContext& run, int snapshot_no) {
    for (std::size_t i = 0; i < run.options.writers; ++i) {
      all_.push_back(std::make_unique<WriteStage>(run, snapshot_no));
      free_.push_back(all_.back().get());
    }
  }
  void write(const BatchWork& batch) {
    const Lease lease(*this);
    lease.writer->write(batch);
  }

 private:
  struct Lease {
    explicit Lease(WriterPool& from) : pool(from), writer(from.take()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool.give_back(writer); }
    WriterPool& pool;
    WriteStage* writer;
  };
  WriteStage* take() {
    const os::Lock lock(mutex_);
    WriteStage* writer = free_.back();
    free_.pop_back();
    return writer;
  }
  void give_back(WriteStage* writer) noexcept {
    const os::Lock lock(mutex_);
    free_.push_back(writer);
  }

  std::vector<std::unique_ptr<WriteStage>> all_;  // constant after construction
  os::Mutex mutex_;
  std::vector<WriteStage*> free_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace

void copy_rows(const RunContext& run, SourceReader& reader) {
  BatchPool batches(run.options.in_flight);
  WriterPool writers(run, reader.snapshot_no);
  std::vector<std::unique_ptr<db::SqlSession>> claims;
  for (std::size_t i = 0; i < run.options.readers; ++i) {
    claims.push_back(db::open_session(run.target, db::Purpose::target));
  }
  pipeline::run<BatchSlot>(
      {run.options.readers, run.options.writers}, run.stop.source(),
      [&](std::size_t index, const auto& emit) {
        db::SourceSession& source = *reader.snapshot.sessions[index];
        const CancelOnStop cancel(run.stop.token(), source);
        ReadStage stage(run, reader.origin, source, *claims[index], batches);
        stage.run(emit);
      },
      [&](const BatchSlot& batch) { writers.write(*batch); });
}

}  // namespace sluice::copy
