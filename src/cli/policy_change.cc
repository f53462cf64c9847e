#include "cli/policy_change.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "sluice/approve/signature_files.h"
#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/policies.h"
#include "sluice/model/error.h"
#include "sluice/os/file.h"
#include "sluice/os/sealed_file.h"

#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/policy_chain.h"
#include "cli/policy_in_force.h"
#include "cli/policy_input.h"
#include "cli/signed_document.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kChangeSchema = "sluice.policy.change/1";

using approve::Verdict;

/// The policy that the target knows, with its file where the config's policy is.
InForce in_force_of(const ledger::AdoptedPolicy& adopted, const config::Config& config) {
  return InForce::of(policy_of(adopted, policy_path(config)), config.file);
}

/// What a change begins with.
struct Standing {
  std::vector<ledger::AdoptedPolicy> policies;  ///< of the target, the newest first
  InForce before;                               ///< who decides: of a first policy its own people
  [[nodiscard]] bool is_first() const noexcept { return policies.empty(); }
  /// Of the policy that the next one follows; empty: there is none.
  [[nodiscard]] std::string before_sha256() const {
    return is_first() ? "" : before.policy().sha256;
  }
};

/// A first policy is the one that the config names, and its own people decide.
Standing standing_of(db::SqlSession& session, const config::Config& config, Console& console) {
  if (config.policy.empty()) {
    throw model::Error(model::ErrorKind::config, config.file + " names no policy",
                       "add \"policy\": \"FILE\", a path from the config's folder");
  }
  std::vector<ledger::AdoptedPolicy> policies = ledger::policies(session);
  if (policies.empty()) return {{}, InForce::load(config, console)};
  InForce before = in_force_of(policies.front(), config);
  return {std::move(policies), std::move(before)};
}

/// Nobody follows a policy in the ledger that nobody has signed. Throws Error{approval}.
void require_chain(const Standing& standing) {
  if (standing.is_first()) return;
  static_cast<void>(is_signed(standing.policies, standing.before.policy()));
}

void require_later(const policy::Policy& next, const policy::Policy& before, Console& console) {
  if (next.version > before.version) return;
  console.error(fmt::format("{} is version {}, and version {} is in force", next.file, next.version,
                            before.version),
                "a change of the policy has a higher version");
  throw Exit{kUsage};
}

/// The document has to be complete for the people of the new policy too, whose head names the old
/// one.
void require_signed_by_successors(const policy::Policy& next, const std::string& bytes,
                                  const std::string& path, Console& console) {
  const Verdict by_next =
      approve::Verifier::create(next).check(bytes, approve::find_signatures(path));
  for (const approve::ActVerdict& act : by_next.acts()) {
    if (act.complete()) continue;
    console.error(fmt::format("as version {} asks: {} of {}, waiting for {}", next.version,
                              act.tally.have, act.tally.need, fmt::join(act.tally.waiting, "; ")),
                  "a change is signed as the policy in force asks, and as the new one does");
    throw Exit{kApproval};
  }
}

void require_follows(const Succession& next, const Standing& standing, const std::string& path,
                     Console& console) {
  if (next.before_sha256 != standing.before_sha256()) {
    throw model::Error(model::ErrorKind::drift,
                       path + " follows another policy than the one in force",
                       "make it anew with sluice policy --change");
  }
  if (!standing.is_first() || next.sha256 == standing.before.policy().sha256) return;
  console.error(path + " holds another policy than the one that the config names",
                "name the policy's file in the config, then make the document anew");
  throw Exit{kApproval};
}

policy::Policy parse_next(const Succession& next, const std::string& file, Console& console) {
  policy::ReadResult result = policy::read_policy(next.text, file);
  if (result.policy) return std::move(*result.policy);
  console.findings(result.findings);
  throw Exit{kUsage};
}

/// What lies beside the document and can be read.
std::vector<std::string> armours_beside(const std::string& path) {
  std::vector<std::string> armours;
  for (approve::SignatureFile& file : approve::find_signatures(path)) {
    if (file.problem.empty()) armours.push_back(std::move(file.bytes));
  }
  return armours;
}

void put_in_force(db::SqlSession& session, const ledger::AdoptedPolicy& next,
                  const std::string& before_sha256) {
  ledger::ensure_schema(session);
  session.begin();
  const auto runs = ledger::hold_runs_and_policies(session);
  const auto now = ledger::policy_in_force(session);
  if ((now ? now->sha256 : "") != before_sha256) {
    throw model::Error(model::ErrorKind::drift, "another policy has come in force meanwhile",
                       "sluice status shows which");
  }
  ledger::adopt_policy(session, next, runs);
  session.commit();
}

/// What a change comes to, for people and programs.
struct Outcome {
  std::string document_sha256;
  bool is_in_force = false;
};

void report(const PolicyChange& arguments, const Standing& standing, const policy::Policy& next,
            const Outcome& outcome, Console& console) {
  const policy::Policy& before = standing.before.policy();
  if (console.json()) {
    codec::JsonWriter json(codec::JsonWriter::Style::pretty);
    json.begin_object().member("schema", kChangeSchema).member("in_force", outcome.is_in_force);
    json.member("document_sha256", outcome.document_sha256);
    json.member("before_version", standing.is_first() ? 0 : before.version);
    json.member("before_sha256", standing.before_sha256());
    json.member("version", next.version).member("sha256", next.sha256).end_object();
    console.print(json.take());
    return;
  }
  const std::string place =
      standing.is_first()
          ? std::string(outcome.is_in_force ? "is in force" : "is to come in force")
          : fmt::format("{} version {}",
                        outcome.is_in_force ? "has taken the place of" : "is to follow",
                        before.version);
  console.show(fmt::format("policy {}: version {} {}\ndocument {}\n", next.name, next.version,
                           place, outcome.document_sha256));
  if (!outcome.is_in_force) {
    console.next({"approve", arguments.out, "--policy",
                  standing.is_first() ? next.file : standing.before.policy().file});
    return;
  }
  if (!standing.is_first()) {
    console.note("name the new version's file in every config of this target");
  }
  console.next({"policy", "--config", arguments.config});
}

/// What the ledger will hold, where the version in force and the new one have it signed as they
/// ask.
ledger::AdoptedPolicy signed_record(const PolicyChange& arguments, const std::string& operator_name,
                                    const config::Config& config, const Standing& standing,
                                    Console& console) {
  const InForce& before = standing.before;
  require_operator(before.policy(), config, operator_name, console);
  const Verdict verdict = require_signed(before, arguments.adopt, console);
  refuse_other_operator(verdict.document().head, operator_name, arguments.adopt, console);
  const auto signed_next = before.verifier().approved(verdict, document::Kind::policy,
                                                      document::Act::policy, succession_from);
  require_follows(*signed_next, standing, arguments.adopt, console);
  const policy::Policy next = parse_next(*signed_next, before.policy().file, console);
  const std::string bytes = document::to_text(verdict.document().head, verdict.document().body);
  if (!standing.is_first()) {
    require_later(next, before.policy(), console);
    require_signed_by_successors(next, bytes, arguments.adopt, console);
  }
  ledger::AdoptedPolicy record{next.version,
                               next.name,
                               next.sha256,
                               next.text,
                               "",
                               operator_name,
                               verdict.document_sha256(),
                               bytes,
                               armours_beside(arguments.adopt)};
  // What is written is what everybody who reads it will check.
  record.signatures = require_signed_version(
      record, standing.is_first() ? nullptr : &standing.policies.front(), before.policy());
  return record;
}

/// The document of a version that came in force already: signatures that were made since take the
/// place of those that the ledger has, where a key was revoked. False: it is of none.
bool sign_again(const PolicyChange& arguments, const std::string& operator_name,
                const config::Config& config, const Standing& standing, db::SqlSession& session,
                Console& console) {
  const auto file =
      os::SealedFile::open(arguments.adopt, os::FileOrigin::anyone, document::kMaxBytes);
  const std::string sha256 = document::sha256_of(file.bytes());
  const auto& policies = standing.policies;
  const auto found = std::ranges::find(policies, sha256, &ledger::AdoptedPolicy::document_sha256);
  if (found == policies.end()) return false;
  require_operator(standing.before.policy(), config, operator_name, console);
  ledger::AdoptedPolicy version = *found;
  version.signatures = armours_beside(arguments.adopt);
  version.signatures = require_signed_version(
      version, std::next(found) == policies.end() ? nullptr : &found[1], standing.before.policy());
  if (!arguments.dry_run) {
    session.begin();
    ledger::hold_policies(session);
    ledger::replace_signatures(session, version);
    session.commit();
  }
  console.note(
      fmt::format("policy {} version {} was in force already: the ledger {} its signatures as "
                  "they are now",
                  version.name, version.version, arguments.dry_run ? "would take" : "has"));
  report(arguments, standing, policy_of(version, arguments.adopt), {sha256, true}, console);
  return true;
}

}  // namespace

int propose_policy(const PolicyChange& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  const auto session = db::open_session(config.config.target, db::Purpose::catalog);
  const Standing standing = standing_of(*session, config.config, console);
  require_chain(standing);
  const policy::Policy next = read_trusted_policy(arguments.change, console);
  if (!standing.is_first()) require_later(next, standing.before.policy(), console);
  const document::Head head =
      make_head(standing.before, document::Kind::policy, {{document::Act::policy, {}}}, "",
                operator_of(config.config, arguments.operator_name));
  const std::string body = succession_body(standing.before_sha256(), next);
  const std::string text = document::to_text(head, body);
  require_follows({standing.before_sha256(), next.sha256, ""}, standing, arguments.change, console);
  if (arguments.dry_run) {
    console.print(text);
    return kDone;
  }
  os::write_file(arguments.out, text);
  report(arguments, standing, next, {document::sha256_of(text), false}, console);
  return kDone;
}

int adopt_policy(const PolicyChange& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  const std::string operator_name = operator_of(config.config, arguments.operator_name);
  const auto session = db::open_session(config.config.target, db::Purpose::target);
  const Standing standing = standing_of(*session, config.config, console);
  if (sign_again(arguments, operator_name, config.config, standing, *session, console)) {
    return kDone;
  }
  require_chain(standing);
  const ledger::AdoptedPolicy record =
      signed_record(arguments, operator_name, config.config, standing, console);
  if (arguments.dry_run) {
    console.print(ledger::adopt_policy_sql(record) + ";\n");
    return kDone;
  }
  put_in_force(*session, record, standing.before_sha256());
  report(arguments, standing, policy_of(record, standing.before.policy().file),
         {record.document_sha256, true}, console);
  return kDone;
}

}  // namespace sluice::cli
