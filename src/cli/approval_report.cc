#include "cli/approval_report.h"

#include <fmt/format.h>

#include "sluice/approve/signature_files.h"
#include "sluice/codec/columns.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/document/document.h"

#include "cli/command_line.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kSchema = "sluice.approve/1";
/// Of a terminal that is not wider; documents are read on paper too.
constexpr std::size_t kColumns = 80;

void show_line(const std::string& text, Console& console) {
  console.print(codec::folded(codec::printable_line(text), kColumns) + "\n");
}

/// What is said about a document, not what stands in it: words stay whole.
void say_line(const std::string& text, Console& console) {
  console.print(codec::wrapped(codec::printable_line(text), kColumns, false) + "\n");
}

std::string name_of(const policy::Policy& policy, const std::string& principal) {
  const policy::Person* person = policy.find(principal);
  return person == nullptr ? principal : person->name;
}

std::string standing(const approve::ActVerdict& act) {
  if (!act.allowed) return act.tally.waiting.empty() ? "not allowed" : act.tally.waiting.front();
  std::string text = fmt::format("{} of {}", act.tally.have, act.tally.need);
  if (act.complete()) return text + ", complete";
  return fmt::format("{}, waiting for {}", text, fmt::join(act.tally.waiting, "; "));
}

void show_act(const approve::ActVerdict& act, Console& console) {
  say_line(fmt::format("{}: {}", document::to_string(act.act), standing(act)), console);
  for (const approve::Signer& signer : act.signers) {
    say_line(fmt::format("  signed by {} <{}>, key {}", signer.name, signer.principal, signer.key),
             console);
  }
}

void show_commands(const ApprovalReport& report, Console& console) {
  for (const approve::ActVerdict& act : report.verdict.acts()) {
    if (act.complete()) continue;
    for (const std::string& principal : act.could_sign) {
      say_line(fmt::format("{} signs for {} by:", name_of(report.policy, principal),
                           document::to_string(act.act)),
               console);
      console.print(sign_command(report.file, principal, act.act, "KEY"));
    }
  }
}

void write_signers(const approve::ActVerdict& act, codec::JsonWriter& json) {
  json.key("signed").begin_array();
  for (const approve::Signer& signer : act.signers) {
    json.begin_object().member("principal", signer.principal).member("name", signer.name);
    json.member("key", signer.key).member("file", signer.file).end_object();
  }
  json.end_array();
}

void write_acts(const approve::Verdict& verdict, codec::JsonWriter& json) {
  json.key("acts").begin_array();
  for (std::size_t i = 0; i < verdict.acts().size(); ++i) {
    const approve::ActVerdict& act = verdict.acts()[i];
    json.begin_object().member("act", document::to_string(act.act));
    json.member("namespace", document::signature_namespace(act.act));
    json.member("irreversible", document::is_irreversible(act.act));
    json.member("classes", verdict.document().head.acts[i].classes);
    json.member("allowed", act.allowed).member("complete", act.complete());
    json.member("have", act.tally.have).member("need", act.tally.need);
    json.member("waiting", act.tally.waiting).member("could_sign", act.could_sign);
    write_signers(act, json);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string sign_command(const std::string& document, const std::string& principal,
                         document::Act act, const std::string& key) {
  return fmt::format("  ssh-keygen -Y sign -f {} -n {} \\\n    < {} \\\n    > {}\n",
                     shell_word(key), document::signature_namespace(act), shell_word(document),
                     shell_word(approve::signature_path(document, principal, act)));
}

void show_document(const std::string& file, const document::Document& document,
                   const std::string& sha256, Console& console) {
  show_line(fmt::format("document {}", file), console);
  show_line("SHA-256 " + sha256, console);
  for (const std::string& line : document::lines_of(document)) show_line(line, console);
}

void show_signatures(const ApprovalReport& report, Console& console) {
  console.print("\n");
  for (const approve::ActVerdict& act : report.verdict.acts()) show_act(act, console);
  for (const approve::RefusedSignature& refused : report.verdict.refused()) {
    say_line(fmt::format("refused: {} {}", refused.file, refused.reason), console);
  }
  for (const std::string& objection : report.verdict.objections()) {
    say_line(fmt::format("not approved by anybody: {}", objection), console);
  }
  if (!report.stored.empty()) {
    say_line(fmt::format("{} {}", report.dry_run ? "would be kept as" : "kept as", report.stored),
             console);
  }
  if (report.verdict.objections().empty()) show_commands(report, console);
}

std::string approval_json(const ApprovalReport& report) {
  const approve::Verdict& verdict = report.verdict;
  const document::Head& head = verdict.document().head;
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kSchema).member("document", report.file);
  json.member("document_sha256", verdict.document_sha256());
  json.member("kind", document::to_string(head.kind)).member("run", head.run_id);
  json.member("operator", head.operator_name).member("policy_version", head.policy_version);
  json.member("policy_sha256", head.policy_sha256).member("complete", verdict.complete());
  json.member("objections", verdict.objections());
  write_acts(verdict, json);
  json.key("refused").begin_array();
  for (const approve::RefusedSignature& refused : verdict.refused()) {
    json.begin_object().member("file", codec::printable_line(refused.file));
    json.member("reason", codec::printable_line(refused.reason)).end_object();
  }
  json.end_array().member("dry_run", report.dry_run);
  if (!report.stored.empty()) json.member("stored", report.stored);
  json.member("lines", document::lines_of(verdict.document())).end_object();
  return json.take();
}

}  // namespace sluice::cli
