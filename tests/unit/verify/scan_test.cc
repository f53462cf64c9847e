// Reading, mapping and hashing rows under plain threads, on a real server: what ThreadSanitizer can
// watch.
#include "verify/scan.h"

#include <atomic>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "sluice/config/config.h"
#include "sluice/db/catalog.h"
#include "sluice/db/target.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/quarantine.h"
#include "sluice/model/error.h"
#include "sluice/plan/draft.h"

#include "support/drafts.h"
#include "support/postgres_server.h"
#include "support/run_on_threads.h"
#include "verify/buckets.h"
#include "verify/held_rows.h"
#include "verify/row_feed.h"
#include "verify/table_reads.h"

namespace sluice::verify {
namespace {

constexpr std::size_t kWorkers = 4;
constexpr auto kAlgorithm = codec::DigestAlgorithm::xxh3_128;
constexpr const char* kRun = "20260101-000000-abcd";

void run_on_plain_threads(std::size_t count, std::stop_source& stop,
                          const std::function<void(std::size_t)>& work) {
  const auto read = [&work](std::size_t worker, const auto&) { work(worker); };
  test::run_on_threads<int>(count, 0, stop, read, [](int) {});
}

/// 12000 rows without a key. Every hundredth is the same row and in quarantine, so that all workers
/// meet it; the others are in the side table.
class CopiedTable {
 public:
  CopiedTable() {
    source_.run(
        "CREATE TABLE t (id int, n int, payload text);"
        "INSERT INTO t SELECT CASE WHEN n % 100 = 0 THEN 0 ELSE n END, nullif(n % 100, 0), "
        "repeat('x', 90) FROM generate_series(1, 12000) n; ANALYZE");
    target_.run(
        "CREATE TABLE t (id int, n bigint NOT NULL, payload text);"
        "CREATE TABLE t__side (LIKE t INCLUDING ALL);"
        "INSERT INTO t__side SELECT n, n % 100, repeat('x', 90) FROM generate_series(1, 12000) n "
        "WHERE n % 100 <> 0; ANALYZE");
    config_ = config::read_config(
                  fmt::format(R"({{"name": "test", "source": "{}", "target": "{}", "tables":
                    [{{"source": "t", "target": "t", "mapping": {{"same_names": true}}}}]}})",
                              test::url(source_), test::url(target_)),
                  "test.json")
                  .config;
    plan_ = plan::draft(*config_, "", test::catalog_of(config_->source),
                        test::catalog_of(config_->target))
                .plan.value();
    hold_rows();
  }

  [[nodiscard]] const plan::TablePlan& table() const { return plan_.tables.front(); }
  [[nodiscard]] db::SnapshotSessions open_source() const {
    return db::open_snapshot(config_->source, kWorkers);
  }
  [[nodiscard]] db::SnapshotSessions open_target() const {
    return db::open_target_snapshot(config_->target, kWorkers);
  }

 private:
  /// As if the run had put them into quarantine.
  void hold_rows() {
    std::vector<ledger::QuarantinedRow> held;
    const auto snapshot = open_source();
    const auto stream =
        snapshot.sessions.front()->read(source_read(table()), {model::RangeKind::whole, {}, {}});
    db::SourceBatch batch;
    std::vector<codec::Field> fields;
    while (stream->read(batch, 1 << 20)) {
      for (std::size_t row = 0; row < batch.rows.rows(); ++row) {
        codec::parse_fields(batch.rows.row(row), fields);
        if (!fields.at(1).null) continue;
        ledger::QuarantinedRow& one = held.emplace_back();
        one.reason = codec::Problem::refused_by_target;
        one.row = batch.rows.row(row);
      }
    }
    const auto session = db::open_target(config_->target);
    ledger::ensure_schema(*session);
    ledger::Run run;
    run.id = kRun;
    run.nonce = std::string(64, '7');
    ledger::RunTable entry;
    entry.number = 1;
    session->begin();
    ledger::create_run(*session, run, plan::to_json(plan_), {entry});
    REQUIRE(ledger::record_quarantine(*session, run.id, 1, 0, 0, held) == 120);
    session->commit();
  }

  test::PostgresDatabase source_;
  test::PostgresDatabase target_;
  std::optional<config::Config> config_;
  plan::Plan plan_;
};

std::vector<Piece> cut(const Scanner& scanner, const db::TableRead& read) {
  auto pieces = number_pieces(db::cut_ranges(scanner.first(), read, model::RangeKind::ctid, 40));
  REQUIRE(pieces.size() > kWorkers);
  return pieces;
}

}  // namespace

TEST_CASE("several workers read, map and hash every row of both sides once") {
  const CopiedTable copied;
  const plan::TablePlan& table = copied.table();
  const db::SnapshotSessions source_sessions = copied.open_source();
  const db::SnapshotSessions target_sessions = copied.open_target();
  std::uint64_t reported = 0;
  Reporter reporter([&reported](const Progress& progress) { reported = progress.rows; }, 1);
  Scanner source(source_sessions, waits::Wait::source_rows, {}, reporter, run_on_plain_threads);
  Scanner target(target_sessions, waits::Wait::target_read, {}, reporter, run_on_plain_threads);
  const codec::RowHasher hasher(kAlgorithm, 7);
  HeldRows held(target.first().sql(), kRun, 1, hasher);
  ExpectedRows rows(table, hasher, held);
  const Origins origins{cut(source, source_read(table)), {}};

  BucketSink expected(kWorkers, kAlgorithm, target_row_key(table));
  reporter.begin_stage("source");
  const SourceTally tally =
      rows.feed(source, target, origins, origins.source.size(), &expected, nullptr);
  CHECK(reported == 12000);
  CHECK(tally.read.count() == 12000);
  CHECK(tally.open == 120);
  CHECK(tally.mapped == 11880);
  CHECK(tally.vanished == 0);

  BucketSink actual(kWorkers, kAlgorithm, target_row_key(table));
  const db::TableRead side = target_read(table, table.side);
  const auto digest = feed_actual(target, side, cut(target, side), hasher, &actual);
  CHECK(digest.count() == 11880);
  CHECK(expected.merged().total() == digest);
  CHECK(unequal_buckets(expected.merged(), actual.merged()).empty());
}

TEST_CASE("a scan that is stopped, or one of whose workers fails, ends and says so") {
  const CopiedTable copied;
  const db::SnapshotSessions sessions = copied.open_source();
  const db::TableRead read = source_read(copied.table());
  Reporter reporter(nullptr, 1);
  std::stop_source stop;
  Scanner scanner(sessions, waits::Wait::source_rows, stop.get_token(), reporter,
                  run_on_plain_threads);
  const std::vector<Piece> pieces = cut(scanner, read);
  std::atomic<int> seen = 0;
  const auto kind_of = [&](const BatchVisitor& visit) {
    seen = 0;
    try {
      scanner.scan(read, pieces, visit);
    } catch (const model::Error& error) {
      return error.kind();
    }
    return model::ErrorKind::internal;
  };
  const auto fail = [&](std::size_t, const Piece&, const db::SourceBatch&) {
    if (++seen == 3) throw model::Error(model::ErrorKind::data, "three are enough");
  };
  CHECK(kind_of(fail) == model::ErrorKind::data);
  CHECK(seen < static_cast<int>(pieces.size()));
  const auto ask_to_stop = [&](std::size_t, const Piece&, const db::SourceBatch&) {
    if (++seen == 3) stop.request_stop();
  };
  CHECK(kind_of(ask_to_stop) == model::ErrorKind::interrupted);
  CHECK(seen < static_cast<int>(pieces.size()));
}

}  // namespace sluice::verify
