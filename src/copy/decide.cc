#include "sluice/copy/decide.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "sluice/copy/altered.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/stops.h"
#include "sluice/model/error.h"
#include "sluice/os/kill_point.h"

#include "copy/decide_batch.h"
#include "copy/decide_rivals.h"

namespace sluice::copy {
namespace {

using ledger::QuarantineState;

/// One transaction: large enough to be quick, small enough that a kill loses little and that the
/// rows, twice as large in the server's text form, stay far below a copy's memory.
constexpr std::size_t kRowsAtOnce = 250;
constexpr std::uint64_t kBytesAtOnce = std::uint64_t{4} << 20;

/// How often, and how long apart, the lock of a cut session is asked for again.
constexpr int kLockTries = 50;
constexpr std::chrono::milliseconds kLockPause{100};

using Rows = std::vector<ChosenRow>;

/// Portions of one table each, of the size of a transaction. REQUIRES: sorted by table.
std::vector<Rows> in_batches(const Rows& rows) {
  std::vector<Rows> batches;
  std::uint64_t bytes = 0;
  for (const ChosenRow& row : rows) {
    const bool fits = !batches.empty() && batches.back().front().table_no == row.table_no &&
                      batches.back().size() < kRowsAtOnce && bytes + row.row_bytes <= kBytesAtOnce;
    if (!fits) {
      batches.emplace_back();
      bytes = 0;
    }
    batches.back().push_back(row);
    bytes += row.row_bytes;
  }
  return batches;
}

class Decider {
 public:
  Decider(const DecideContext& context, std::unique_ptr<db::TargetSession>& session)
      : context_(context), session_(session) {}

  DecideReport apply(const Selection& selection);

 private:
  [[nodiscard]] Rows rows_to_decide(const Selection& selection);
  void take_out_rivals(Rows& rows);
  void apply_round(const Rows& rows);
  void apply_batch(const Rows& rows);
  [[nodiscard]] bool is_stopped();
  void leave_open(const ChosenRow& row, std::string why);
  void leave_open(const Rows& rows);
  [[nodiscard]] DecidedBatch commit_or_learn(const Rows& rows);
  void transact(const Rows& rows, DecidedBatch& done);
  [[nodiscard]] bool is_committed(const DecidedBatch& batch);
  void hold_again();
  void count(int table_no, DecidedBatch batch);
  [[nodiscard]] DecideReport report();

  [[nodiscard]] TableDecisions& table(int number) {
    TableDecisions& counts = tables_[number];
    counts.table_no = number;
    return counts;
  }
  [[nodiscard]] BatchMapper& mapper(int table_no);
  [[nodiscard]] const plan::TablePlan& plan_of(int table_no) const {
    return context_.plan.tables.at(static_cast<std::size_t>(table_no - 1));
  }

  const DecideContext& context_;
  std::unique_ptr<db::TargetSession>& session_;
  std::map<int, std::unique_ptr<BatchMapper>> mappers_;
  std::map<int, TableDecisions> tables_;
  std::map<std::int64_t, StillOpen> still_open_;
  std::set<std::int64_t> lacks_parent_;
  std::uint64_t moved_ = 0;
  bool is_stopped_ = false;
  std::vector<std::string> sql_;
};

DecideReport Decider::apply(const Selection& selection) {
  if (context_.dry_run) session_->begin();
  Rows rows = rows_to_decide(selection);
  take_out_rivals(rows);
  for (;;) {
    const std::uint64_t moved_before = moved_;
    lacks_parent_.clear();
    apply_round(rows);
    // A row whose parent came with this very file may arrive now.
    if (lacks_parent_.empty() || moved_ == moved_before || is_stopped_) break;
    std::erase_if(rows, [this](const ChosenRow& row) { return !lacks_parent_.contains(row.id); });
  }
  if (context_.dry_run) session_->rollback();
  return report();
}

Rows Decider::rows_to_decide(const Selection& selection) {
  Rows rows;
  for (const ChosenRow& row : selection.rows) {
    TableDecisions& counts = table(row.table_no);
    if (row.state != QuarantineState::open) {
      ++counts.decided_before;
    } else if (context_.decisions.entries[row.entry].verdict == Verdict::undecided) {
      leave_open(row, "nobody has decided yet");
    } else if (const auto altered = context_.altered.find(row.table_no);
               altered != context_.altered.end()) {
      leave_open(row, "its source table is " + text_of(altered->second));
    } else {
      rows.push_back(row);
    }
  }
  return rows;
}

/// Rows that decisions of the file would make each other's duplicates stay open, all of them.
void Decider::take_out_rivals(Rows& rows) {
  std::map<int, std::vector<Rows>> by_table;
  for (Rows& batch : in_batches(rows)) {
    by_table[batch.front().table_no].push_back(std::move(batch));
  }
  std::map<std::int64_t, RowRefusal> rivals;
  for (const auto& [number, batches] : by_table) {
    rivals.merge(find_rivals(context_, *session_, plan_of(number), mapper(number), batches));
  }
  for (const ChosenRow& row : rows) {
    const auto rival = rivals.find(row.id);
    if (rival == rivals.end()) continue;
    const RowRefusal& why = rival->second;
    still_open_[row.id] = {row.id,
                           row.table_no,
                           row.source_key,
                           why.column,
                           std::string(codec::to_string(why.problem)),
                           why.value,
                           why.message};
  }
  std::erase_if(rows, [&](const ChosenRow& row) { return rivals.contains(row.id); });
}

void Decider::apply_round(const Rows& rows) {
  for (const Rows& batch : in_batches(rows)) {
    is_stopped() ? leave_open(batch) : apply_batch(batch);
  }
}

/// Whether a person has stopped the run meanwhile: asked between two transactions.
bool Decider::is_stopped() {
  if (context_.dry_run || is_stopped_) return is_stopped_;
  is_stopped_ = ledger::stop_in_force(*session_, context_.run.id).has_value();
  return is_stopped_;
}

void Decider::leave_open(const ChosenRow& row, std::string why) {
  still_open_[row.id] = {row.id, row.table_no, row.source_key, row.column, "", "", std::move(why)};
}

void Decider::leave_open(const Rows& rows) {
  for (const ChosenRow& row : rows) {
    leave_open(row, "somebody has stopped the run: see sluice status");
  }
}

void Decider::apply_batch(const Rows& rows) { count(rows.front().table_no, commit_or_learn(rows)); }

DecidedBatch Decider::commit_or_learn(const Rows& rows) {
  DecidedBatch done;
  try {
    transact(rows, done);
  } catch (const model::CommitInDoubt&) {
    // The rows and their change of state share a transaction: the one tells of the other.
    hold_again();
    if (!is_committed(done)) transact(rows, done);
  }
  return done;
}

/// `done` is what was about to be committed, should the answer get lost.
void Decider::transact(const Rows& rows, DecidedBatch& done) {
  const int number = rows.front().table_no;
  if (!context_.dry_run) session_->begin();
  done = DecideBatch(context_, *session_, plan_of(number), mapper(number), rows).run();
  if (!context_.dry_run) {
    SLUICE_KILL_POINT("before_commit");
    session_->commit();
    SLUICE_KILL_POINT("after_commit");
  }
}

bool Decider::is_committed(const DecidedBatch& batch) {
  std::vector<std::int64_t> ids = batch.decided;
  ids.insert(ids.end(), batch.left_behind.begin(), batch.left_behind.end());
  for (const auto& row : ledger::quarantined_sources(*session_, context_.run.id, ids)) {
    if (row.state != QuarantineState::open) return true;
  }
  return false;
}

/// The cut session still holds the run until the server has noticed; its transaction has ended by
/// then, one way or the other.
void Decider::hold_again() {
  session_ = db::open_target(context_.target);
  for (int tries = 0; tries < kLockTries; ++tries) {
    if (ledger::take_run(*session_, context_.run.id, ledger::Holding::alone)) return;
    std::this_thread::sleep_for(kLockPause);
  }
  throw model::Error(model::ErrorKind::locked,
                     fmt::format("run {} is held by another process since the connection was lost",
                                 context_.run.id),
                     "the same command goes on from here");
}

void Decider::count(int table_no, DecidedBatch batch) {
  TableDecisions& counts = table(table_no);
  counts.decided += batch.decided.size();
  counts.left_behind += batch.left_behind.size();
  counts.decided_before += batch.decided_before.size();
  moved_ += batch.decided.size();
  for (const auto* ids : {&batch.decided, &batch.left_behind, &batch.decided_before}) {
    for (const std::int64_t id : *ids) still_open_.erase(id);
  }
  for (StillOpen& row : batch.still_open) still_open_[row.id] = std::move(row);
  lacks_parent_.insert(batch.lacks_parent.begin(), batch.lacks_parent.end());
  std::ranges::move(batch.sql, std::back_inserter(sql_));
}

DecideReport Decider::report() {
  DecideReport report;
  for (auto& [id, row] : still_open_) {
    ++table(row.table_no).still_open;
    report.still_open.push_back(std::move(row));
  }
  for (const auto& [number, counts] : tables_) report.tables.push_back(counts);
  report.sql = std::move(sql_);
  return report;
}

BatchMapper& Decider::mapper(int table_no) {
  std::unique_ptr<BatchMapper>& mapper = mappers_[table_no];
  if (!mapper) {
    mapper =
        std::make_unique<BatchMapper>(plan_of(table_no), ledger::Origin::source,
                                      codec::RowHasher(context_.plan.digest, context_.run.seed()));
  }
  return *mapper;
}

}  // namespace

DecideReport apply_decisions(const DecideContext& context, const Selection& selection,
                             std::unique_ptr<db::TargetSession>& session) {
  return Decider(context, session).apply(selection);
}

}  // namespace sluice::copy
