#include "cli/retire_approval.h"

#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "sluice/approve/verifier.h"
#include "sluice/codec/printable.h"
#include "sluice/document/document.h"
#include "sluice/os/file.h"

#include "cli/exit_code.h"
#include "cli/signed_document.h"

namespace sluice::cli {
namespace {

/// What people sign: it touches every table whose rows go, on both sides.
std::vector<document::Purpose> purposes_of(const RetireInputs& inputs) {
  std::vector<model::QualifiedName> names;
  for (const retire::Retiring& table : inputs.tables) {
    names.push_back(table.plan->source);
    names.push_back(table.plan->target);
  }
  return {{document::Act::retire, policy::classes_of(*inputs.policy, names)}};
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
  if (same) return;
  console.error("what was signed is not what is to be done",
                "run it as it was signed for, or write anew what people sign, with --propose");
  throw Exit{kDrift};
}

}  // namespace

std::string archive_folder(const std::string& path) {
  std::string folder = std::filesystem::absolute(path).lexically_normal().string();
  if (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

std::string write_proposal(const RetireInputs& inputs, const retire::Proposal& proposal,
                           const std::string& path) {
  const document::Head head = make_head(*inputs.policy, document::Kind::retire, purposes_of(inputs),
                                        inputs.run.id, inputs.config.config.operator_name);
  const std::string text = document::to_text(head, retire::to_json(proposal));
  os::write_file(path, text);
  return document::sha256_of(text);
}

approve::Approved<retire::Request> approve_retire(const RetireInputs& inputs,
                                                  const RetireArguments& arguments,
                                                  Console& console) {
  const approve::Verifier verifier = approve::Verifier::create(*inputs.policy);
  const bool by_config = arguments.policy.empty();
  const approve::Verdict verdict =
      require_signed(verifier, arguments.approved,
                     {"approve", arguments.approved, by_config ? "--config" : "--policy",
                      by_config ? arguments.config : arguments.policy},
                     console);
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
