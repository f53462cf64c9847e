#include "sluice/verify/verify_tables.h"

#include <algorithm>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/db/catalog.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/verification.h"
#include "sluice/model/error.h"
#include "sluice/os/host.h"
#include "sluice/os/kill_point.h"
#include "sluice/os/new_file.h"
#include "sluice/waits/stall_watch.h"

#include "verify/manifest_writing.h"
#include "verify/one_sided.h"
#include "verify/savepoint.h"
#include "verify/scan.h"
#include "verify/scope.h"
#include "verify/table_check.h"
#include "verify/team_checks.h"

namespace sluice::verify {
namespace {

/// "20261122-153012" as "2026-11-22T15:30:12Z".
std::string utc_now() {
  const std::string stamp = os::utc_stamp();
  return fmt::format("{}-{}-{}T{}:{}:{}Z", stamp.substr(0, 4), stamp.substr(4, 2),
                     stamp.substr(6, 2), stamp.substr(9, 2), stamp.substr(11, 2),
                     stamp.substr(13, 2));
}

/// A verification under way: the sessions, and what the ledger says of the run.
class Verification {
 public:
  Verification(const plan::Plan& plan, const ledger::Run& run, const model::Endpoint& source,
               const model::Endpoint& target, const Options& options, const Listener& listener,
               const std::stop_token& stop)
      : plan_(plan),
        run_(run),
        options_(options),
        source_endpoint_(plan::held_to(plan.source, source)),
        target_endpoint_(plan::held_to(plan.target, target)),
        stop_(stop),
        tables_(chosen_tables(plan, options.tables)),
        reporter_(listener.progress, tables_.size()),
        manifest_(options.manifest
                      ? std::make_unique<ManifestWriting>(*options.manifest, plan.digest)
                      : nullptr),
        stalls_({source_endpoint_, target_endpoint_, reporter_.workers(),
                 [this] { return reporter_.marks(); }, options.stall_after, stop},
                [&listener](const auto& stall, const auto&) {
                  if (listener.stall) listener.stall(stall);
                }) {
    open();
  }

  VerifyReport run();

 private:
  void open();
  void watch_statements(waits::Wait wait, const db::SqlSession& session);
  [[nodiscard]] std::set<int> unmoved_snapshots();
  /// The ledger as it is at the target's point in time.
  [[nodiscard]] db::SqlSession& record() { return target_->sessions.front()->sql(); }
  [[nodiscard]] bool reads_source() const { return options_.mode == Mode::full; }
  [[nodiscard]] TableReport check(const plan::TablePlan& table, Scanner* source, Scanner& target);
  [[nodiscard]] TableReport compare(const plan::TablePlan& table, Scanner* source, Scanner& target);
  [[nodiscard]] std::optional<std::string> obstacle(const plan::TablePlan& table) const;
  [[nodiscard]] std::vector<CheckReport> checks(db::SqlSession& source, db::SqlSession& target);
  void begin_record();
  void store(VerifyReport& report);
  void store_with_manifest(const ledger::Verification& kept,
                           const std::vector<ledger::CheckValue>& values, VerifyReport& report);
  [[nodiscard]] std::string manifest_event(const std::string& bytes, int number) const;
  void cancel() noexcept;

  const plan::Plan& plan_;
  const ledger::Run& run_;
  const Options& options_;
  const model::Endpoint source_endpoint_;
  const model::Endpoint target_endpoint_;
  std::stop_token stop_;
  std::vector<const plan::TablePlan*> tables_;
  Reporter reporter_;
  std::unique_ptr<ManifestWriting> manifest_;  // nullptr: none was asked for
  std::unique_ptr<db::SqlSession> ledger_;
  std::optional<db::SnapshotSessions> source_;
  std::optional<db::SnapshotSessions> target_;
  std::vector<ledger::RunTable> states_;
  std::vector<ledger::Account> accounts_;
  ledger::Event last_event_;  // that was there when both sides were read
  TableNames source_tables_;
  model::Catalog source_catalog_;
  TableNames target_tables_;
  std::set<int> unmoved_;
  std::map<int, OneSided> one_sided_;  // by table number, of tables that were compared
  std::list<waits::Worker> statements_;
  waits::StallWatch stalls_;  // last: ends before what it looks at
};

void Verification::open() {
  ledger_ = db::open_session(target_endpoint_, db::Purpose::target);
  watch_statements(waits::Wait::target_statement, *ledger_);
  if (options_.record) begin_record();
  const std::size_t readers = std::max<std::size_t>(options_.readers, 1);
  std::vector<model::QualifiedName> of_source;
  std::vector<model::QualifiedName> of_target;
  for (const plan::TablePlan* const table : tables_) {
    of_source.push_back(table->source);
    of_target.push_back(table->side);
  }
  if (reads_source()) source_ = db::open_snapshot(source_endpoint_, readers, of_source);
  target_ = db::open_target_snapshot(target_endpoint_, readers, of_target);
  if (source_) {
    watch_statements(waits::Wait::source_statement, source_->sessions.front()->sql());
  }
  watch_statements(waits::Wait::target_statement, record());
  // Under the snapshot of the rows, so that what people decide meanwhile is on neither side.
  states_ = ledger::run_tables(record(), run_.id);
  accounts_ = ledger::accounts(record(), run_.id, plan_.digest);
  std::vector<ledger::Event> events = ledger::events(record(), run_.id);
  if (!events.empty()) last_event_ = std::move(events.back());
  SLUICE_KILL_POINT("after_verify_snapshots");
  if (source_) unmoved_ = unmoved_snapshots();
  std::set<std::string> source_schemas;
  std::set<std::string> target_schemas;
  for (const plan::TablePlan& table : plan_.tables) {
    source_schemas.insert(table.source.schema);
    target_schemas.insert(table.side.schema);
    target_schemas.insert(table.target.schema);
  }
  if (plan_.tables.empty()) return;
  if (source_) {
    source_tables_ = visible_tables(source_->sessions.front()->sql(), source_schemas);
    source_catalog_ = db::read_catalog(*db::open_session(source_endpoint_, db::Purpose::catalog),
                                       {source_schemas.begin(), source_schemas.end()});
  }
  target_tables_ = visible_tables(target_->sessions.front()->sql(), target_schemas);
}

/// So that what happens from here on is seen to have happened meanwhile.
void Verification::begin_record() {
  const os::ProcessIdentity self = os::this_process();
  codec::JsonWriter body;
  body.begin_object().member("host", self.host).member("mode", to_string(options_.mode));
  body.member("os_user", self.user).end_object();
  ledger::append_event(*ledger_, run_.id, "verification-begun", body.take());
}

/// Between scans the session runs statements that take as long as they take, and may wait for
/// locks.
void Verification::watch_statements(waits::Wait wait, const db::SqlSession& session) {
  statements_.emplace_back(reporter_.workers(), wait, "a statement of the verification",
                           session.id());
}

/// The copy's points in time at which the source still is.
std::set<int> Verification::unmoved_snapshots() {
  std::set<int> unmoved;
  for (const ledger::Snapshot& snapshot : ledger::snapshots(record(), run_.id)) {
    db::SnapshotInfo before;
    before.id = snapshot.id;
    before.position = snapshot.position;
    if (db::moved(plan_.source.engine, before, source_->info) == db::Moved::no) {
      unmoved.insert(snapshot.number);
    }
  }
  return unmoved;
}

void Verification::cancel() noexcept {
  if (source_) {
    for (const auto& session : source_->sessions) session->cancel();
  }
  for (const auto& session : target_->sessions) session->cancel();
}

VerifyReport Verification::run() {
  const std::stop_callback on_stop(stop_, [this] { cancel(); });
  VerifyReport report;
  report.run_id = run_.id;
  report.plan_sha256 = run_.plan_sha256;
  report.mode = options_.mode;
  report.started_at = utc_now();
  report.tables_total = plan_.tables.size();
  std::optional<Scanner> source;
  if (source_) {
    source.emplace(*source_, waits::Wait::source_rows, stop_, reporter_);
    report.source_label = source_->info.label;
    report.source_position = source_->info.position;
  }
  report.target_position = target_->info.position;
  Scanner target(*target_, waits::Wait::target_read, stop_, reporter_);
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    throw_if_stopped(stop_);
    reporter_.begin_table(tables_[i]->source.text(), i);
    report.tables.push_back(check(*tables_[i], source ? &*source : nullptr, target));
  }
  // The team's figures speak of the whole, so they are computed when the whole is looked at.
  if (source && options_.tables.empty() && !plan_.checks.empty()) {
    reporter_.begin_stage("checks");
    report.checks = checks(source->first().sql(), target.first().sql());
  }
  throw_if_stopped(stop_);
  report.ended_at = utc_now();
  settle(report);
  if (options_.record) store(report);
  return report;
}

/// Why a table cannot be looked at; absent: it can.
std::optional<std::string> Verification::obstacle(const plan::TablePlan& table) const {
  const auto state =
      std::find_if(states_.begin(), states_.end(),
                   [&table](const ledger::RunTable& t) { return t.number == table.number; });
  if (state == states_.end()) return "the run does not have this table";
  if (state->state == ledger::TableState::failed) return "its copy failed: " + state->reason;
  if (!ledger::is_copied(state->state)) {
    return fmt::format("not copied yet: the table is {}", ledger::to_string(state->state));
  }
  const auto missing = [](const char* side, const model::QualifiedName& name) {
    return fmt::format("{} table {} is not there, or may not be read", side, name.text());
  };
  if (source_ && !source_tables_.contains(table.source)) return missing("source", table.source);
  if (!target_tables_.contains(table.side)) return missing("side", table.side);
  if (table.rest && !target_tables_.contains(*table.rest)) return missing("rest", *table.rest);
  const bool keeps = table.existing_rows == config::ExistingRows::keep;
  if (source_ && keeps && !target_tables_.contains(table.target)) {
    return missing("target", table.target);
  }
  return std::nullopt;
}

TableReport Verification::check(const plan::TablePlan& table, Scanner* source, Scanner& target) {
  TableReport report = begin_report(table);
  report.outcome = Outcome::could_not_check;
  if (const auto reason = obstacle(table)) {
    report.reason = *reason;
    if (manifest_) manifest_->give_up();
    return report;
  }
  try {
    return compare(table, source, target);
  } catch (const model::Error& error) {
    throw_if_stopped(stop_);
    if (ends_everything(error)) throw;
    // Who asks for a manifest gets one, or hears what has no room.
    if (manifest_ && error.kind() == model::ErrorKind::storage) throw;
    // One table's trouble: the others are still looked at.
    if (manifest_) manifest_->give_up();
    report.reason = error.what();
    return report;
  }
}

TableReport Verification::compare(const plan::TablePlan& table, Scanner* source, Scanner& target) {
  Savepoints savepoints;
  if (source_) savepoints.set(*source_);
  savepoints.set(*target_);
  const ledger::Account& account =
      *std::find_if(accounts_.begin(), accounts_.end(),
                    [&table](const ledger::Account& a) { return a.table_no == table.number; });
  const std::vector<ledger::Batch> batches = ledger::batches(record(), run_.id, table.number);
  const auto limit = options_.quarantine_limits.find(table.number);
  CheckContext context{
      run_.id,  options_, record(), target, reporter_, codec::RowHasher(plan_.digest, run_.seed()),
      unmoved_,
  };
  const TableRecord of_table{
      account, batches,
      limit == options_.quarantine_limits.end() ? table.quarantine_limit : limit->second};
  if (source == nullptr) {
    TableReport report = check_target_only(context, table, of_table);
    savepoints.release();
    return report;
  }
  if (manifest_) context.proof = manifest_->begin_table(table, record());
  CheckedTable checked = check_table(context, *source, table, of_table);
  savepoints.release();
  admit_drift(table, source_catalog_, checked.report);
  if (manifest_) manifest_->end_table(table, checked.report, checked.proved);
  if (!plan_.checks.empty()) one_sided_[table.number] = std::move(checked.one_sided);
  return std::move(checked.report);
}

std::vector<CheckReport> Verification::checks(db::SqlSession& source, db::SqlSession& target) {
  const auto catalog = [](const model::Endpoint& endpoint,
                          const std::vector<std::string>& schemas) {
    return db::read_catalog(*db::open_session(endpoint, db::Purpose::catalog), schemas);
  };
  const model::Catalog source_catalog = catalog(source_endpoint_, check_schemas(plan_, true));
  const model::Catalog target_catalog = catalog(target_endpoint_, check_schemas(plan_, false));
  return run_checks(plan_, {source, source_catalog}, {target, target_catalog}, one_sided_);
}

void Verification::store(VerifyReport& report) {
  ledger::Verification kept;
  kept.mode = recorded_mode(report);
  kept.outcome = to_string(report.outcome);
  kept.started_at = report.started_at;
  kept.ended_at = report.ended_at;
  kept.last_event = last_event_.number;
  kept.report = to_json(report);
  std::vector<ledger::CheckValue> values;
  for (const CheckReport& check : report.checks) {
    for (const CheckGroup& group : check.groups) {
      values.push_back({check.name, "source", group.key, group.source, report.ended_at});
      values.push_back({check.name, "target", group.key, group.target, report.ended_at});
    }
  }
  if (manifest_) report.no_manifest = manifest_->obstacle(report);
  if (manifest_ && report.no_manifest.empty()) {
    store_with_manifest(kept, values, report);
  } else {
    ledger::record_verification(*ledger_, run_.id, kept, values);
  }
}

std::string Verification::manifest_event(const std::string& bytes, int number) const {
  codec::JsonWriter body;
  body.begin_object().member("file", manifest_->request().path);
  body.member("sha256", codec::sha256_hex(bytes)).member("verification", number).end_object();
  return body.take();
}

/// The order of manifest.md: whatever ends the process, there is no manifest of which the ledger
/// does not know, and none without its proof.
void Verification::store_with_manifest(const ledger::Verification& kept,
                                       const std::vector<ledger::CheckValue>& values,
                                       VerifyReport& report) {
  SLUICE_KILL_POINT("manifest_begun");
  manifest::Manifest manifest = manifest_->finish(run_, report);
  manifest.source = {plan_.source, "", source_->info.position, source_->info.label};
  manifest.target = {plan_.target, "", target_->info.position, target_->info.label};
  manifest.ledger_head = last_event_.sha256;
  manifest.ledger_head_no = last_event_.number;
  SLUICE_KILL_POINT("manifest_proof_written");
  std::string bytes;
  ledger::record_verification(*ledger_, run_.id, kept, values, [&](int number) {
    manifest.verification = number;
    bytes = manifest_->request().document(manifest);
    ledger::append_event_within(*ledger_, run_.id, "manifest-written",
                                manifest_event(bytes, number));
  });
  SLUICE_KILL_POINT("manifest_recorded");
  const std::string& path = manifest_->request().path;
  os::NewFile file(path);
  file.write(bytes);
  SLUICE_KILL_POINT("manifest_file_made");
  file.finish();
  std::uint64_t entries = 0;
  for (const manifest::Table& table : manifest.tables) entries += table.entries;
  report.manifest = WrittenManifest{path, codec::sha256_hex(bytes), manifest::proof_path(path),
                                    manifest.proof_sha256, entries};
}

}  // namespace

VerifyReport verify_tables(const plan::Plan& plan, const ledger::Run& run,
                           const model::Endpoint& source, const model::Endpoint& target,
                           const Options& options, const Listener& listener,
                           const std::stop_token& stop) {
  return Verification(plan, run, source, target, options, listener, stop).run();
}

}  // namespace sluice::verify
