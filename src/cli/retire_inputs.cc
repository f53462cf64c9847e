#include "cli/retire_inputs.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "sluice/codec/printable.h"
#include "sluice/db/catalog.h"
#include "sluice/db/target.h"
#include "sluice/document/document.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/file.h"
#include "sluice/plan/shape.h"

#include "cli/exit_code.h"
#include "cli/manifest_file.h"
#include "cli/old_side.h"
#include "cli/plan_approval.h"
#include "cli/policy_in_force.h"
#include "cli/policy_input.h"
#include "cli/retire_window.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

[[noreturn]] void refuse(int code, const std::string& what, const std::string& hint,
                         Console& console) {
  console.error(what, hint);
  throw Exit{code};
}

/// The config's lies where the config says, from its own folder.
std::string policy_path(const RetireArguments& arguments, const config::Config& config) {
  if (!arguments.policy.empty() || config.policy.empty()) return arguments.policy;
  return (std::filesystem::path(arguments.config).parent_path() / config.policy).string();
}

void read_manifest(const RetireArguments& arguments, RetireInputs& inputs, Console& console) {
  const std::string bytes = os::read_file(arguments.manifest, document::kMaxBytes);
  const document::Document read = document::from_text(bytes);
  if (read.head.kind != document::Kind::manifest) {
    refuse(kApproval,
           fmt::format("{} is a document of kind {}", arguments.manifest,
                       document::to_string(read.head.kind)),
           "sluice verify --manifest writes a manifest", console);
  }
  if (read.head.policy_sha256.empty()) {
    refuse(kApproval, "the manifest was written without a policy: it can authorize nothing",
           "name the policy in the config, and verify again", console);
  }
  inputs.manifest_sha256 = document::sha256_of(bytes);
  inputs.manifest = manifest::from_json(read.body);
  inputs.proof = std::make_unique<manifest::Proof>(
      arguments.manifest + ".proof", inputs.manifest.proof_sha256, inputs.manifest.digest);
}

/// The ledger's run is the one that was verified, and nobody has changed what it says.
void read_run(RetireInputs& inputs, Console& console) {
  const manifest::Manifest& manifest = inputs.manifest;
  const auto run = ledger::find_run(*inputs.ledger, manifest.run_id);
  if (!run) {
    refuse(kDrift,
           fmt::format("the target's ledger has no run {}", codec::printable_line(manifest.run_id)),
           "the manifest is of another target", console);
  }
  inputs.run = *run;
  inputs.events = ledger::events(*inputs.ledger, run->id);
  const auto broken = ledger::broken_link(run->id, inputs.events);
  if (broken) {
    refuse(kStopRule, fmt::format("the events of run {} are not those that were written", run->id),
           "find out who wrote to schema sluice of the target; nothing may be deleted", console);
  }
  inputs.plan = plan_of(*inputs.ledger, inputs.run);
}

/// A manifest and a proof that somebody has made to measure would let any row go.
void refuse_made_up(const RetireInputs& inputs, Console& console) {
  std::vector<std::string> faults = faults_of(inputs.manifest);
  for (std::string& fault : faults_of(inputs.manifest, *inputs.proof)) {
    faults.push_back(std::move(fault));
  }
  if (!was_written(inputs.manifest_sha256, inputs.events)) {
    faults.emplace_back("the run's events do not tell of this manifest: it was never written so");
  }
  if (faults.empty()) return;
  for (const std::string& fault : faults) console.error(codec::printable_line(fault));
  refuse(kApproval, "the manifest is not what a verification has written",
         "get the file that sluice verify --manifest has written, or verify again", console);
}

/// A live table that a cutover has not replaced yet holds other rows than those that were verified.
void refuse_not_live(const RetireInputs& inputs, const std::vector<retire::Retiring>& tables,
                     Console& console) {
  const std::set<int> live = ledger::live_tables(*inputs.ledger, inputs.run.id);
  for (const retire::Retiring& table : tables) {
    if (live.contains(table.plan->number)) continue;
    refuse(kDrift,
           fmt::format("{} is not live: what was verified has not taken its place",
                       codec::printable_line(table.plan->target.text())),
           "nothing is deleted from the only side that is in use: sluice cutover", console);
  }
}

void refuse_drift(const RetireInputs& inputs, Console& console) {
  const manifest::Manifest& manifest = inputs.manifest;
  std::vector<std::string> differences;
  const auto compare = [&](const char* what, const std::string& proved, const std::string& now) {
    if (proved == now) return;
    differences.push_back(fmt::format("{}: the manifest has {}, it is {}", what,
                                      codec::printable_line(proved), codec::printable_line(now)));
  };
  compare("plan", manifest.plan_sha256, inputs.run.plan_sha256);
  compare("config", manifest.config_sha256, inputs.run.config_sha256);
  compare("config file", manifest.config_sha256, inputs.config.sha256);
  compare("nonce of the run", manifest.run_nonce, inputs.run.nonce);
  compare("name of the config", inputs.config.config.name, inputs.run.name);
  compare("source", manifest.source.identity.identity, inputs.plan.source.identity);
  compare("source database", manifest.source.identity.database, inputs.plan.source.database);
  compare("target", manifest.target.identity.identity, inputs.plan.target.identity);
  compare("target database", manifest.target.identity.database, inputs.plan.target.database);
  const bool has_head =
      std::any_of(inputs.events.begin(), inputs.events.end(),
                  [&](const auto& event) { return event.sha256 == manifest.ledger_head; });
  if (!has_head) differences.emplace_back("the manifest's ledger head is none of the run's events");
  if (differences.empty()) return;
  for (const std::string& difference : differences) console.error(difference);
  refuse(kDrift, "this is not what was verified: no row goes by it",
         "name the config and the manifest of one run, or verify again with --manifest and let "
         "people sign that",
         console);
}

/// Before the ledger says that a retire has begun, which stands against a cutover from then on.
void refuse_altered(const RetireInputs& inputs, const std::vector<retire::Retiring>& tables,
                    Console& console) {
  std::vector<std::string> lines;
  for (const retire::Retiring& table : tables) {
    const std::string where = "source " + table.plan->source.text() + ": ";
    const model::Table* const now = inputs.catalog.find(table.plan->source);
    if (now == nullptr) {
      lines.push_back(where + "table is gone");
      continue;
    }
    for (const auto& line : plan::differences(table.plan->source_shape, plan::source_shape(*now))) {
      lines.push_back(where + line);
    }
  }
  if (lines.empty()) return;
  for (const std::string& line : lines) console.error(codec::printable_line(line));
  refuse(kDrift, "these tables are not as they were planned, copied and verified",
         "put them back as they were, or plan, copy and verify anew", console);
}

void read_source(const RetireArguments& arguments, RetireInputs& inputs, Console& console) {
  inputs.source = plan::held_to(inputs.plan.source,
                                endpoint_of_url(arguments.retire_as, "source", "--retire-as"));
  inputs.target = plan::held_to(inputs.plan.target, inputs.config.config.target);
  std::vector<retire::Retiring> tables = retire::retiring_tables(inputs.plan, inputs.manifest);
  if (tables.empty()) {
    refuse(kNotComparable, "the manifest has proved no row of any table that has a key",
           "sluice manifest show says what it has proved", console);
  }
  refuse_not_live(inputs, tables, console);
  std::vector<model::QualifiedName> names;
  std::set<std::string> schemas;
  for (const retire::Retiring& table : tables) {
    names.push_back(table.plan->source);
    schemas.insert(table.plan->source.schema);
  }
  const auto session = db::open_session(inputs.source, db::Purpose::catalog);
  inputs.catalog = db::read_catalog(*session, {schemas.begin(), schemas.end()});
  const auto hazards = db::read_removal_hazards(*session, names);
  inputs.findings = retire::staying_tables(inputs.plan, inputs.manifest);
  for (auto& finding : retire::preflight(tables, hazards)) inputs.findings.push_back(finding);
  if (model::has_errors(inputs.findings)) {
    static_cast<void>(console.findings(inputs.findings));
    throw Exit{kStopRule};
  }
  refuse_altered(inputs, tables, console);
  inputs.tables = retire::in_order(std::move(tables), hazards);
}

/// Whoever runs this, as whom sessions log in, is the operator: on the source that is the role that
/// deletes.
void require_person(const RetireArguments& arguments, const RetireInputs& inputs,
                    Console& console) {
  config::Config config = inputs.config.config;
  config.source = endpoint_of_url(arguments.retire_as, "source", "--retire-as");
  require_operator(*inputs.policy, config, config.operator_name, console);
}

}  // namespace

retire::Setting RetireInputs::setting() const {
  return {tables,
          *proof,
          catalog,
          manifest_sha256,
          run.id,
          manifest.digest,
          run.seed(),
          source,
          target,
          config.config.limits.readers,
          config.config.limits.batch_bytes};
}

void read_retire_inputs(const RetireArguments& arguments, RetireInputs& inputs, Console& console) {
  inputs.config = read_config(arguments.config, console);
  inputs.config.config.operator_name = operator_of(inputs.config.config, arguments.operator_name);
  // Who may, before anything else: without a policy nobody may.
  if (const std::string path = policy_path(arguments, inputs.config.config); !path.empty()) {
    inputs.policy = read_trusted_policy(path, console);
  }
  if (!inputs.policy) {
    refuse(kApproval, "without a policy no row of a source is deleted",
           "name the policy with --policy: it says whose signatures are needed", console);
  }
  read_manifest(arguments, inputs, console);
  static_cast<void>(open_ledger(ledger_of(inputs.config.config), console));
  inputs.ledger = db::open_session(inputs.config.config.target, db::Purpose::target);
  // Nobody brings a policy of their own.
  const auto adopted = ledger::policies(*inputs.ledger);
  const InForce in_force = InForce::of(*inputs.policy, arguments.config);
  require_same_policy(in_force, adopted, console);
  require_agreed(in_force, adopted, Agreement::needed, console);
  read_run(inputs, console);
  refuse_made_up(inputs, console);
  refuse_unsigned_run(in_force, inputs.run.id, inputs.plan, inputs.events, console);
  refuse_drift(inputs, console);
  refuse_outside_window(inputs.events, inputs.plan, inputs.policy->keep, console);
  require_person(arguments, inputs, console);
  refuse_old_side_writes(*inputs.ledger, inputs.run, inputs.events,
                         inputs.policy->limits.old_side_writes, console);
  read_source(arguments, inputs, console);
}

}  // namespace sluice::cli
