#include "cli/plan_approval.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/os/sealed_file.h"
#include "sluice/plan/acts.h"

#include "cli/exit_code.h"
#include "cli/plan_body.h"

namespace sluice::cli {
namespace {

constexpr const char* kPlanApproved = "plan-approved";

std::vector<model::QualifiedName> all_tables(const plan::Plan& plan) {
  std::vector<model::QualifiedName> tables;
  for (const plan::TablePlan& table : plan.tables) {
    tables.push_back(table.source);
    tables.push_back(table.target);
  }
  return tables;
}

/// "merge (customer, money)"
std::string shown(const document::Purpose& purpose) {
  const std::string_view act = document::to_string(purpose.act);
  if (purpose.classes.empty()) return std::string(act);
  return fmt::format("{} ({})", act, fmt::join(purpose.classes, ", "));
}

std::string shown(const std::vector<document::Purpose>& purposes) {
  std::vector<std::string> texts;
  for (const document::Purpose& purpose : purposes) texts.push_back(shown(purpose));
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// What a person answers for, though sluice would refuse it.
std::vector<std::string> waivers_of(const config::Config& config) {
  if (!config.source_can_delete) return {};
  return {fmt::format("the source's role can delete: {} ({})", config.source_can_delete->reason,
                      config.source_can_delete->person)};
}

/// Other waivers than the config's were not signed for this.
plan::Plan plan_from(const config::Config& config, const document::Document& document) {
  if (asks_for(document.body, waivers_of(config))) return plan_of_body(document.body);
  throw model::Error(model::ErrorKind::approval,
                     "the plan was not signed for what the config asks to be waived",
                     "make it anew, and let people sign it");
}

/// Where the plan of this config's newest run was signed; empty where it was not.
std::string recorded_path(const config::Config& config) {
  const auto session = db::open_session(config.target, db::Purpose::catalog);
  if (ledger::schema_state(*session) != ledger::SchemaState::usable) return "";
  for (const ledger::Run& run : ledger::runs(*session)) {
    if (run.name != config.name) continue;
    const auto event = ledger::newest_event(*session, run.id, kPlanApproved);
    if (!event) return "";
    const auto body = codec::parse_json_or_throw(event->body, "an event of the ledger");
    return body.root().at("file").as_string();
  }
  return "";
}

/// A policy that was in force once, and is not any more.
std::optional<ledger::AdoptedPolicy> earlier_policy(const config::Config& config,
                                                    const std::string& sha256) {
  const auto session = db::open_session(config.target, db::Purpose::catalog);
  for (ledger::AdoptedPolicy& policy : ledger::policies(*session)) {
    if (policy.sha256 == sha256) return std::move(policy);
  }
  return std::nullopt;
}

std::string digest_name(codec::DigestAlgorithm algorithm) {
  return std::string(codec::to_string(algorithm));
}

}  // namespace

std::vector<document::Purpose> purposes_of(const policy::Policy& policy,
                                           const config::Config& config, const plan::Plan& plan) {
  std::vector<document::Purpose> purposes;
  for (const plan::NeededAct& needed : plan::needed_acts(plan, waivers_of(config))) {
    purposes.push_back({needed.act, policy::classes_of(policy, needed.tables)});
  }
  return purposes;
}

std::vector<model::Finding> policy_findings(const InForce& in_force, const config::Config& config,
                                            const plan::Plan& plan) {
  std::vector<model::Finding> findings;
  if (!in_force.has_policy()) return findings;
  const policy::Policy& policy = in_force.policy();
  if (policy.digest && *policy.digest != plan.digest) {
    findings.push_back(
        {model::Severity::error, "policy-digest", config.file,
         fmt::format("the policy asks for digest {}, and the config for {}",
                     digest_name(*policy.digest), digest_name(plan.digest)),
         fmt::format("\"digest\": \"{}\" in the config", digest_name(*policy.digest))});
  }
  for (const std::string& idle : policy::idle_patterns(policy, all_tables(plan))) {
    findings.push_back({model::Severity::warning, "policy-idle-pattern", policy.file, idle,
                        "a name that was mistyped protects nothing; else leave it"});
  }
  if (!needs_signatures(in_force, plan.source, plan.target)) return findings;
  for (const document::Purpose& purpose : purposes_of(policy, config, plan)) {
    if (policy::requirement_of(policy, purpose.act, purpose.classes)) continue;
    findings.push_back(
        {model::Severity::error, "policy-act", policy.file,
         fmt::format("the plan asks for {}, which the policy lets nobody sign", shown(purpose)),
         "plan without it, or let the policy say who may"});
  }
  return findings;
}

std::string plan_document(const InForce& in_force, const config::Config& config,
                          const plan::Plan& plan, const std::string& operator_name) {
  const document::Head head =
      make_head(in_force, document::Kind::plan, purposes_of(in_force.policy(), config, plan), "",
                operator_name);
  return document::to_text(head, plan_body(plan, waivers_of(config)));
}

void refuse_unsigned_run(const InForce& in_force, const std::string& run_id, const plan::Plan& plan,
                         const std::vector<ledger::Event>& events, Console& console) {
  if (!needs_signatures(in_force, plan.source, plan.target)) return;
  if (std::ranges::find(events, kPlanApproved, &ledger::Event::kind) != events.end()) return;
  console.error(
      fmt::format("run {} was begun without signatures: nobody has agreed to its plan", run_id),
      "copy anew with --new-run, by a plan that people have signed");
  throw Exit{kApproval};
}

PlanGate::PlanGate(const InForce& in_force, const CopyArguments& arguments,
                   const ReadConfig& config, const Catalogs& catalogs, Console& console)
    : in_force_(in_force),
      arguments_(arguments),
      config_(config.config),
      config_sha256_(config.sha256),
      source_(catalogs.source.server),
      target_(catalogs.target.server),
      operator_(operator_of(config.config, arguments.operator_name)) {
  require_admitted(in_force, config_, operator_, agreement_between(in_force, source_, target_),
                   console);
  if (needs_signatures(in_force, source_, target_)) require_signed_plan(console);
}

std::string PlanGate::document_path() const {
  if (!arguments_.plan.empty()) return arguments_.plan;
  return arguments_.new_run ? "" : recorded_path(config_);
}

void PlanGate::require_signed_plan(Console& console) {
  const std::string path = document_path();
  if (path.empty()) {
    console.error(
        fmt::format("a copy from a server labelled {} to one labelled {} needs a signed plan",
                    policy::label_of(in_force_.policy(), source_),
                    policy::label_of(in_force_.policy(), target_)),
        "write it to a file, let people sign it, and name it with --plan");
    console.next({"plan", "--config", arguments_.config, "--out", "plan.json"});
    throw Exit{kApproval};
  }
  const document::Head head =
      document::from_text(
          os::SealedFile::open(path, os::FileOrigin::anyone, document::kMaxBytes).bytes())
          .head;
  const bool is_of_this = head.policy_sha256 == in_force_.policy().sha256;
  if (const auto was = is_of_this ? std::nullopt : earlier_policy(config_, head.policy_sha256)) {
    console.error(fmt::format("{} was made under policy version {}, and version {} is in force now",
                              path, was->version, in_force_.policy().version),
                  "make it anew, and let people sign it: " +
                      command_line({"plan", "--config", arguments_.config, "--out", path}));
    throw Exit{kDrift};
  }
  signed_ = SignedPlan{path, require_signed(in_force_, path, console)};
}

void PlanGate::require_same_acts(const plan::Plan& plan, Console& console) const {
  const document::Head& head = signed_->verdict.document().head;
  const std::string again =
      "make it anew, and let people sign it: " +
      command_line({"plan", "--config", arguments_.config, "--out", signed_->path});
  if (head.operator_name != operator_) {
    console.error(fmt::format("{} was signed for {} to run it, and {} does", signed_->path,
                              head.operator_name, operator_),
                  "let that person run it, or " + again);
    throw Exit{kApproval};
  }
  const auto needed = purposes_of(in_force_.policy(), config_, plan);
  if (head.acts == needed) return;
  console.error(fmt::format("{} was signed for {}, and the plan asks for {}", signed_->path,
                            shown(head.acts), shown(needed)),
                again);
  throw Exit{kApproval};
}

void PlanGate::require_same_config(const plan::Plan& plan, Console& console) const {
  if (config_sha256_ == plan.config_sha256) return;
  console.error(fmt::format("{} was signed for config {}, and {} is {}", signed_->path,
                            plan.config_sha256, arguments_.config, config_sha256_),
                "put the config back as it was; another one needs a plan that people sign anew");
  throw Exit{kDrift};
}

approve::Approved<plan::Plan> PlanGate::approve(plan::Plan plan, Console& console) const {
  if (const auto& policy = in_force_;
      policy.has_policy() && policy.policy().digest.value_or(plan.digest) != plan.digest) {
    console.findings(policy_findings(in_force_, config_, plan));
    throw Exit{kApproval};
  }
  if (!signed_) return approved_by_rule(in_force_, std::move(plan), source_, target_);
  require_same_acts(plan, console);
  auto approved = in_force_.verifier().approved(
      signed_->verdict, document::Kind::plan, document::Act::plan,
      [this](const document::Document& document) { return plan_from(config_, document); });
  if (plan::sha256_of(*approved) != plan::sha256_of(plan)) {
    console.error(fmt::format("{} holds plan {}, and the run is of plan {}", signed_->path,
                              plan::sha256_of(*approved), plan::sha256_of(plan)),
                  "name the file of the run's plan with --plan");
    throw Exit{kDrift};
  }
  require_same_config(*approved, console);
  return approved;
}

void PlanGate::record(db::SqlSession& target, const std::string& run_id,
                      const approve::Grounds& grounds) const {
  adopt_first_policy(in_force_, target, run_id, operator_,
                     agreement_between(in_force_, source_, target_));
  if (!signed_) return;
  ledger::append_event_within(
      target, run_id, kPlanApproved,
      approval_event(signed_->verdict, grounds, std::filesystem::absolute(signed_->path).string()));
}

}  // namespace sluice::cli
