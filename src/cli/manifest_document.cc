#include "cli/manifest_document.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sluice/document/document.h"
#include "sluice/model/error.h"
#include "sluice/os/new_file.h"
#include "sluice/policy/policy.h"

#include "cli/exit_code.h"
#include "cli/policy_input.h"
#include "cli/signed_document.h"
#include "cli/tool_version.h"

namespace sluice::cli {
namespace {

/// Where no policy says how old a manifest may be that people sign.
constexpr std::chrono::hours kMaxAge{24};

/// Of a server that no policy speaks of.
constexpr const char* kScratch = "scratch";

void refuse_existing(const std::string& path, Console& console) {
  const std::string proof = manifest::proof_path(path);
  const bool has_file = os::is_there(path);
  if (!has_file && !os::is_there(proof)) return;
  console.error(fmt::format("{} is there already", has_file ? path : proof),
                has_file ? "a manifest is never replaced: name another file"
                         : "it belongs to a manifest that was moved, or to a verification that "
                           "did not end: move it away, or name another file");
  throw Exit{kUsage};
}

/// A manifest that names nobody who runs, or somebody whom the policy does not know, could not be
/// approved, whoever signs it.
void refuse_operator(const policy::Policy& policy, const config::Config& config) {
  if (policy.find(config.operator_name) != nullptr) return;
  throw model::Error(
      model::ErrorKind::approval,
      config.operator_name.empty()
          ? "the config names no operator, and the policy wants to know who runs"
          : fmt::format("the policy does not know the operator {}", config.operator_name),
      "name a principal of the policy as \"operator\" in the config");
}

/// Makes documents of manifests, by the policy where there is one.
class Documents {
 public:
  Documents(const config::Config& config, const plan::Plan& plan,
            std::optional<policy::Policy> policy, std::vector<manifest::Rehearsal> rehearsals)
      : operator_(config.operator_name),
        plan_(plan),
        policy_(std::move(policy)),
        rehearsals_(std::move(rehearsals)) {}

  [[nodiscard]] std::string document(manifest::Manifest manifest) const {
    manifest.tool = fmt::format("sluice {}, SHA-256 {}", tool_version(), program_sha256());
    manifest.rehearsals = rehearsals_;
    manifest.source.label = label_of(manifest.source);
    manifest.target.label = label_of(manifest.target);
    for (manifest::Table& table : manifest.tables) {
      table.classes = classes_of({table.source, table.target});
    }
    return document::to_text(head_of(manifest), to_json(manifest));
  }

 private:
  [[nodiscard]] std::string label_of(const manifest::Server& server) const {
    return policy_ ? policy::label_of(*policy_, server.identity) : kScratch;
  }
  [[nodiscard]] std::vector<std::string> classes_of(
      const std::vector<model::QualifiedName>& tables) const {
    return policy_ ? policy::classes_of(*policy_, tables) : std::vector<std::string>();
  }
  /// The shortest of all acts': longer than any of them allows is none of them signed.
  [[nodiscard]] std::chrono::seconds max_age(const std::vector<document::Purpose>& acts) const {
    std::chrono::seconds shortest = std::chrono::seconds::max();
    for (const document::Purpose& purpose : acts) {
      const auto needed =
          policy_ ? policy::requirement_of(*policy_, purpose.act, purpose.classes) : std::nullopt;
      shortest = std::min(shortest, needed ? needed->max_age : kMaxAge);
    }
    return shortest;
  }
  [[nodiscard]] document::Head head_of(const manifest::Manifest& manifest) const;

  std::string operator_;
  plan::Plan plan_;
  std::optional<policy::Policy> policy_;
  std::vector<manifest::Rehearsal> rehearsals_;
};

document::Head Documents::head_of(const manifest::Manifest& manifest) const {
  const std::vector<document::Purpose> acts =
      policy_ ? cutover_purposes(*policy_, plan_, manifest)
              : std::vector<document::Purpose>{{document::Act::cutover, {}}};
  document::Head head =
      head_from_now(document::Kind::manifest, acts, manifest.run_id, operator_, max_age(acts));
  if (policy_) {
    head.policy_sha256 = policy_->sha256;
    head.policy_version = policy_->version;
  }
  return head;
}

}  // namespace

std::vector<document::Purpose> cutover_purposes(const policy::Policy& policy,
                                                const plan::Plan& plan,
                                                const manifest::Manifest& manifest) {
  std::vector<document::Purpose> purposes;
  const auto add_decided = [&](document::Act act, std::uint64_t (*rows)(const manifest::Table&)) {
    std::vector<model::QualifiedName> touched;
    for (const manifest::Table& table : manifest.tables) {
      if (rows(table) > 0) touched.insert(touched.end(), {table.source, table.target});
    }
    if (!touched.empty()) purposes.push_back({act, policy::classes_of(policy, touched)});
  };
  add_decided(document::Act::backfill, [](const manifest::Table& table) { return table.decided; });
  std::vector<model::QualifiedName> replaced;
  for (const plan::TablePlan& table : plan.tables) {
    if (table.is_new) continue;
    replaced.push_back(table.source);
    replaced.push_back(table.target);
  }
  purposes.push_back({document::Act::cutover, policy::classes_of(policy, replaced)});
  // With the cutover rows are gone from the live table that were to be kept there.
  add_decided(document::Act::waiver,
              [](const manifest::Table& table) { return table.left_behind + table.kept_left_out; });
  return purposes;
}

verify::ManifestRequest manifest_request(const std::string& path, const config::Config& config,
                                         const plan::Plan& plan,
                                         std::vector<manifest::Rehearsal> rehearsals,
                                         Console& console) {
  refuse_existing(path, console);
  std::optional<policy::Policy> policy;
  if (!config.policy.empty()) {
    policy = read_trusted_policy(policy_path(config), console);
    refuse_operator(*policy, config);
  }
  verify::ManifestRequest request;
  request.path = path;
  if (policy) request.most_quarantined = policy->limits.quarantined_rows;
  const auto documents =
      std::make_shared<Documents>(config, plan, std::move(policy), std::move(rehearsals));
  request.document = [documents](manifest::Manifest manifest) {
    return documents->document(std::move(manifest));
  };
  return request;
}

}  // namespace sluice::cli
