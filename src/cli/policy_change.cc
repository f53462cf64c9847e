#include "cli/policy_change.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sluice/approve/signature_files.h"
#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/ledger/policies.h"
#include "sluice/model/error.h"
#include "sluice/os/file.h"

#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/policy_in_force.h"
#include "cli/policy_input.h"
#include "cli/run_choice.h"
#include "cli/signed_document.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kChangeSchema = "sluice.policy.change/1";

/// What people sign.
struct Succession {
  std::string before_sha256;
  std::string sha256;
  std::string text;  ///< of the new policy's file
};

/// The text is what comes in force; beside it stands what it holds, for people to read.
std::string body_of(const policy::Policy& before, const policy::Policy& next) {
  const auto parsed = codec::parse_json_or_throw(next.text, next.file);
  codec::JsonWriter json;
  json.begin_object().member("before_sha256", before.sha256);
  json.key("policy").value(parsed.root());
  json.member("sha256", next.sha256).member("text", next.text).end_object();
  return codec::canonical_json(json.take());
}

Succession succession_from(const document::Document& document) {
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

/// The policy that the target knows, with its file where the config's policy is.
InForce in_force_of(const ledger::AdoptedPolicy& adopted, const config::Config& config) {
  if (config.policy.empty()) {
    throw model::Error(model::ErrorKind::config, config.file + " names no policy",
                       "add \"policy\": \"FILE\", a path from the config's folder");
  }
  return InForce::of(policy_of(adopted, policy_path(config)), config.file);
}

ledger::AdoptedPolicy require_adopted(db::SqlSession& session, Console& console) {
  if (auto adopted = ledger::policy_in_force(session)) return *std::move(adopted);
  console.error("no policy is in force for this target",
                "the first run with a policy in its config puts it in force, without signatures");
  throw Exit{kUsage};
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
void require_signed_by_successors(const policy::Policy& next, const approve::Verdict& verdict,
                                  const std::string& path, Console& console) {
  const std::string bytes = document::to_text(verdict.document().head, verdict.document().body);
  const approve::Verdict by_next =
      approve::Verifier::create(next).check(bytes, approve::find_signatures(path));
  for (const approve::ActVerdict& act : by_next.acts()) {
    if (act.allowed && act.tally.complete && !act.tally.counted.empty()) continue;
    console.error(fmt::format("as version {} asks: {} of {}, waiting for {}", next.version,
                              act.tally.have, act.tally.need, fmt::join(act.tally.waiting, "; ")),
                  "a change is signed as the policy in force asks, and as the new one does");
    throw Exit{kApproval};
  }
}

policy::Policy parse_next(const Succession& next, const std::string& file, Console& console) {
  policy::ReadResult result = policy::read_policy(next.text, file);
  if (result.policy) return std::move(*result.policy);
  console.findings(result.findings);
  throw Exit{kUsage};
}

void put_in_force(db::SqlSession& session, const ledger::AdoptedPolicy& next,
                  const std::string& before_sha256) {
  session.begin();
  const auto runs = ledger::hold_runs_and_policies(session);
  const auto now = ledger::policy_in_force(session);
  if (!now || now->sha256 != before_sha256) {
    throw model::Error(model::ErrorKind::drift, "another policy has come in force meanwhile");
  }
  ledger::adopt_policy(session, next, runs);
  session.commit();
}

void report(const PolicyChange& arguments, const policy::Policy& before, const policy::Policy& next,
            const std::string& document_sha256, bool is_in_force, Console& console) {
  if (console.json()) {
    codec::JsonWriter json(codec::JsonWriter::Style::pretty);
    json.begin_object().member("schema", kChangeSchema).member("in_force", is_in_force);
    json.member("document_sha256", document_sha256);
    json.member("before_version", before.version).member("before_sha256", before.sha256);
    json.member("version", next.version).member("sha256", next.sha256).end_object();
    console.print(json.take());
    return;
  }
  console.show(fmt::format("policy {}: version {} {} version {}\ndocument {}\n", next.name,
                           next.version, is_in_force ? "has taken the place of" : "is to follow",
                           before.version, document_sha256));
  if (is_in_force) console.note("name the new version's file in every config of this target");
  is_in_force ? console.next({"policy", "--config", arguments.config})
              : console.next({"approve", arguments.out, "--config", arguments.config});
}

}  // namespace

int propose_policy(const PolicyChange& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  const auto session = open_ledger(ledger_of(config.config), console);
  const ledger::AdoptedPolicy adopted = require_adopted(*session, console);
  const InForce before = in_force_of(adopted, config.config);
  const policy::Policy next = read_trusted_policy(arguments.change, console);
  require_later(next, before.policy(), console);
  const document::Head head =
      make_head(before, document::Kind::policy, {{document::Act::policy, {}}}, "",
                operator_of(config.config, arguments.operator_name));
  const std::string text = document::to_text(head, body_of(before.policy(), next));
  if (arguments.dry_run) {
    console.print(text);
    return kDone;
  }
  os::write_file(arguments.out, text);
  report(arguments, before.policy(), next, document::sha256_of(text), false, console);
  return kDone;
}

int adopt_policy(const PolicyChange& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  const auto session = db::open_session(config.config.target, db::Purpose::target);
  const ledger::AdoptedPolicy adopted = require_adopted(*session, console);
  const InForce before = in_force_of(adopted, config.config);
  const std::string operator_name = operator_of(config.config, arguments.operator_name);
  require_operator(before.policy(), config.config, operator_name, console);
  // Signed as the version in force asks, and as the new one does.
  const approve::Verdict verdict = require_signed(before, arguments.adopt, console);
  refuse_other_operator(verdict.document().head, operator_name, arguments.adopt, console);
  const auto signed_next = before.verifier().approved(verdict, document::Kind::policy,
                                                      document::Act::policy, succession_from);
  const policy::Policy next = parse_next(*signed_next, before.policy().file, console);
  if (signed_next->before_sha256 != adopted.sha256) {
    throw model::Error(model::ErrorKind::drift,
                       arguments.adopt + " follows another policy than the one in force",
                       "make it anew with sluice policy --change");
  }
  require_later(next, before.policy(), console);
  require_signed_by_successors(next, verdict, arguments.adopt, console);
  const ledger::AdoptedPolicy record{next.version,
                                     next.name,
                                     next.sha256,
                                     next.text,
                                     "",
                                     operator_name,
                                     verdict.document_sha256()};
  if (arguments.dry_run) {
    console.print(ledger::adopt_policy_sql(record) + ";\n");
    return kDone;
  }
  put_in_force(*session, record, adopted.sha256);
  report(arguments, before.policy(), next, verdict.document_sha256(), true, console);
  return kDone;
}

}  // namespace sluice::cli
