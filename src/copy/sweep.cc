#include "copy/sweep.h"

#include <algorithm>
#include <set>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/model/quote.h"
#include "sluice/os/kill_point.h"

#include "copy/current.h"
#include "copy/decided_rows.h"
#include "copy/faults.h"
#include "copy/key_columns.h"
#include "copy/mapped_batch.h"
#include "copy/place_rows.h"
#include "copy/references.h"
#include "copy/refusal.h"
#include "copy/table_failure.h"
#include "copy/trace.h"
#include "copy/violators.h"

namespace sluice::copy {
namespace {

using model::Engine;
using model::Error;
using model::ErrorKind;
using plan::DeferredStep;

/// Where the rows at fault come from.
struct Traced {
  TracedRows source;    // of the source
  DecidedRows decided;  // out of quarantine, by a decision

  [[nodiscard]] std::size_t rows() const noexcept {
    return source.rows.rows.rows() + decided.sources.size();
  }
};

/// Numbers the values of a unique index, so that rows which share one are known by their number.
std::string group_sql(const DeferredStep& step) {
  if (step.kind != DeferredStep::Kind::index) return "''";
  return fmt::format("dense_rank() OVER (ORDER BY {})", fmt::join(step.key, ", "));
}

/// What a step is about. Of a key that only new tables will have, no catalogue knows.
std::vector<std::size_t> columns_of(db::SqlSession& session, const plan::TablePlan& table,
                                    const DeferredStep& step) {
  if (step.kind == DeferredStep::Kind::foreign_key) {
    if (auto columns = index_columns(table, step.key)) return std::move(*columns);
  }
  return constrained_columns(session, table, step.of);
}

/// Of a side table called s.
std::vector<std::string> name_expressions(const plan::TablePlan& table) {
  std::vector<std::string> expressions;
  for (const std::size_t column : naming_columns(table)) {
    expressions.push_back(fmt::format(
        "s.{}::text", model::quote_identifier(Engine::postgresql, table.write[column].name)));
  }
  return expressions;
}

/// Rows of SQL: place and texts of each fault.
std::string values_of(std::span<const Fault> faults) {
  std::string values;
  for (const Fault& fault : faults) {
    std::vector<std::string> texts;
    for (const auto& text : fault.texts) {
      texts.push_back(text ? model::quote_literal(Engine::postgresql, *text) : "NULL");
    }
    values += fmt::format("{}('{}'::tid, ARRAY[{}]::text[])", values.empty() ? "" : ", ",
                          fault.place, fmt::join(texts, ", "));
  }
  return values;
}

/// The rows of one table that keep one step from being done, on their way into quarantine.
class Sweep {
 public:
  /// `condition`: of the rows at fault, over side table `s`.
  Sweep(const RunContext& run, db::TargetSession& session, const plan::TablePlan& table,
        const DeferredStep& step, std::string condition)
      : run_(run),
        session_(session),
        table_(table),
        step_(step),
        condition_(std::move(condition)),
        names_(name_expressions(table)),
        columns_(columns_of(session, table, step)),
        mapper_(table, ledger::Origin::source, codec::RowHasher(run.plan.digest, run.run.seed())) {}

  /// Takes out all rows at fault; returns how many. None when they are more than the table's limit
  /// allows: the run is paused then, because so many rows at fault are a mistake of the plan rather
  /// than of the rows.
  std::size_t take_out();

 private:
  /// In rising order, so that two lists can be compared.
  [[nodiscard]] std::vector<Fault> find_faults();
  [[nodiscard]] Traced trace(const std::vector<Fault>& faults);
  [[noreturn]] void give_up(std::size_t rows, const Traced& traced);
  [[nodiscard]] FaultReasons reasons_of(const std::vector<Fault>& faults, const Traced& traced,
                                        const MappedBatch& mapped) const;
  [[nodiscard]] bool move(const std::vector<Fault>& faults, const Traced& traced);
  [[nodiscard]] std::size_t delete_rows(const std::vector<Fault>& faults);
  void take_back(const DecidedRows& decided, const FaultReasons& reasons);
  template <typename Row>
  void delete_rest(const std::vector<Row>& rows) {
    if (!table_.rest) return;
    for (const Row& row : rows) {
      // Without a key all rows of the companion table would look alike.
      if (row.source_key.empty()) throw untraceable("the source table has no key");
      session_.query(fmt::format("DELETE FROM {} WHERE source_key = $1",
                                 model::quote_name(Engine::postgresql, *table_.rest)),
                     {row.source_key});
    }
  }
  void pause(std::size_t rows);
  [[nodiscard]] std::string side() const {
    return model::quote_name(Engine::postgresql, table_.side);
  }
  [[nodiscard]] Error untraceable(const std::string& why) const {
    return {ErrorKind::data,
            fmt::format("rows of {} break a constraint and cannot be traced to source rows: {}",
                        table_.side.text(), why)};
  }

  const RunContext& run_;
  db::TargetSession& session_;
  const plan::TablePlan& table_;
  const DeferredStep& step_;
  std::string condition_;
  std::vector<std::string> names_;    // SQL: the texts of the naming columns
  std::vector<std::size_t> columns_;  // that the step is about
  BatchMapper mapper_;
};

std::size_t Sweep::take_out() {
  std::vector<Fault> faults = find_faults();
  while (!faults.empty()) {
    if (faults.size() > run_.quarantine_limit(table_.number)) {
      pause(faults.size());
      return 0;
    }
    const Traced traced = trace(faults);
    if (run_.stop.token().stop_requested()) return 0;
    if (traced.rows() == faults.size() && move(faults, traced)) return faults.size();
    // Other steps of the table may take out some of the same rows at the same time: then look
    // again.
    std::vector<Fault> left = find_faults();
    if (left == faults) give_up(faults.size(), traced);
    faults = std::move(left);
  }
  return 0;
}

std::vector<Fault> Sweep::find_faults() {
  std::vector<Fault> faults;
  const auto result = session_.query(fmt::format(
      "SELECT {}, s.ctid::text, {} FROM {} s WHERE {} LIMIT {}", fmt::join(names_, ", "),
      group_sql(step_), side(), condition_, run_.quarantine_limit(table_.number) + 1));
  for (const auto& row : result.rows) {
    Fault fault;
    fault.texts.assign(row.begin(), row.end() - 2);
    fault.place = row.end()[-2].value();
    fault.group = row.back().value();
    faults.push_back(std::move(fault));
  }
  std::ranges::sort(faults, {},
                    [](const Fault& fault) { return std::tie(fault.texts, fault.place); });
  return faults;
}

Traced Sweep::trace(const std::vector<Fault>& faults) {
  std::set<std::string> names;
  for (const Fault& fault : faults) names.insert(row_name(fault.texts));
  Traced traced;
  traced.decided = decided_rows(session_, run_.run.id, table_, names, mapper_);
  traced.source = trace_rows(run_, session_, table_, names, mapper_);
  return traced;
}

/// The rows that were copied are not to be had any more, or never came from the source. What the
/// source has in their place is not what was copied, so it is not set aside for it.
void Sweep::give_up(std::size_t rows, const Traced& traced) {
  const std::string found = fmt::format("{} rows, of which {} are found", rows, traced.rows());
  if (traced.rows() == rows) throw untraceable("other rows look the same");
  if (!traced.source.moved) {
    throw untraceable(found + "; the others are kept rows of " + table_.target.text());
  }
  session_.begin();
  require_current(session_, run_);
  ledger::mark_moved(session_, run_.run.id, table_.number);
  session_.commit();
  throw untraceable(found +
                    "; the source has changed since they were copied: the next start copies what "
                    "has changed and tries again");
}

FaultReasons Sweep::reasons_of(const std::vector<Fault>& faults, const Traced& traced,
                               const MappedBatch& mapped) const {
  const db::SourceBatch& rows = traced.source.rows;
  const codec::RowBuffer& written = mapped.rows(rows);
  FaultReasons reasons(table_, step_, columns_, faults);
  for (std::size_t row = 0; row < written.rows(); ++row) {
    reasons.add(written.row(row), mapper_.key_json(rows.rows.row(mapped.source_row(row))));
  }
  for (std::size_t row = 0; row < traced.decided.sources.size(); ++row) {
    reasons.add(traced.decided.mapped.target.row(row), traced.decided.sources[row].source_key);
  }
  return reasons;
}

bool Sweep::move(const std::vector<Fault>& faults, const Traced& traced) {
  const db::SourceBatch& rows = traced.source.rows;
  MappedBatch mapped;
  mapper_.map(rows, mapped);
  ledger::Batch batch;
  batch.table_no = table_.number;
  batch.origin = ledger::Origin::retracted;
  batch.proved = mapped.proved;
  batch.target = mapped.written;
  batch.quarantined = mapped.proved;
  batch.rest = mapped.rest_written;
  batch.read = batch.filtered = codec::RowSetDigest(run_.plan.digest);
  std::vector<ledger::QuarantinedRow> quarantined;
  const codec::RowBuffer& written = mapped.rows(rows);
  const FaultReasons reasons = reasons_of(faults, traced, mapped);
  for (std::size_t row = 0; row < written.rows(); ++row) {
    const std::size_t source = mapped.source_row(row);
    const std::string key = mapper_.key_json(rows.rows.row(source));
    quarantined.push_back(mapper_.refused_row(rows, source, reasons.of(written.row(row), key)));
  }
  session_.begin();
  require_current(session_, run_);
  // Indexes that are being built at the same time lock the table for as long as that takes.
  session_.query("SET LOCAL lock_timeout = 0");
  if (delete_rows(faults) != faults.size()) {
    session_.rollback();
    return false;
  }
  delete_rest(quarantined);
  ledger::record_loose_batch(session_, run_.run.id, batch);
  take_back(traced.decided, reasons);
  const std::uint64_t open =
      ledger::record_quarantine(session_, run_.run.id, table_.number, 0, 0, quarantined);
  SLUICE_KILL_POINT("before_sweep_commit");
  session_.commit();
  run_.progress.table(table_.number).quarantined += quarantined.size();
  if (open > run_.quarantine_limit(table_.number)) pause(open);
  return true;
}

/// Each row where it was found, if it is still the one that was found there.
std::size_t Sweep::delete_rows(const std::vector<Fault>& faults) {
  // A statement of some hundred rows: long enough to be quick, short enough to be planned quickly.
  constexpr std::size_t kRowsAtOnce = 500;
  std::string same = "s.ctid = v.place";
  for (std::size_t i = 0; i < names_.size(); ++i) {
    same += fmt::format(" AND {} IS NOT DISTINCT FROM v.texts[{}]", names_[i], i + 1);
  }
  std::size_t deleted = 0;
  for (std::size_t first = 0; first < faults.size(); first += kRowsAtOnce) {
    const std::size_t count = std::min(kRowsAtOnce, faults.size() - first);
    deleted +=
        session_
            .query(fmt::format("DELETE FROM {} s USING (VALUES {}) AS v (place, texts) "
                               "WHERE {}",
                               side(), values_of(std::span(faults).subspan(first, count)), same))
            .affected;
  }
  return deleted;
}

/// Rows that people decided about: the target refuses it, so they are open again.
void Sweep::take_back(const DecidedRows& decided, const FaultReasons& reasons) {
  delete_rest(decided.sources);
  retract_decided(session_, run_.run.id, table_, decided);
  std::vector<RowRefusal> refused;
  for (std::size_t row = 0; row < decided.sources.size(); ++row) {
    refused.push_back(reasons.of(decided.mapped.target.row(row), decided.sources[row].source_key));
  }
  reopen_decided(session_, run_.run.id, decided, mapper_, refused);
}

void Sweep::pause(std::size_t rows) {
  run_.stop.request(
      ErrorKind::stop_rule,
      fmt::format("{} or more rows of {} are at fault, more than its limit of {}: {}", rows,
                  table_.source.text(), run_.quarantine_limit(table_.number), message_of(step_)));
}

/// How tables stand in a round.
struct Standing {
  std::set<model::QualifiedName> failed;  // side tables: nothing is taken from, or for, their gaps
  std::set<int> live;                     // in people's hands

  [[nodiscard]] bool is_swept(const plan::TablePlan& table) const {
    return !failed.contains(table.side) && !live.contains(table.number);
  }
  [[nodiscard]] bool has_parents(const Reference& reference) const {
    return std::ranges::none_of(reference.referred, [this](const model::QualifiedName& table) {
      return failed.contains(table);
    });
  }
};

/// Takes the orphans out of one table; trouble with them sinks only that table.
std::size_t sweep_table(const RunContext& run, db::TargetSession& session,
                        const plan::TablePlan& table, const Reference& reference,
                        Standing& standing) {
  try {
    return Sweep(run, session, table, reference.step,
                 orphan_condition(reference.step, reference.referred))
        .take_out();
  } catch (const Error& error) {
    if (!sinks_only_its_table(error)) throw;
    fail_table(session, run, table.number, error);
    standing.failed.insert(table.side);
  }
  return 0;
}

/// Those among the tables that have orphans. Each is asked by itself where asking all at once
/// fails: then that says whose trouble it is.
std::vector<const plan::TablePlan*> with_orphans(db::TargetSession& session,
                                                 const Reference& reference,
                                                 std::vector<const plan::TablePlan*> tables) {
  if (tables.size() < 2) return tables;
  std::vector<const plan::TablePlan*> found;
  try {
    const auto result = session.query(orphaned_places(reference.step, tables, reference.referred));
    for (const auto& row : result.rows) found.push_back(tables.at(place(row.front())));
  } catch (const Error& error) {
    if (!sinks_only_its_table(error)) throw;
    return tables;
  }
  return found;
}

/// One round over all foreign keys between whole tables; returns the rows taken out.
std::size_t sweep_round(const RunContext& run, db::TargetSession& session,
                        const std::vector<Reference>& references) {
  std::size_t taken = 0;
  Standing standing{failed_sides(run, session), ledger::live_tables(session, run.run.id)};
  for (const Reference& reference : references) {
    if (run.stop.token().stop_requested()) return 0;
    if (!standing.has_parents(reference)) continue;
    std::vector<const plan::TablePlan*> tables = reference.referring;
    std::erase_if(tables, [&](const plan::TablePlan* table) { return !standing.is_swept(*table); });
    for (const plan::TablePlan* const table : with_orphans(session, reference, std::move(tables))) {
      if (run.stop.token().stop_requested()) return 0;
      if (standing.is_swept(*table))
        taken += sweep_table(run, session, *table, reference, standing);
    }
  }
  return taken;
}

}  // namespace

void sweep_step(const RunContext& run, db::TargetSession& session, const plan::TablePlan& table,
                const DeferredStep& step, const db::Refusal& refusal) {
  const Activity activity(
      run.progress.activities(),
      fmt::format("taking out rows of {} that break {}", table.side.text(), step.of));
  // What an index has no room for breaks no promise: no row could be taken out for it.
  const bool has_violators =
      refusal.kind != db::Refusal::Kind::row_too_big && !violator_condition(table, step).empty();
  if (!has_violators) throw Error(ErrorKind::data, refusal.message);
  Sweep(run, session, table, step, violator_condition(table, step)).take_out();
}

void sweep_orphans(const RunContext& run) {
  const Activity activity(run.progress.activities(), "looking for rows whose parent is missing");
  const auto session = db::open_target(run.target);
  // A row that is taken out may leave others without their parent, hence the rounds.
  const std::vector<Reference> references = all_references(run.plan);
  while (sweep_round(run, *session, references) > 0) continue;
}

}  // namespace sluice::copy
