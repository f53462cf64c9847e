#include "cli/retire_approval.h"

#include <chrono>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "sluice/approve/signature_files.h"
#include "sluice/approve/verifier.h"
#include "sluice/codec/printable.h"
#include "sluice/codec/utc_time.h"
#include "sluice/document/document.h"
#include "sluice/os/file.h"
#include "sluice/os/host.h"
#include "sluice/os/sealed_file.h"

#include "cli/exit_code.h"
#include "cli/signed_document.h"

namespace sluice::cli {
namespace {

using Clock = std::chrono::system_clock;

/// What people sign: it touches every table whose rows go, on both sides.
std::vector<document::Purpose> purposes_of(const RetireInputs& inputs) {
  std::vector<model::QualifiedName> names;
  for (const retire::Retiring& table : inputs.tables) {
    names.push_back(table.plan->source);
    names.push_back(table.plan->target);
  }
  return {{document::Act::retire, policy::classes_of(*inputs.policy, names)}};
}

document::Head head_of(const RetireInputs& inputs) {
  document::Head head;
  head.kind = document::Kind::retire;
  head.acts = purposes_of(inputs);
  head.run_id = inputs.run.id;
  head.operator_name = inputs.config.config.operator_name;
  head.policy_sha256 = inputs.policy->sha256;
  head.policy_version = inputs.policy->version;
  const auto now = std::chrono::floor<std::chrono::seconds>(Clock::now());
  const auto requirement =
      policy::requirement_of(*inputs.policy, document::Act::retire, head.acts[0].classes);
  if (!requirement) {
    throw model::Error(model::ErrorKind::approval, "the policy lets nobody retire rows",
                       "it names no rule for the act retire");
  }
  head.created_at = codec::utc_time_text(now);
  head.not_before = head.created_at;
  head.not_after = codec::utc_time_text(now + requirement->max_age);
  constexpr std::size_t kNonceBytes = 32;
  head.nonce = os::random_hex(kNonceBytes);
  return head;
}

retire::Request request_of(const document::Document& document, const std::string& sha256,
                           const policy::Policy& policy) {
  return {retire::from_json(document.body),
          sha256,
          {policy.limits.target_changed_rows, policy.limits.source_changed_rows}};
}

/// What was signed is about this manifest, this run and these hands.
void refuse_other(const retire::Proposal& proposal, const RetireInputs& inputs,
                  const RetireArguments& arguments, Console& console) {
  bool same = true;
  const auto compare = [&](const char* what, const std::string& is, const std::string& signed_for) {
    if (is == signed_for) return;
    same = false;
    console.error(fmt::format("{} is {}; signed for is {}", what, codec::printable_line(is),
                              codec::printable_line(signed_for)));
  };
  compare("the manifest", inputs.manifest_sha256, proposal.manifest_sha256);
  compare("the run", inputs.run.id, proposal.run_id);
  compare("the role", inputs.catalog.server.user, proposal.role);
  if (!arguments.archive.empty()) {
    compare("the archive", archive_folder(arguments.archive), proposal.archive);
  }
  if (!same) throw Exit{kDrift};
}

}  // namespace

std::string archive_folder(const std::string& path) {
  std::string folder = std::filesystem::absolute(path).lexically_normal().string();
  if (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

std::string write_proposal(const RetireInputs& inputs, const retire::Proposal& proposal,
                           const std::string& path) {
  const std::string text = document::to_text(head_of(inputs), retire::to_json(proposal));
  os::write_file(path, text);
  return document::sha256_of(text);
}

approve::Approved<retire::Request> approve_retire(const RetireInputs& inputs,
                                                  const RetireArguments& arguments,
                                                  Console& console) {
  const approve::Verifier verifier = approve::Verifier::create(*inputs.policy);
  // Only this copy is checked and read, whatever becomes of the file.
  const auto file =
      os::SealedFile::open(arguments.approved, os::FileOrigin::anyone, document::kMaxBytes);
  const approve::Verdict verdict =
      verifier.check(file.bytes(), approve::find_signatures(arguments.approved));
  for (const approve::RefusedSignature& refused : verdict.refused()) {
    console.error(fmt::format("{} {}", codec::printable_line(refused.file), refused.reason));
  }
  auto approved = verifier.approved(
      verdict, document::Kind::retire, document::Act::retire, [&](const document::Document& read) {
        return request_of(read, verdict.document_sha256(), verifier.policy());
      });
  if (!approved.grounds().is_signed) {
    console.error("nobody has signed for it", "rows of a source are never deleted by a rule alone");
    throw Exit{kApproval};
  }
  const document::Head& head = verdict.document().head;
  refuse_other_operator(head, inputs.config.config.operator_name, arguments.approved, console);
  refuse_other_acts(head, purposes_of(inputs), arguments.approved, console);
  refuse_other(approved->proposal, inputs, arguments, console);
  return approved;
}

}  // namespace sluice::cli
