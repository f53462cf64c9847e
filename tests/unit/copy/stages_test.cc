// The stages of a copy under plain threads, on a real server: what ThreadSanitizer can watch.
#include <mutex>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "sluice/approve/verifier.h"
#include "sluice/config/config.h"
#include "sluice/copy/copying.h"
#include "sluice/copy/start.h"
#include "sluice/db/catalog.h"
#include "sluice/ledger/ledger.h"
#include "sluice/plan/draft.h"

#include "copy/batch_work.h"
#include "copy/read_stage.h"
#include "copy/write_stage.h"
#include "support/drafts.h"
#include "support/postgres_server.h"
#include "support/run_on_threads.h"

namespace sluice::copy {
namespace {

constexpr std::size_t kReaders = 2;
constexpr std::size_t kWriters = 3;

/// A run of one table that is cut and ready to be copied.
class StagedRun {
 public:
  StagedRun() {
    source_.run("CREATE TABLE t (id int PRIMARY KEY, n int, payload text)");
    target_.run("CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, payload text)");
    // Every hundredth row does not fit.
    source_.run(
        "INSERT INTO t SELECT n, nullif(n % 100, 0), repeat('x', 90) FROM generate_series(1, "
        "12000) "
        "n; ANALYZE");
    config_ = config::read_config(
                  fmt::format(R"({{"name": "test", "source": "{}", "target": "{}", "tables":
                    [{{"source": "t", "target": "t", "mapping": {{"same_names": true}}}}]}})",
                              test::url(source_), test::url(target_)),
                  "test.json")
                  .config;
  }

  /// Copies with plain threads; `meanwhile` sees every batch before it is written.
  template <typename Meanwhile>
  void copy(StopReason& stop, Meanwhile meanwhile) {
    const plan::Plan plan = plan::draft(*config_, "", test::catalog_of(config_->source),
                                        test::catalog_of(config_->target))
                                .plan.value();
    Start start =
        start_run(approve::Verifier::without_policy(plan), config_->target, {estimate()}, {});
    create_side_tables(*start.control, plan, start.run);
    Progress progress(1);
    CopyOptions options;
    options.readers = kReaders;
    options.writers = kWriters;
    options.batch_bytes = 64 << 10;
    options.quarantine_limits = {1000};
    const RunContext run{
        plan,     start.run, start.process_id, config_->source, config_->target, options, false, 0,
        progress, stop};
    SourceReader reader = open_source_reader(run, *start.control);
    cut_tables(run, reader, *start.control);
    run_stages(run, reader, meanwhile);
    account_ = ledger::accounts(*start.control, run.run.id, plan.digest).front();
  }

  [[nodiscard]] const ledger::Account& account() const { return account_; }
  [[nodiscard]] const test::PostgresDatabase& target() const { return target_; }

 private:
  static ledger::RunTable estimate() {
    ledger::RunTable table;
    table.number = 1;
    table.estimated_bytes = 1'500'000;
    return table;
  }

  template <typename Meanwhile>
  void run_stages(const RunContext& run, SourceReader& reader, Meanwhile meanwhile) {
    BatchPool pool(kReaders + kWriters + 1);
    std::mutex mutex;
    std::vector<std::unique_ptr<WriteStage>> writers;
    for (std::size_t i = 0; i < kWriters; ++i) {
      writers.push_back(std::make_unique<WriteStage>(run, reader.snapshot_no));
    }
    const auto lease = [&] {
      const std::lock_guard lock(mutex);
      auto writer = std::move(writers.back());
      writers.pop_back();
      return writer;
    };
    test::run_on_threads<BatchSlot>(
        kReaders, kWriters, run.stop.source(),
        [&](std::size_t index, const auto& emit) {
          const auto claims = db::open_session(run.target, db::Purpose::target);
          ReadStage stage(run, ledger::Origin::source, *reader.snapshot.sessions[index], *claims,
                          pool);
          stage.run(emit);
        },
        [&](const BatchSlot& batch) {
          auto writer = lease();
          meanwhile(*batch);
          writer->write(*batch);
          const std::lock_guard lock(mutex);
          writers.push_back(std::move(writer));
        });
  }

  test::PostgresDatabase source_;
  test::PostgresDatabase target_;
  std::optional<config::Config> config_;
  ledger::Account account_;
};

}  // namespace

TEST_CASE("several readers and writers copy every row once") {
  StagedRun staged;
  StopReason stop;
  staged.copy(stop, [](const BatchWork&) {});
  CHECK(staged.account().read.count() == 12000);
  CHECK(staged.account().arrived() == 11880);
  CHECK(staged.account().open == 120);
  CHECK(staged.account().closes());
  CHECK(staged.target().value("SELECT count(*) FROM t__side") == "11880");
  CHECK(staged.target().value("SELECT count(DISTINCT id) FROM t__side") == "11880");
}

TEST_CASE("a stop in the middle leaves whole batches, and a second try the rest") {
  StagedRun staged;
  StopReason stop;
  std::atomic<int> seen = 0;
  staged.copy(stop, [&](const BatchWork&) {
    if (++seen == 5) stop.request(model::ErrorKind::interrupted, "five are enough");
  });
  CHECK(staged.account().closes());
  const std::uint64_t first = staged.account().read.count();
  CHECK(first < 12000);
  StopReason again;
  staged.copy(again, [](const BatchWork&) {});
  CHECK(staged.account().read.count() == 12000);
  CHECK(staged.target().value("SELECT count(DISTINCT id) FROM t__side") == "11880");
}

}  // namespace sluice::copy
