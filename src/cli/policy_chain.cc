#include "cli/policy_chain.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sluice/approve/verifier.h"
#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/codec/utc_time.h"
#include "sluice/model/error.h"

#include "cli/policy_in_force.h"

namespace sluice::cli {
namespace {

using document::Document;
using ledger::AdoptedPolicy;

[[noreturn]] void refuse(const AdoptedPolicy& version, const std::string& why) {
  throw model::Error(
      model::ErrorKind::approval,
      fmt::format("policy {} version {} ({}) in the target's ledger: {}", version.name,
                  version.version, version.sha256.substr(0, 12), why),
      "find out who wrote to schema sluice of the target; where a key was revoked meanwhile, let "
      "others sign the same document, and adopt it once more");
}

/// As it stands in the ledger; who is revoked, and by which program that is found out, is today's.
policy::Policy as_of_today(const AdoptedPolicy& version, const policy::Policy& today) {
  policy::Policy policy = policy_of(version, today.file);
  policy.revoked_keys = today.revoked_keys;
  policy.revoked = today.revoked;
  policy.ssh_keygen = today.ssh_keygen;
  return policy;
}

std::vector<approve::SignatureFile> signatures_of(const AdoptedPolicy& version) {
  std::vector<approve::SignatureFile> files;
  for (const std::string& armour : version.signatures) {
    files.push_back({fmt::format("signature {}", files.size() + 1), armour, ""});
  }
  return files;
}

void require_says(const AdoptedPolicy& version, const std::string& before_sha256,
                  const Succession& signed_one) {
  if (signed_one.text != version.text || signed_one.sha256 != version.sha256) {
    refuse(version, "people have signed another text");
  }
  if (signed_one.before_sha256 != before_sha256) {
    refuse(version, "people have signed that it follows another one");
  }
}

/// The people of the version itself: the document is made under the one before.
approve::Verdict require_signed_by_own(const AdoptedPolicy& version, const policy::Policy& own,
                                       std::chrono::sys_seconds at) {
  const approve::Verdict verdict =
      approve::Verifier::create(own, at).check(version.document, signatures_of(version));
  for (const approve::ActVerdict& act : verdict.acts()) {
    if (act.complete()) continue;
    refuse(version, fmt::format("as it asks itself, {}: {} of {}, waiting for {}",
                                document::to_string(act.act), act.tally.have, act.tally.need,
                                fmt::join(act.tally.waiting, "; ")));
  }
  return verdict;
}

/// Those that count, found by the names that signatures_of() gives them.
void add_counted(const AdoptedPolicy& version, const approve::Verdict& verdict,
                 std::set<std::string>& armours) {
  const auto files = signatures_of(version);
  for (const approve::ActVerdict& act : verdict.acts()) {
    for (const approve::Signer& signer : act.signers) {
      armours.insert(std::ranges::find(files, signer.file, &approve::SignatureFile::name)->bytes);
    }
  }
}

}  // namespace

std::string succession_body(const std::string& before_sha256, const policy::Policy& next) {
  const auto parsed = codec::parse_json_or_throw(next.text, next.file);
  codec::JsonWriter json;
  json.begin_object().member("before_sha256", before_sha256);
  json.key("policy").value(parsed.root());
  json.member("sha256", next.sha256).member("text", next.text).end_object();
  return codec::canonical_json(json.take());
}

Succession succession_from(const Document& document) {
  const auto body = codec::parse_json_or_throw(document.body, "the document's body");
  const codec::JsonValue& root = body.root();
  Succession next{root.at("before_sha256").as_string(), root.at("sha256").as_string(),
                  root.at("text").as_string()};
  if (codec::sha256_hex(next.text) != next.sha256 ||
      codec::canonical_json(next.text) != codec::canonical_json(root.at("policy"))) {
    throw model::Error(model::ErrorKind::approval,
                       "the document shows another policy than the one that it holds",
                       "make it anew with sluice policy --change");
  }
  return next;
}

std::vector<std::string> require_signed_version(const AdoptedPolicy& version,
                                                const AdoptedPolicy* before,
                                                const policy::Policy& today) {
  if (version.document.empty() ||
      document::sha256_of(version.document) != version.document_sha256) {
    refuse(version, "nobody has signed it");
  }
  const Document document = document::from_text(version.document);
  // What was valid when people signed stays valid; a revoked key is none, whenever it signed.
  const auto at = codec::utc_time_from_text(document.head.created_at).value();
  const policy::Policy own = as_of_today(version, today);
  const approve::Verifier verifier =
      approve::Verifier::create(before == nullptr ? own : as_of_today(*before, today), at);
  const approve::Verdict verdict = verifier.check(version.document, signatures_of(version));
  if (!verdict.complete()) refuse(version, verdict.what_is_missing());
  const auto approved =
      verifier.approved(verdict, document::Kind::policy, document::Act::policy, succession_from);
  require_says(version, before == nullptr ? "" : before->sha256, *approved);
  std::set<std::string> counted;
  add_counted(version, verdict, counted);
  if (before != nullptr) add_counted(version, require_signed_by_own(version, own, at), counted);
  return {counted.begin(), counted.end()};
}

bool is_signed(const std::vector<AdoptedPolicy>& policies, const policy::Policy& today) {
  const AdoptedPolicy* before = nullptr;
  for (std::size_t i = policies.size(); i > 0; --i) {
    const AdoptedPolicy& version = policies[i - 1];
    const bool by_rule = before == nullptr && version.document_sha256.empty();
    if (!by_rule) static_cast<void>(require_signed_version(version, before, today));
    before = &version;
  }
  return before != nullptr && !before->document_sha256.empty();
}

}  // namespace sluice::cli
