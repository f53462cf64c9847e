#include "cli/restore_record.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "sluice/archive/reader.h"
#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/db/catalog.h"
#include "sluice/db/target.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/os/host.h"
#include "sluice/plan/plan.h"

#include "cli/exit_code.h"
#include "cli/held_run.h"
#include "cli/inputs.h"
#include "cli/policy_in_force.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

/// Of PostgreSQL a session is in one database. On the MySQL family rows may go into another one of
/// the server than the URL names (--rename), and those of the archive may be of several.
bool is_into_source(const archive::Reader& archive, const retire::RestoreRequest& request,
                    const model::ServerIdentity& there) {
  const archive::Head& head = archive.head();
  if (there.identity != head.source_identity) return false;
  if (!model::is_mysql_family(there.engine)) return there.database == head.source_database;
  const std::string& database = request.rename ? request.rename->schema : there.database;
  return database == head.source_database ||
         std::ranges::any_of(archive.tables(), [&](const archive::ArchivedTable& table) {
           return table.head.source.schema == database;
         });
}

constexpr const char* kRehearsed = "restore-rehearsed";

void require_config(const std::string& file, Console& console) {
  if (!file.empty()) return;
  console.error("these rows go back into the database that they were taken from",
                "--config names the migration: the operator whom its policy admits does it, and "
                "it is recorded; into a scratch database they go without");
  throw Exit{kApproval};
}

}  // namespace

RestoreRecord::RestoreRecord(const retire::RestoreRequest& request, const RestoreCall& call,
                             Console& console)
    : call_(call) {
  const archive::Reader archive = archive::Reader::open(request.archive);
  const archive::Head& head = archive.head();
  const auto session = db::open_session(request.into, db::Purpose::catalog);
  const model::ServerIdentity there = db::read_identity(*session);
  is_source_ = is_into_source(archive, request, there);
  if (!is_source_ && !call.stop_file.empty()) {
    throw model::Error(model::ErrorKind::usage,
                       "--stop-file is heard where rows go back into "
                       "their own source; this is another database",
                       "leave it out");
  }
  if (request.dry_run) return;
  archive_ = std::filesystem::absolute(request.archive).lexically_normal().string();
  manifest_sha256_ = head.manifest_sha256;
  run_id_ = head.run_id;
  role_ = there.user;
  into_database_ = there.database;
  if (is_source_) {
    require_config(call.config, console);
    open(call, request.into, console);
    hold(console);
  } else if (!call.config.empty() && call.window > 0) {
    open(call, request.into, console);
  }
}

void RestoreRecord::open(const RestoreCall& call, const model::Endpoint& into, Console& console) {
  config::Config config = read_config(call.config, console).config;
  // Whoever logs in there is the operator, too.
  if (is_source_) config.source = into;
  operator_ = operator_of(config, call.operator_name);
  require_admitted(InForce::load(config, console), config, operator_, Agreement::not_needed,
                   console);
  const auto reading = open_ledger(ledger_of(config), console);
  if (!ledger::find_run(*reading, run_id_)) {
    throw model::Error(
        model::ErrorKind::drift,
        fmt::format("the target's ledger has no run {}, whose rows these are", run_id_),
        "name the config of the migration that retired them");
  }
  const plan::Plan plan = plan::from_json(ledger::plan_of_run(*reading, run_id_));
  target_ = plan::held_to(plan.target, config.target);
  ledger_ = db::open_session(target_, db::Purpose::target);
}

/// A retire of the same run would delete what is put back; a stopped run stands still.
void RestoreRecord::hold(Console& console) {
  hold_.emplace(*ledger_, run_id_);
  if (!hold_->is_taken()) refuse_held(*ledger_, run_id_, kWaitForHolder, console);
  last_event_ = ledger::events(*ledger_, run_id_).back().number;
  refuse_stopped(*ledger_, run_id_, call_.config, console);
  refuse_stop_file(call_.stop_file, console);
}

std::optional<StopSources::Watched> RestoreRecord::watched() const {
  if (!hold_) return std::nullopt;
  return StopSources::Watched{target_, run_id_, last_event_, call_.stop_file};
}

void RestoreRecord::begin() {
  if (hold_) ledger::append_event(*ledger_, run_id_, "restore-begun", body(nullptr));
}

void RestoreRecord::end(const retire::RestoreResult& result) {
  if (!ledger_) return;
  ledger::append_event(*ledger_, run_id_, hold_ ? "restored" : kRehearsed, body(&result));
}

std::string RestoreRecord::body(const retire::RestoreResult* result) const {
  const os::ProcessIdentity process = os::this_process();
  codec::JsonWriter json;
  json.begin_object().member("archive", archive_).member("host", process.host);
  json.member("manifest_sha256", manifest_sha256_).member("operator", operator_);
  json.member("os_user", process.user).member("role", role_);
  if (result != nullptr) {
    json.key("tables").begin_array();
    for (const retire::RestoredTable& table : result->tables) {
      json.begin_object().member("into", table.into.text()).member("others", table.others);
      json.member("restored", table.restored).member("source", table.source.text());
      json.member("there", table.there).end_object();
    }
    json.end_array();
  }
  if (result != nullptr && !hold_) {
    json.member("into_database", into_database_);
    json.member("seconds", static_cast<std::uint64_t>(std::ceil(result->seconds)));
    json.member("window_seconds", call_.window);
  }
  json.end_object();
  return codec::canonical_json(json.take());
}

std::vector<manifest::Rehearsal> rehearsals(db::SqlSession& ledger,
                                            const std::string& config_name) {
  std::vector<manifest::Rehearsal> all;
  for (const ledger::Run& run : ledger::runs(ledger)) {
    if (run.name != config_name) continue;
    for (const ledger::Event& event : ledger::events(ledger, run.id)) {
      if (event.kind != kRehearsed) continue;
      const auto document = codec::parse_json_or_throw(event.body, "an event of the ledger");
      const codec::JsonValue& body = document.root();
      std::int64_t rows = 0;
      for (const codec::JsonValue& table : body.at("tables").items()) {
        rows += table.at("restored").as_integer();
      }
      all.push_back({fmt::format("restore of {} rows that run {} retired, into database {}", rows,
                                 run.id, body.at("into_database").as_string()),
                     static_cast<std::uint64_t>(body.at("seconds").as_integer()),
                     static_cast<std::uint64_t>(body.at("window_seconds").as_integer()), event.at});
    }
  }
  std::ranges::sort(all, {}, &manifest::Rehearsal::finished_at);
  return all;
}

}  // namespace sluice::cli
