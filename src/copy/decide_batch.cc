#include "copy/decide_batch.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"
#include "sluice/os/kill_point.h"

#include "copy/decided_form.h"
#include "copy/table_streams.h"

namespace sluice::copy {

using ledger::QuarantineState;
using model::Error;
using model::ErrorKind;

DecideBatch::DecideBatch(const DecideContext& context, db::TargetSession& session,
                         const plan::TablePlan& table, BatchMapper& mapper,
                         const std::vector<ChosenRow>& rows)
    : context_(context), session_(session), table_(table), mapper_(mapper), rows_(rows) {}

DecidedBatch DecideBatch::run() {
  // A constraint that is deferred to the COMMIT would refuse all rows there, and name none.
  session_.query("SET CONSTRAINTS ALL IMMEDIATE");
  SLUICE_KILL_POINT("after_begin");
  sort_rows();
  write();
  SLUICE_KILL_POINT("after_load");
  record_batch();
  SLUICE_KILL_POINT("after_record");
  record_refusals();
  mark_rows();
  move_positions();
  record_event();
  if (context_.dry_run) print_rows();
  return std::move(result_);
}

/// Reads the rows anew, locked: somebody may have decided since they were chosen.
void DecideBatch::sort_rows() {
  std::map<std::int64_t, const ChosenRow*> chosen;
  std::vector<std::int64_t> ids;
  for (const ChosenRow& row : rows_) {
    chosen.emplace(row.id, &row);
    ids.push_back(row.id);
  }
  for (ledger::QuarantinedSource& row : ledger::lock_quarantined(session_, context_.run.id, ids)) {
    const ChosenRow& choice = *chosen.at(row.id);
    if (row.state != QuarantineState::open) {
      result_.decided_before.push_back(row.id);
    } else {
      take_row(choice, std::move(row));
    }
  }
}

void DecideBatch::take_row(const ChosenRow& chosen, ledger::QuarantinedSource row) {
  const Decision& decision = context_.decisions.entries[chosen.entry];
  if (decision.verdict == Verdict::leave_behind) {
    left_by_entry_[chosen.entry].push_back(row.id);
    result_.left_behind.push_back(row.id);
    return;
  }
  if (const std::string why = objection(decision, row); !why.empty()) {
    result_.still_open.push_back(
        {row.id, table_.number, row.source_key, row.column, row.reason, "", why});
    return;
  }
  const std::size_t index = moving_.size();
  batch_.rows.append_row(row.row);
  for (const codec::Irregular& field : codec::irregular_from_json(row.irregular, index)) {
    batch_.irregular.push_back(field);
  }
  overrides_.push_back(decision.verdict == Verdict::set ? &decision.set : nullptr);
  moving_.push_back(&chosen);
  row.row.clear();
  sources_.push_back(std::move(row));
}

std::string DecideBatch::objection(const Decision& decision, const ledger::QuarantinedSource& row) {
  if (row.kept) {
    return "it is a kept row of the live table: correct it there and begin a new run, or leave it "
           "behind";
  }
  if (sets_key(decision) && keys_may_be_replaced()) {
    return "its key can be changed when the copy is done: until then rows may be deleted by key, "
           "and copied anew";
  }
  return "";
}

bool DecideBatch::sets_key(const Decision& decision) const {
  return std::ranges::any_of(table_.target_key, [&](std::size_t column) {
    return decision.set.contains(table_.write[column].name);
  });
}

/// A batch that is copied anew is deleted by the keys of its source rows: a row that people gave
/// one of them would be taken along. A failed table may go back to copying.
bool DecideBatch::keys_may_be_replaced() {
  if (context_.run.stage == "copying") return true;
  return std::ranges::any_of(
      ledger::run_tables(session_, context_.run.id), [this](const ledger::RunTable& table) {
        return table.number == table_.number && table.state == ledger::TableState::failed;
      });
}

void DecideBatch::write() {
  mapper_.map_decided(batch_, overrides_, mapped_);
  if (mapped_.filtered.count() != 0) {
    throw Error(ErrorKind::internal, "the row filter leaves out rows that are in quarantine");
  }
  const codec::RowBuffer& rows = mapped_.rows(batch_);
  const RefusedRows refused =
      write_around_refused(session_, table_write(table_), rows, rows.rows(), {});
  for (const RefusedRows::Row& row : refused.rows) {
    if (row.refusal.kind != db::Refusal::Kind::foreign_key) continue;
    result_.lacks_parent.push_back(moving_[mapped_.source_row(row.row)]->id);
  }
  mapper_.refuse(batch_, explain_refusals(session_, table_, rows, refused), mapped_);
  for (const std::uint32_t row : mapped_.origin) {
    decided_by_entry_[moving_[row]->entry].push_back(moving_[row]->id);
    result_.decided.push_back(moving_[row]->id);
  }
  write_rest();
}

void DecideBatch::write_rest() {
  if (mapped_.rest.empty()) return;
  if (const auto refusal = session_.write(rest_write(table_), mapped_.rest)) {
    throw Error(ErrorKind::data,
                fmt::format("{} refuses kept values: {}", table_.rest->text(), refusal->message));
  }
}

void DecideBatch::record_batch() {
  if (mapped_.origin.empty()) return;
  const codec::RowSetDigest none(context_.plan.digest);
  ledger::Batch record;
  record.table_no = table_.number;
  record.origin = ledger::Origin::decided;
  record.bytes = mapped_.target.byte_count();
  // Their source rows were counted when they were read.
  record.read = record.proved = record.quarantined = record.filtered = none;
  record.target = mapped_.written;
  record.rest = mapped_.rest_written;
  ledger::record_loose_batch(session_, context_.run.id, record);
}

void DecideBatch::record_refusals() {
  for (std::size_t i = 0; i < mapped_.quarantined.size(); ++i) {
    record_refusal(mapped_.quarantined_from[i], mapped_.quarantined[i]);
  }
}

void DecideBatch::record_refusal(std::size_t row, const ledger::QuarantinedRow& why) {
  const ledger::QuarantinedSource& source = sources_[row];
  result_.still_open.push_back({source.id, table_.number, source.source_key, why.column,
                                std::string(codec::to_string(why.reason)), why.raw_value,
                                why.message});
  record_refused_decision(session_, context_.run.id, source,
                          decision_of(row).verdict == Verdict::retry, why);
}

void DecideBatch::mark_rows() {
  const std::string& run_id = context_.run.id;
  for (const auto& [entry, ids] : decided_by_entry_) {
    const Decision& decision = context_.decisions.entries[entry];
    ledger::mark_decided(session_, run_id, ids, mapping::overrides_json(decision.set),
                         {decision.person, decision.reason});
  }
  for (const auto& [entry, ids] : left_by_entry_) {
    const Decision& decision = context_.decisions.entries[entry];
    ledger::mark_left_behind(session_, run_id, ids, {decision.person, decision.reason});
  }
}

/// A decided row may bring a number that a sequence would give again.
void DecideBatch::move_positions() {
  // While rows are copied, the building that follows does it. Sequences do not roll back.
  if (mapped_.origin.empty() || context_.run.stage == "copying" || context_.dry_run) return;
  for (const plan::DeferredStep& step : table_.deferred) {
    if (step.kind == plan::DeferredStep::Kind::position) session_.query(step.sql);
  }
}

void DecideBatch::record_event() {
  if (result_.decided.empty() && result_.left_behind.empty()) return;
  std::map<std::string, std::uint64_t> by_person;
  for (const auto* by_entry : {&decided_by_entry_, &left_by_entry_}) {
    for (const auto& [entry, ids] : *by_entry) {
      by_person[context_.decisions.entries[entry].person] += ids.size();
    }
  }
  codec::JsonWriter body;
  body.begin_object();
  body.member("decided", static_cast<std::uint64_t>(result_.decided.size()));
  body.member("file_sha256", context_.file_sha256);
  body.member("left_behind", static_cast<std::uint64_t>(result_.left_behind.size()));
  body.key("persons").begin_object();
  for (const auto& [person, rows] : by_person) body.member(person, rows);
  body.end_object();
  body.member("table", table_.source.text());
  body.end_object();
  ledger::append_event_within(session_, context_.run.id, "quarantine-decided", body.take());
}

void DecideBatch::print_rows() {
  const codec::RowBuffer& rows = mapped_.rows(batch_);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    result_.sql.push_back(insert_sql(table_, rows.row(row)));
  }
}

}  // namespace sluice::copy
