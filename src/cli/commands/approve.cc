#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/approve/signature_files.h"
#include "sluice/approve/verifier.h"
#include "sluice/os/file.h"
#include "sluice/os/sealed_file.h"

#include "cli/approval_report.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/policy_input.h"

namespace sluice::cli {
namespace {

struct ApproveArguments {
  std::string document;
  std::string policy;
  std::string config;
  std::string act;
  std::string key;
  std::string principal;
  std::string signature;
  bool dry_run = false;
};

document::Act act_named(const std::string& name) {
  const auto act = document::act_from_string(name);
  if (act) return *act;
  std::vector<std::string_view> names;
  names.reserve(document::kActs.size());
  for (const document::Act one : document::kActs) names.push_back(document::to_string(one));
  throw model::Error(model::ErrorKind::usage, fmt::format("there is no act {}", name),
                     fmt::format("acts are {}", fmt::join(names, ", ")));
}

void check_usage(const ApproveArguments& arguments, const Console& console) {
  using model::Error;
  using model::ErrorKind;
  if (!arguments.act.empty()) static_cast<void>(act_named(arguments.act));
  if (!arguments.key.empty() && (arguments.act.empty() || arguments.principal.empty())) {
    throw Error(ErrorKind::usage, "--key signs for one act as one person",
                "name them with --act and --as");
  }
  if (!arguments.key.empty() && !arguments.signature.empty()) {
    throw Error(ErrorKind::usage, "--key makes a signature and --sig takes one in: one at a time");
  }
  if (!arguments.key.empty() && console.json()) {
    throw Error(ErrorKind::usage, "--key shows the document to a person before signing it",
                "leave --json out; or sign with ssh-keygen and take the signature in with --sig");
  }
}

/// What a signature that is to be kept turns out to be.
struct Taken {
  approve::Signer signer;
  document::Act act{};
};

/// Why it is none of those that were announced; refuses (exit 4) where it does not count.
Taken take_in(const approve::Verifier& verifier, const os::SealedFile& document,
              const approve::SignatureFile& file, const ApproveArguments& arguments,
              Console& console) {
  const approve::Verdict verdict = verifier.check(document.bytes(), {file});
  std::string why = verdict.refused().empty() ? "" : verdict.refused().front().reason;
  for (const approve::ActVerdict& act : verdict.acts()) {
    if (act.signers.empty()) continue;
    Taken taken{act.signers.front(), act.act};
    const bool person_fits =
        arguments.principal.empty() || taken.signer.principal == arguments.principal;
    const bool act_fits = arguments.act.empty() || taken.act == act_named(arguments.act);
    if (person_fits && act_fits) return taken;
    why = fmt::format("is by {} for {}, not by {} for {}", taken.signer.principal,
                      document::to_string(taken.act),
                      person_fits ? taken.signer.principal : arguments.principal,
                      act_fits ? document::to_string(taken.act) : arguments.act);
  }
  console.error(fmt::format("refused: {} {}", file.name, why),
                "nothing was kept; without --sig and --key the commands to sign are shown");
  throw Exit{kApproval};
}

std::string command_by_hand(const ApproveArguments& arguments) {
  return sign_command(arguments.document, arguments.principal, act_named(arguments.act),
                      arguments.key);
}

/// A key that does not sign here may do so elsewhere: by an agent, or where its token is.
std::string signed_here(const ApproveArguments& arguments, const policy::Policy& policy,
                        const os::SealedFile& document, Console& console) {
  try {
    return approve::sign(policy, arguments.key, act_named(arguments.act), document);
  } catch (const model::Error&) {
    console.print("\nnothing was signed, nothing is lost. By hand, also with an agent:\n" +
                  command_by_hand(arguments));
    throw;
  }
}

/// The signature that is to be kept, if any is.
std::optional<approve::SignatureFile> new_signature(const ApproveArguments& arguments,
                                                    const policy::Policy& policy,
                                                    const os::SealedFile& document,
                                                    Console& console) {
  if (!arguments.signature.empty()) return approve::read_signature(arguments.signature);
  if (arguments.key.empty() || arguments.dry_run) return std::nullopt;
  return approve::SignatureFile{
      "the new signature", signed_here(arguments, policy, document, console), {}};
}

/// Where it is kept.
std::string keep(const approve::SignatureFile& file, const Taken& taken,
                 const ApproveArguments& arguments) {
  std::string path = approve::signature_path(arguments.document, taken.signer.principal, taken.act);
  if (!arguments.dry_run) os::write_file(path, file.bytes);
  return path;
}

/// The verb that does what was approved, as far as there is one.
std::string_view verb_after(document::Kind kind) {
  const std::string_view name = kind == document::Kind::plan       ? "copy"
                                : kind == document::Kind::manifest ? "cutover"
                                                                   : document::to_string(kind);
  const auto verbs = commands();
  const auto found =
      std::ranges::find(verbs, name, [](const Command& one) { return std::string_view(one.name); });
  return found == verbs.end() ? "status" : found->name;
}

void say_next(const approve::Verdict& verdict, const ApproveArguments& arguments,
              Console& console) {
  if (verdict.complete()) {
    console.next({std::string(verb_after(verdict.document().head.kind)), "--help"});
  } else {
    const bool by_config = arguments.policy.empty();
    console.next({"approve", arguments.document, by_config ? "--config" : "--policy",
                  by_config ? arguments.config : arguments.policy});
  }
}

int run_approve(const ApproveArguments& arguments, Console& console) {
  check_usage(arguments, console);
  const approve::Verifier verifier = approve::Verifier::create(read_trusted_policy(
      policy_path(arguments.config, arguments.policy, "--policy", console), console));
  // From here on only this copy is shown, signed and checked, whatever becomes of the file.
  const auto document =
      os::SealedFile::open(arguments.document, os::FileOrigin::anyone, document::kMaxBytes);
  if (!console.json()) {
    show_document(arguments.document, document::from_text(document.bytes()),
                  document::sha256_of(document.bytes()), console);
  }
  std::vector<approve::SignatureFile> files = approve::find_signatures(arguments.document);
  std::string stored;
  if (const auto file = new_signature(arguments, verifier.policy(), document, console)) {
    const Taken taken = take_in(verifier, document, *file, arguments, console);
    stored = keep(*file, taken, arguments);
    files = approve::find_signatures(arguments.document);
  } else if (!arguments.key.empty()) {
    console.print("would run:\n" + command_by_hand(arguments));
  }
  const approve::Verdict verdict = verifier.check(document.bytes(), files);
  const ApprovalReport report{arguments.document, verdict, verifier.policy(), stored,
                              arguments.dry_run};
  if (console.json()) {
    console.print(approval_json(report));
  } else {
    show_signatures(report, console);
  }
  say_next(verdict, arguments, console);
  return verdict.complete() ? kDone : kApproval;
}

}  // namespace

Run declare_approve(CLI::App& app) {
  const auto arguments = std::make_shared<ApproveArguments>();
  app.add_option("document", arguments->document, "the document to show: a plan, a manifest")
      ->required();
  app.add_option("--policy", arguments->policy, "the policy that says who has to sign");
  app.add_option("--config", arguments->config, "a config that names it");
  app.add_option("--sig", arguments->signature, "take this signature in, if it is a good one");
  app.add_option("--key", arguments->key, "sign with this private key; needs --act and --as");
  app.add_option("--act", arguments->act, "what is signed for: cutover, retire, ...");
  app.add_option("--as", arguments->principal, "who signs: a principal of the policy");
  app.add_flag("--dry-run", arguments->dry_run, "sign and keep nothing");
  return [arguments](Console& console) { return run_approve(*arguments, console); };
}

}  // namespace sluice::cli
