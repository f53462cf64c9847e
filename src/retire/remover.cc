#include "retire/remover.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "sluice/archive/reader.h"
#include "sluice/db/removal.h"
#include "sluice/model/error.h"
#include "sluice/os/host.h"
#include "sluice/os/kill_point.h"
#include "sluice/retire/preflight.h"

#include "retire/finder.h"
#include "retire/left_rows.h"
#include "retire/rows_by_key.h"

namespace sluice::retire {
namespace {

/// Each waits 3 s for its lock: somebody who holds rows for half a minute does so on purpose.
constexpr int kTries = 10;
constexpr std::chrono::milliseconds kPause{200};

void add_notes(const std::vector<RowNote>& more, std::vector<RowNote>& notes) {
  for (const RowNote& note : more) {
    if (notes.size() >= kMaxNotes) return;
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }
}

const TableSurvey& proposed(const Proposal& proposal, int number) {
  for (const TableSurvey& table : proposal.tables) {
    if (table.number == number) return table;
  }
  throw model::Error(model::ErrorKind::approval,
                     fmt::format("the document does not speak of table {}", number),
                     "propose again");
}

}  // namespace

Remover::Remover(const Setting& setting, const Request& request, const Retiring& table,
                 const RowForms& forms, RemovalSession& session, archive::Writer& archive,
                 const std::stop_token& stop)
    : setting_(setting),
      request_(request),
      table_(table),
      forms_(forms),
      session_(session),
      archive_(archive),
      stop_(stop),
      hasher_(setting.algorithm, setting.seed) {
  const TableSurvey& allowed = proposed(request.proposal, table.plan->number);
  accepted_gone_.insert(allowed.target_gone_keys.begin(), allowed.target_gone_keys.end());
  may_go_ = allowed.rows;
  result_.number = table.plan->number;
  result_.source = table.plan->source;
}

void Remover::settle() {
  const int number = table_.plan->number;
  // More than one where the source has lost commits that it had answered, as a standby that lagged.
  while (const auto newest = archive_.last_stored(number)) {
    if (newest->rows == 0 || session_.consumed().holds(number, *newest)) break;
    if (!source_has(*newest)) break;
    archive_.take_back(number, *newest);
  }
  before_ = session_.consumed().sum(number, request_.document_sha256);
  result_.consumed = before_.rows;
}

/// Whether every row of a stored batch is in the source. One that is not, whoever deleted it, and
/// whatever became of sluice.consumed, may be nowhere but in the archive.
bool Remover::source_has(const archive::Stored& stored) {
  codec::RowBuffer rows;
  archive::Reader::open(request_.proposal.archive).read(stored, rows);
  const db::TableRead read = archived_read(forms_);
  std::vector<model::Key> keys;
  for (std::size_t i = 0; i < rows.rows(); ++i) keys.push_back(key_of(read, rows.row(i), {}));
  const auto there = rows_by_key(session_.rows(), read, keys);
  return std::all_of(keys.begin(), keys.end(),
                     [&](const model::Key& key) { return there.contains(key_json(key)); });
}

void Remover::begin_pass() {
  result_.source_changed = 0;
  result_.not_proved = 0;
  result_.referenced = 0;
  result_.changed.clear();
  result_.referring.clear();
}

void Remover::note(const Batch& batch) {
  result_.source_changed += batch.source_changed;
  result_.not_proved += batch.not_proved;
  add_notes(batch.changed, result_.changed);
}

std::string Remover::why_stop_on_target(const Batch& batch) const {
  for (std::size_t i = 0; i < batch.keys.size(); ++i) {
    if (batch.partners[i] != Partner::gone) continue;
    const std::string key = key_json(batch.keys[i]);
    if (accepted_gone_.contains(key)) continue;
    return fmt::format("row {} is not in the target any more, and nobody has accepted that", key);
  }
  const std::uint64_t changed =
      before_.target_changed + result_.target_changed + batch.count(Partner::changed);
  if (changed <= request_.limits.target_changed_rows) return {};
  return fmt::format("{} rows live on in the target with other values; the limit is {}", changed,
                     request_.limits.target_changed_rows);
}

std::string Remover::why_stop(const Batch& batch) const {
  if (result_.source_changed > request_.limits.source_changed_rows) {
    const std::string first =
        result_.changed.empty()
            ? ""
            : fmt::format(": row {}: {}", result_.changed[0].key, result_.changed[0].what);
    return fmt::format("{} rows have changed in the source since they were verified{}",
                       result_.source_changed, first);
  }
  if (!batch.unarchivable.empty()) {
    return fmt::format("row {}: {}", batch.unarchivable[0].key, batch.unarchivable[0].what);
  }
  if (before_.by_document + result_.deleted + batch.keys.size() > may_go_) {
    return fmt::format("more rows are to go than the {} that were signed for", may_go_);
  }
  return why_stop_on_target(batch);
}

bool Remover::take(Batch& batch) {
  note(batch);
  while (true) {
    result_.stopped = why_stop(batch);
    if (!result_.stopped.empty()) return false;
    if (batch.keys.empty()) return true;
    const archive::Stored stored = store(batch);
    const Outcome outcome = remove(batch, stored);
    if (outcome == Outcome::deleted) {
      count(batch, stored);
      return true;
    }
    take_back(stored);
    if (outcome == Outcome::stopped) return false;
    outcome == Outcome::referenced ? drop_referenced(batch) : drop_changed(batch);
  }
}

/// Never what a server has deleted after all, whatever it answered.
void Remover::take_back(const archive::Stored& stored) {
  const int number = table_.plan->number;
  if (session_.consumed().holds(number, stored)) {
    throw model::Error(model::ErrorKind::connection,
                       "the source says that a batch was not deleted, and that it was",
                       "its rows are in the archive: run the same command again");
  }
  archive_.take_back(number, stored);
}

archive::Stored Remover::store(const Batch& batch) {
  whole_.clear();
  for (std::size_t i = 0; i < batch.rows.rows(); ++i) {
    append_whole_row(forms_, batch.rows.row(i), fields_, whole_);
  }
  archive::Stored stored = archive_.append(forms_.archived, whole_);
  SLUICE_KILL_POINT("retire-archived");
  return stored;
}

Remover::Outcome Remover::remove(const Batch& batch, const archive::Stored& stored) {
  for (int tries = 1;; ++tries) {
    const std::string id = os::random_hex(16);
    try {
      return transact(batch, stored, id);
    } catch (const model::CommitInDoubt&) {
      if (was_deleted(id)) return Outcome::deleted;
      if (tries >= kTries) throw;
    } catch (const model::Error& error) {
      if (error.retry() == model::Retry::never || tries >= kTries) throw;
      if (error.retry() == model::Retry::new_session) session_.reconnect();
    }
    session_.rows().rollback();
    if (stop_.stop_requested()) return Outcome::stopped;
    std::this_thread::sleep_for(kPause);
  }
}

bool Remover::was_deleted(const std::string& id) {
  SLUICE_KILL_POINT("retire-in-doubt");
  session_.reconnect();
  return session_.consumed().holds(table_.plan->number, id);
}

Remover::Outcome Remover::transact(const Batch& batch, const archive::Stored& stored,
                                   const std::string& id) {
  db::RowSession& rows = session_.rows();
  rows.begin();
  ConsumedBatch marker;
  marker.table_no = table_.plan->number;
  marker.id = id;
  marker.document_sha256 = request_.document_sha256;
  marker.first_key = key_json(batch.keys.front());
  marker.last_key = key_json(batch.keys.back());
  marker.stored = stored;
  marker.target_changed = batch.count(Partner::changed);
  session_.consumed().insert(marker);
  SLUICE_KILL_POINT("retire-marked");
  db::SourceBatch gone;
  const auto refusal = rows.remove(forms_.read, batch.keys, gone);
  if (refusal || !is_same(gone, batch, stored)) {
    rows.rollback();
    return refusal ? Outcome::referenced : Outcome::differs;
  }
  if (result_.stopped = new_hazard(); !result_.stopped.empty()) {
    rows.rollback();
    return Outcome::stopped;
  }
  SLUICE_KILL_POINT("retire-deleted");
  if (setting_.require_hold) setting_.require_hold();
  rows.commit();
  SLUICE_KILL_POINT("retire-committed");
  return Outcome::deleted;
}

/// A trigger or a cascade that was made while rows go has acted with this very delete. Nothing can
/// come between: what makes one waits for who deletes.
std::string Remover::new_hazard() {
  const auto hazards = db::read_removal_hazards(session_.rows(), {table_.plan->source});
  for (const model::Finding& finding : preflight(setting_.tables, hazards)) {
    if (finding.severity == model::Severity::error) return finding.message + "; " + finding.action;
  }
  return {};
}

/// What was really deleted is what lies in the archive, and what was proved.
bool Remover::is_same(const db::SourceBatch& gone, const Batch& batch,
                      const archive::Stored& stored) {
  codec::RowSetDigest proved(hasher_.algorithm());
  codec::RowSetDigest archived(hasher_.algorithm());
  codec::RowBuffer whole;
  std::string scratch;
  for (std::size_t i = 0; i < gone.rows.rows(); ++i) {
    const std::string_view row = gone.rows.row(i);
    proved.add(hasher_, plan_row(forms_, row, scratch));
    whole.clear();
    append_whole_row(forms_, row, fields_, whole);
    archived.add(hasher_, whole.row(0));
  }
  return proved == batch.digest && archived == stored.digest;
}

void Remover::count(const Batch& batch, const archive::Stored& stored) {
  result_.deleted += batch.keys.size();
  result_.consumed += batch.keys.size();
  ++result_.batches;
  result_.archived_bytes += stored.bytes;
  result_.target_changed += batch.count(Partner::changed);
  result_.target_gone += batch.count(Partner::gone);
}

void Remover::drop_referenced(Batch& batch) {
  const std::vector<bool> referenced = referenced_rows(session_.rows(), forms_.read, batch.keys);
  std::vector<bool> keep(referenced);
  keep.flip();
  for (std::size_t i = 0; i < referenced.size(); ++i) {
    if (!referenced[i]) continue;
    ++result_.referenced;
    add_notes({{key_json(batch.keys[i]), "other rows refer to it"}}, result_.referring);
  }
  batch.keep_if(keep, forms_, hasher_);
}

void Remover::drop_changed(Batch& batch) {
  const LeftRows left = look_again(session_.rows(), forms_, batch);
  result_.source_changed += left.changed.size();
  add_notes(left.changed, result_.changed);
  const bool none = std::find(left.keep.begin(), left.keep.end(), false) == left.keep.end();
  if (none) {
    // They were others while they were being deleted and are as before now; or the server says one
    // thing when it deletes and another when it reads. Nobody should delete anything then.
    throw model::Error(model::ErrorKind::stop_rule,
                       fmt::format("rows of {} that were to be deleted were not those that were "
                                   "read, and now they are",
                                   table_.plan->source.text()),
                       "nothing of this batch was deleted: see what writes to the table, and run "
                       "the same command again");
  }
  batch.keep_if(left.keep, forms_, hasher_);
}

}  // namespace sluice::retire
