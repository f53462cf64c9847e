#include "verify/table_check.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

#include "verify/attribution.h"
#include "verify/buckets.h"
#include "verify/column_facts.h"
#include "verify/compare.h"
#include "verify/coverage.h"
#include "verify/describe.h"
#include "verify/held_rows.h"
#include "verify/kept_rows.h"
#include "verify/row_feed.h"
#include "verify/savepoint.h"
#include "verify/table_reads.h"
#include "verify/value_map_check.h"

namespace sluice::verify {
namespace {

/// About as much as a batch of the copy: a difference that is listed costs the reading of one piece
/// on each side.
constexpr std::uint64_t kPieceBytes = 8ULL << 20;
constexpr std::uint64_t kMaxPieces = 4096;

std::size_t piece_count(std::uint64_t bytes, std::size_t workers) {
  const std::uint64_t by_size = std::min(bytes / kPieceBytes + 1, kMaxPieces);
  // A small table is read by one worker: starting more costs more than they save.
  if (by_size == 1) return 1;
  return std::max(static_cast<std::size_t>(by_size), workers);
}

std::vector<Piece> only(const std::vector<Piece>& pieces, const std::set<PieceNumber>* wanted) {
  if (wanted == nullptr) return pieces;
  std::vector<Piece> some;
  for (const Piece& piece : pieces) {
    if (wanted->contains(piece.number)) some.push_back(piece);
  }
  return some;
}

/// One table under full verification: what it is read by, and what the readings found.
class TableCheck {
 public:
  TableCheck(const CheckContext& context, Scanner& source, const plan::TablePlan& table,
             const TableRecord& record)
      : context_(context),
        source_(source),
        table_(table),
        record_(record),
        account_(record.account),
        value_maps_(table),
        held_(context.ledger, context.run_id, table.number, context.hasher,
              [this](const ledger::HeldRow& row) { take_held(row); }),
        expected_(
            table, context.hasher, held_, [this](std::string_view row) { take_decided(row); },
            context.proof),
        tally_(context.hasher.algorithm()),
        report_(begin_report(table)) {}

  CheckedTable run() {
    cut();
    compare_rows();
    count_rows();
    if (rest_sides_) compare_rest();
    compare_figures();
    conclude();
    ProvedTable proved = proved_table(table_, origins_.source, tally_, actual_rows_->total());
    return {std::move(report_), std::move(one_sided_), std::move(proved)};
  }

 private:
  void take_held(const ledger::HeldRow& row);
  void take_decided(std::string_view target_row);
  void cut();
  void compare_rows();
  void count_rows();
  void compare_rest();
  void compare_figures();
  void conclude();
  [[nodiscard]] Sides row_sides();
  [[nodiscard]] Sides rest_sides();
  [[nodiscard]] std::optional<RowKey> source_key() const;
  [[nodiscard]] bool source_stood_still() const;
  [[nodiscard]] std::size_t workers() const {
    return std::max(source_.workers(), context_.target.workers());
  }

  const CheckContext& context_;
  Scanner& source_;
  const plan::TablePlan& table_;
  const TableRecord& record_;
  const ledger::Account& account_;
  ValueMapCheck value_maps_;
  OneSided one_sided_;
  HeldRows held_;
  ExpectedRows expected_;
  Origins origins_;
  std::vector<ledger::Batch> piece_batches_;  // empty where source pieces are no batches
  std::vector<Piece> side_pieces_;
  std::vector<Piece> rest_pieces_;
  SourceTally tally_;
  std::optional<BucketTable> expected_rows_;
  std::optional<BucketTable> actual_rows_;
  std::optional<Sides> rest_sides_;
  std::optional<BucketTable> expected_rest_;
  bool unstable_ = false;
  bool differs_ = false;
  TableReport report_;
};

void TableCheck::take_held(const ledger::HeldRow& row) {
  value_maps_.take_held(row);
  if (row.kept) {
    one_sided_.kept_held.add(target_row_key(table_).texts(row.row));
  } else if (row.source_key.empty() || table_.key.empty()) {
    one_sided_.held.add({});
  } else {
    one_sided_.held.add(ledger::key_from_json(row.source_key).values);
  }
}

void TableCheck::take_decided(std::string_view target_row) {
  value_maps_.take_decided(target_row);
  one_sided_.decided.add(target_row_key(table_).texts(target_row));
}

void TableCheck::cut() {
  BatchPieces batches;
  if (table_.order == model::RangeKind::key) {
    batches = pieces_of_batches(record_.batches, key_carriers(table_));
  }
  origins_.source = std::move(batches.pieces);
  piece_batches_ = std::move(batches.batches);
  const std::size_t count = piece_count(account_.bytes, source_.workers());
  if (origins_.source.empty()) {
    origins_.source =
        number_pieces(db::cut_ranges(source_.first(), source_read(table_), table_.order, count));
  }
  const auto first_live = static_cast<PieceNumber>(origins_.source.size());
  if (table_.existing_rows == config::ExistingRows::keep) {
    origins_.live =
        cut_target(context_.target, target_read(table_, table_.target), account_.bytes, first_live);
  }
  side_pieces_ = cut_target(context_.target, target_read(table_, table_.side), account_.bytes);
  if (!table_.rest) return;
  rest_pieces_ = cut_target(context_.target, rest_read(table_), account_.bytes);
  rest_sides_ = rest_sides();
}

void TableCheck::compare_rows() {
  const auto algorithm = context_.hasher.algorithm();
  BucketSink expected(workers(), algorithm, target_row_key(table_));
  BucketSink expected_rest(workers(), algorithm, rest_row_key());
  context_.reporter.begin_stage("source", account_.read.count());
  tally_ = expected_.feed(source_, context_.target, origins_, origins_.source.size(), &expected,
                          rest_sides_ ? &expected_rest : nullptr);
  expected_rows_ = expected.merged();
  expected_rest_ = expected_rest.merged();

  BucketSink actual(workers(), algorithm, target_row_key(table_));
  context_.reporter.begin_stage("target", expected_rows_->rows());
  feed_actual(context_.target, target_read(table_, table_.side), side_pieces_, context_.hasher,
              &actual);
  actual_rows_ = actual.merged();

  const Evidence evidence = gather_evidence(tally_, expected_rows_->total(), actual_rows_->total(),
                                            account_, piece_batches_, source_stood_still());
  report_.source_changed = evidence.source_differs && !evidence.source_stood_still;
  if (evidence.source_differs && evidence.source_stood_still) {
    report_.notes.emplace_back(
        "the source's rows are not those that the copy read, although nothing was committed there "
        "since: they were read wrong then, or written past what tells of commits");
  }
  report_.target_changed = !evidence.target_as_written;
  report_.digest = actual_rows_->total().to_text();
  context_.reporter.begin_stage("differences", tally_.read.count() + actual_rows_->rows());
  const CloserLook look =
      look_closer(row_sides(), *expected_rows_, *actual_rows_, context_.options.max_listed);
  unstable_ = look.unstable;
  differs_ = look.differs;
  report_.counts = look.counts;
  codec::RowSetDigest written = account_.target;
  written.merge(account_.existing);
  report_.differences = describe_rows({table_, origins_, evidence, expected_rows_->total(), written,
                                       tally_.existing != account_.existing},
                                      look);
}

Sides TableCheck::row_sides() {
  const auto expected = [this](RowSink& sink, const std::set<PieceNumber>* wanted) {
    const Origins some{only(origins_.source, wanted), only(origins_.live, wanted)};
    (void)expected_.feed(source_, context_.target, some, origins_.source.size(), &sink, nullptr);
  };
  const auto actual = [this](RowSink& sink, const std::set<PieceNumber>* wanted) {
    feed_actual(context_.target, target_read(table_, table_.side), only(side_pieces_, wanted),
                context_.hasher, &sink);
  };
  return {expected, actual, target_row_key(table_), source_key(), workers()};
}

Sides TableCheck::rest_sides() {
  const auto expected = [this](RowSink& sink, const std::set<PieceNumber>* wanted) {
    const Origins some{only(origins_.source, wanted), {}};
    (void)expected_.feed(source_, context_.target, some, origins_.source.size(), nullptr, &sink);
  };
  const auto actual = [this](RowSink& sink, const std::set<PieceNumber>* wanted) {
    feed_actual(context_.target, rest_read(table_), only(rest_pieces_, wanted), context_.hasher,
                &sink);
  };
  return {expected, actual, rest_row_key(), source_key(), workers()};
}

std::optional<RowKey> TableCheck::source_key() const {
  if (table_.key.empty()) return std::nullopt;
  return source_row_key(table_);
}

/// Whether all rows were read at points in time that the source is still at.
bool TableCheck::source_stood_still() const {
  return std::all_of(record_.batches.begin(), record_.batches.end(),
                     [this](const ledger::Batch& batch) {
                       return batch.origin != ledger::Origin::source ||
                              context_.unmoved.contains(batch.snapshot_no);
                     });
}

void TableCheck::count_rows() {
  report_.source_rows = tally_.read.count();
  report_.expected_rows = expected_rows_->rows();
  report_.target_rows = actual_rows_->rows();
  report_.existing = tally_.existing.count();
  report_.quarantined = tally_.open;
  report_.decided = tally_.decided;
  report_.left_behind = tally_.left_behind;
  report_.filtered = tally_.filtered;
  report_.unrecorded = tally_.unrecorded;
  if (tally_.vanished != 0) {
    report_.notes.push_back(fmt::format(
        "{} rows that were quarantined at the copy are not in the source any more, or are "
        "otherwise now",
        tally_.vanished));
  }
}

void TableCheck::compare_rest() {
  BucketSink actual(workers(), context_.hasher.algorithm(), rest_row_key());
  context_.reporter.begin_stage("target", expected_rest_->rows());
  feed_actual(context_.target, rest_read(table_), rest_pieces_, context_.hasher, &actual);
  const BucketTable found = actual.merged();
  const CloserLook look =
      look_closer(*rest_sides_, *expected_rest_, found, context_.options.max_listed);
  Evidence evidence;
  evidence.source_differs = tally_.read != account_.read;
  evidence.source_stood_still = source_stood_still();
  evidence.target_as_written = found.total() == account_.rest;
  evidence.expected_as_written = expected_rest_->total() == account_.rest;
  RestReport rest;
  rest.table = table_.rest->text();
  rest.expected_rows = expected_rest_->rows();
  rest.target_rows = found.rows();
  rest.counts = look.counts;
  unstable_ = unstable_ || look.unstable;
  if (look.differs) rest.outcome = Outcome::different;
  rest.differences = describe_rest(evidence, look);
  report_.rest = std::move(rest);
}

void TableCheck::compare_figures() {
  context_.reporter.begin_stage("figures");
  one_sided_.vanished = tally_.vanished;
  one_sided_.existing = tally_.existing.count();
  report_.figures_not_compared = why_not_compared(table_, one_sided_);
  db::SqlSession& source = source_.first().sql();
  db::SqlSession& target = context_.target.first().sql();
  report_.columns_not_compared =
      columns_not_compared(table_, source.engine(), report_.figures_not_compared);
  try {
    report_.facts = guarded_on_both(source, target, [&] {
      auto facts = column_facts(table_, source, target, one_sided_);
      if (!origins_.live.empty() && !table_.target_key.empty()) {
        facts.push_back(kept_rows_fact(table_, target, tally_.kept_open + tally_.kept_left_behind));
      }
      return facts;
    });
    report_.value_maps = guarded_on_both(
        source, target, [&] { return value_maps_.run(source, target, one_sided_); });
  } catch (const model::Error& error) {
    if (ends_everything(error)) throw;
    // What the rows have told stands; only the servers' own figures are missing.
    report_.facts.emplace_back();
    report_.facts.back().measure = "figures";
    report_.facts.back().result = Fact::Result::could_not_check;
    report_.notes.push_back(fmt::format("the servers' own figures failed: {}", error.what()));
  }
}

void TableCheck::conclude() {
  if (differs_) {
    report_.outcome = Outcome::different;
    if (report_.counts.total() == 0) report_.reason = "more equal rows than can be told apart";
  } else if (unstable_) {
    report_.outcome = Outcome::could_not_check;
    report_.reason = "what was read differed between two readings of one point in time";
  } else {
    conclude_from_record(table_, record_, report_);
  }
}

}  // namespace

TableReport begin_report(const plan::TablePlan& table) {
  TableReport report;
  report.number = table.number;
  report.source = table.source.text();
  report.target = table.target.text();
  report.side = table.side.text();
  return report;
}

std::vector<Piece> cut_target(Scanner& target, const db::TableRead& table, std::uint64_t bytes,
                              PieceNumber first) {
  return number_pieces(db::cut_ranges(target.first(), table, model::RangeKind::ctid,
                                      piece_count(bytes, target.workers())),
                       first);
}

CheckedTable check_table(const CheckContext& context, Scanner& source, const plan::TablePlan& table,
                         const TableRecord& record) {
  return TableCheck(context, source, table, record).run();
}

}  // namespace sluice::verify
