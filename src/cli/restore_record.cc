#include "cli/restore_record.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "sluice/archive/reader.h"
#include "sluice/codec/json_write.h"
#include "sluice/db/catalog.h"
#include "sluice/db/target.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/os/host.h"

#include "cli/exit_code.h"
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

config::Config config_of(const std::string& file, const model::Endpoint& into, Console& console) {
  if (file.empty()) {
    console.error("these rows go back into the database that they were taken from",
                  "--config names the migration: the operator whom its policy admits does it, and "
                  "it is recorded; into a scratch database they go without");
    throw Exit{kApproval};
  }
  config::Config config = read_config(file, console).config;
  // Whoever logs in there is the operator, too.
  config.source = into;
  return config;
}

}  // namespace

RestoreRecord::RestoreRecord(const retire::RestoreRequest& request, const std::string& config_file,
                             const std::string& operator_option, Console& console) {
  const archive::Reader archive = archive::Reader::open(request.archive);
  const archive::Head& head = archive.head();
  const auto session = db::open_session(request.into, db::Purpose::catalog);
  const model::ServerIdentity there = db::read_identity(*session);
  is_source_ = is_into_source(archive, request, there);
  if (!is_source_ || request.dry_run) return;
  archive_ = std::filesystem::absolute(request.archive).lexically_normal().string();
  manifest_sha256_ = head.manifest_sha256;
  run_id_ = head.run_id;
  role_ = there.user;
  const config::Config config = config_of(config_file, request.into, console);
  operator_ = operator_of(config, operator_option);
  require_admitted(InForce::load(config, console), config, operator_, Agreement::not_needed,
                   console);
  static_cast<void>(open_ledger(ledger_of(config), console));
  ledger_ = db::open_session(config.target, db::Purpose::target);
  if (ledger::find_run(*ledger_, run_id_)) return;
  throw model::Error(
      model::ErrorKind::drift,
      fmt::format("the target's ledger has no run {}, whose rows these are", run_id_),
      "name the config of the migration that retired them");
}

void RestoreRecord::begin() {
  if (ledger_) ledger::append_event(*ledger_, run_id_, "restore-begun", body(nullptr));
}

void RestoreRecord::end(const retire::RestoreResult& result) {
  if (ledger_) ledger::append_event(*ledger_, run_id_, "restored", body(&result));
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
  json.end_object();
  return codec::canonical_json(json.take());
}

}  // namespace sluice::cli
