#include "cli/signed_document.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "sluice/approve/signature_files.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/utc_time.h"
#include "sluice/model/error.h"
#include "sluice/os/host.h"
#include "sluice/os/sealed_file.h"

#include "cli/exit_code.h"

namespace sluice::cli {
namespace {

/// A nonce of a document has 256 bits.
constexpr std::size_t kNonceBytes = 32;

/// How long all of these acts may wait between being asked for and being done.
std::chrono::seconds shortest_age(const policy::Policy& policy,
                                  const std::vector<document::Purpose>& acts) {
  std::optional<std::chrono::seconds> shortest;
  for (const document::Purpose& purpose : acts) {
    const auto needed = policy::requirement_of(policy, purpose.act, purpose.classes);
    if (!needed) {
      throw model::Error(model::ErrorKind::approval,
                         fmt::format("policy {} version {} lets nobody sign for the act {}",
                                     policy.name, policy.version, document::to_string(purpose.act)),
                         "the policy has to say who may: sluice policy prints what it says");
    }
    shortest = std::min(needed->max_age, shortest.value_or(needed->max_age));
  }
  return shortest.value();
}

/// Nobody could use a document that names somebody who may not run.
void require_named_operator(const policy::Policy& policy, const std::string& operator_name) {
  const auto& operators = policy.operators;
  if (std::ranges::find(operators, operator_name) != operators.end()) return;
  throw model::Error(model::ErrorKind::approval,
                     operator_name.empty() ? "nobody is named who will run it"
                                           : fmt::format("{} is no operator of policy {}",
                                                         operator_name, policy.name),
                     fmt::format("\"operator\" in the config, or --operator, names one of {}",
                                 fmt::join(operators, ", ")));
}

/// "plan: 1 of 2, waiting for 1 of group business: Bob Hill, Carol Wu"
void explain_act(const approve::ActVerdict& act, Console& console) {
  const bool is_complete = act.allowed && act.tally.complete;
  std::string names;
  for (const approve::Signer& signer : act.signers) {
    names += (names.empty() ? "signed by " : ", ") + signer.name;
  }
  if (is_complete) {
    console.note(fmt::format("{}: {} of {}, {}", document::to_string(act.act), act.tally.have,
                             act.tally.need, names));
    return;
  }
  console.error(fmt::format("{}: {} of {}{}{}, waiting for {}", document::to_string(act.act),
                            act.tally.have, act.tally.need, names.empty() ? "" : ", ", names,
                            fmt::join(act.tally.waiting, "; ")));
}

[[noreturn]] void explain_missing(const approve::Verdict& verdict, const std::string& path,
                                  const Words& next, Console& console) {
  for (const approve::RefusedSignature& refused : verdict.refused()) {
    console.error(fmt::format("{} does not count: it {}", refused.file, refused.reason));
  }
  for (const std::string& objection : verdict.objections()) {
    console.error(fmt::format("{}: {}", path, objection));
  }
  for (const approve::ActVerdict& act : verdict.acts()) explain_act(act, console);
  // No signature mends what stands against the document itself.
  console.error(fmt::format("{} is not approved", path),
                verdict.objections().empty()
                    ? "people read it and sign it; what is signed lies beside it"
                    : "what stands against it cannot be signed away: write it anew, and let "
                      "people sign that");
  console.next(next);
  throw Exit{kApproval};
}

}  // namespace

document::Head head_from_now(document::Kind kind, std::vector<document::Purpose> acts,
                             const std::string& run_id, const std::string& operator_name,
                             std::chrono::seconds age) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  document::Head head;
  head.kind = kind;
  head.acts = std::move(acts);
  head.run_id = run_id;
  head.operator_name = operator_name;
  head.created_at = codec::utc_time_text(now);
  head.not_before = head.created_at;
  head.not_after = codec::utc_time_text(now + age);
  head.nonce = os::random_hex(kNonceBytes);
  return head;
}

document::Head make_head(const policy::Policy& policy, document::Kind kind,
                         std::vector<document::Purpose> acts, const std::string& run_id,
                         const std::string& operator_name) {
  require_named_operator(policy, operator_name);
  const std::chrono::seconds age = shortest_age(policy, acts);
  document::Head head = head_from_now(kind, std::move(acts), run_id, operator_name, age);
  head.policy_sha256 = policy.sha256;
  head.policy_version = policy.version;
  return head;
}

document::Head make_head(const InForce& in_force, document::Kind kind,
                         std::vector<document::Purpose> acts, const std::string& run_id,
                         const std::string& operator_name) {
  return make_head(in_force.policy(), kind, std::move(acts), run_id, operator_name);
}

approve::Verdict require_signed(const approve::Verifier& verifier, const std::string& path,
                                const Words& next, Console& console) {
  const auto file = os::SealedFile::open(path, os::FileOrigin::anyone, document::kMaxBytes);
  approve::Verdict verdict = verifier.check(file.bytes(), approve::find_signatures(path));
  if (!verdict.complete()) explain_missing(verdict, path, next, console);
  return verdict;
}

approve::Verdict require_signed(const InForce& in_force, const std::string& path,
                                Console& console) {
  return require_signed(in_force.verifier(), path, {"approve", path, "--config", in_force.config()},
                        console);
}

void refuse_other_operator(const document::Head& head, const std::string& operator_name,
                           const std::string& path, Console& console) {
  if (head.operator_name == operator_name) return;
  console.error(fmt::format("{} was signed for {} to run it, and {} does", path, head.operator_name,
                            operator_name.empty() ? "nobody who is named" : operator_name),
                "let that person run it, or let people sign anew");
  throw Exit{kApproval};
}

void refuse_other_acts(const document::Head& head, const std::vector<document::Purpose>& needed,
                       const std::string& path, Console& console) {
  if (head.acts == needed) return;
  console.error(
      fmt::format("{} was signed for other acts or classes of tables than are needed now", path),
      "write it anew, and let people sign it");
  throw Exit{kApproval};
}

bool needs_signatures(const InForce& in_force, const model::ServerIdentity& source,
                      const model::ServerIdentity& target) {
  return in_force.has_policy() && !policy::unsigned_rule(in_force.policy(), source, target);
}

Agreement agreement_between(const InForce& in_force, const model::ServerIdentity& source,
                            const model::ServerIdentity& target) {
  return needs_signatures(in_force, source, target) ? Agreement::needed : Agreement::not_needed;
}

std::string approval_event(const approve::Verdict& verdict, const approve::Grounds& grounds,
                           const std::string& file) {
  const document::Head& head = verdict.document().head;
  codec::JsonWriter json;
  json.begin_object().member("document_sha256", grounds.document_sha256).member("file", file);
  json.member("operator", head.operator_name).member("policy_sha256", head.policy_sha256);
  json.member("policy_version", head.policy_version).member("rule", grounds.rule);
  json.key("signatures").begin_array();
  for (const approve::ActVerdict& act : verdict.acts()) {
    for (const approve::Signer& signer : act.signers) {
      // A good signature of somebody who has no say in it is no approval.
      const auto& counted = act.tally.counted;
      if (std::ranges::find(counted, signer.principal) == counted.end()) continue;
      json.begin_object().member("act", document::to_string(act.act));
      json.member("key", signer.key).member("name", signer.name);
      json.member("principal", signer.principal).end_object();
    }
  }
  json.end_array().end_object();
  return json.take();
}

}  // namespace sluice::cli
