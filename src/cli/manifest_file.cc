#include "cli/manifest_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/printable.h"
#include "sluice/ledger/ledger.h"
#include "sluice/manifest/proof.h"
#include "sluice/model/error.h"
#include "sluice/os/file.h"

namespace sluice::cli {
namespace {

using Lines = std::vector<std::string>;

void compare(const std::string& what, const std::string& manifest, const std::string& found,
             Lines& faults) {
  if (manifest == found) return;
  faults.push_back(fmt::format("{} is {} in the manifest, and {} here", what, manifest, found));
}

/// The events up to the one that the manifest saw have to be those that it saw.
void check_chain(const ManifestFile& file, const std::vector<ledger::Event>& events,
                 ManifestCheck& check) {
  const manifest::Manifest& manifest = file.manifest;
  if (const auto broken = ledger::broken_link(manifest.run_id, events)) {
    check.tampered.push_back(
        fmt::format("event {} of the run does not follow from those before it", broken->number));
  }
  const auto head = std::ranges::find(events, manifest.ledger_head_no, &ledger::Event::number);
  if (head == events.end() || head->sha256 != manifest.ledger_head) {
    check.tampered.push_back(fmt::format("event {} of the run is not the one that the manifest saw",
                                         manifest.ledger_head_no));
  }
}

/// The ledger got to know the file before it was there.
void check_written(const ManifestFile& file, const std::vector<ledger::Event>& events,
                   ManifestCheck& check) {
  if (was_written(file.sha256, events)) return;
  check.tampered.emplace_back("the run's events do not tell of this file: it was never written so");
}

}  // namespace

ManifestFile read_manifest_file(const std::string& path) {
  const std::string bytes = os::read_file(path, document::kMaxBytes);
  ManifestFile file{path, document::sha256_of(bytes), document::from_text(bytes), {}};
  if (file.document.head.kind != document::Kind::manifest) {
    throw model::Error(model::ErrorKind::approval,
                       fmt::format("{} is no manifest but a document of kind {}", path,
                                   to_string(file.document.head.kind)),
                       "name the file that sluice verify --manifest has written");
  }
  file.manifest = manifest::from_json(file.document.body);
  return file;
}

void check_contents(const ManifestFile& file, const std::string& proof_path, ManifestCheck& check) {
  const manifest::Manifest& manifest = file.manifest;
  check.tampered = faults_of(manifest);
  if (file.document.head.run_id != manifest.run_id) {
    check.tampered.emplace_back("its head and its body are of different runs");
  }
  check.checked.emplace_back("accounts, digests and batches add up");
  const manifest::Proof proof(proof_path, manifest.proof_sha256, manifest.digest);
  for (std::string& fault : faults_of(manifest, proof)) check.tampered.push_back(std::move(fault));
  check.checked.emplace_back("the proof is the manifest's, and its entries add up");
}

void check_ledger(const ManifestFile& file, db::SqlSession& ledger, ManifestCheck& check) {
  const manifest::Manifest& manifest = file.manifest;
  const auto run = ledger::find_run(ledger, manifest.run_id);
  check.checked.emplace_back("run, plan, config and events of the target's ledger");
  if (!run) {
    check.foreign.push_back(fmt::format("the target's ledger has no run {}", manifest.run_id));
    return;
  }
  compare("the plan's SHA-256", manifest.plan_sha256, run->plan_sha256, check.foreign);
  compare("the config's SHA-256", manifest.config_sha256, run->config_sha256, check.foreign);
  compare("the run's nonce", manifest.run_nonce, run->nonce, check.foreign);
  const std::vector<ledger::Event> events = ledger::events(ledger, manifest.run_id);
  check_chain(file, events, check);
  check_written(file, events, check);
}

bool was_written(const std::string& sha256, const std::vector<ledger::Event>& events) {
  for (const ledger::Event& event : events) {
    if (event.kind != "manifest-written") continue;
    const auto body = codec::parse_json_or_throw(event.body, "an event of the ledger");
    if (body.root().at("sha256").as_string() == sha256) return true;
  }
  return false;
}

void check_server(const manifest::Server& planned, const model::ServerIdentity& found,
                  const std::string& side, ManifestCheck& check) {
  const model::ServerIdentity& expected = planned.identity;
  check.checked.push_back(fmt::format("the {}'s identity", side));
  compare(side + " server", expected.identity, found.identity, check.foreign);
  compare(side + " database", expected.database, found.database, check.foreign);
}

std::string summary_of(const ManifestFile& file) {
  std::string text;
  for (const manifest::Table& table : file.manifest.tables) {
    text += fmt::format("{}: {}\n", codec::printable_line(table.source.text()), table.outcome);
    text += fmt::format(
        "  source {} = arrived {} + decided {} + quarantined {} + left behind {} + filtered {}\n",
        table.source_rows, table.arrived, table.decided, table.quarantined, table.left_behind,
        table.filtered);
    text += fmt::format("  target {}; batches {}, rows in the proof {}, columns that lose {}\n",
                        table.target_rows, table.batches.size(), table.entries, table.lossy.size());
  }
  return text;
}

}  // namespace sluice::cli
