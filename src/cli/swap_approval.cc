#include "cli/swap_approval.h"

#include <filesystem>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "sluice/cutover/loss.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/file.h"

#include "cli/exit_code.h"
#include "cli/manifest_document.h"
#include "cli/manifest_file.h"
#include "cli/plan_approval.h"
#include "cli/run_choice.h"
#include "cli/signed_document.h"

namespace sluice::cli {
namespace {

std::string absolute(const std::string& file) { return std::filesystem::absolute(file).string(); }

template <typename T>
Agreed<T> by_rule(const SwapStart& start, T value) {
  return {
      approved_by_rule(start.in_force, std::move(value), start.plan().source, start.plan().target),
      ""};
}

/// What people signed in that file, where they all did and signed for these hands.
template <typename Parse>
auto by_document(const SwapStart& start, const std::string& file, document::Kind kind,
                 Parse&& parse, Console& console) {
  const approve::Verdict verdict = require_signed(start.in_force, file, console);
  refuse_other_operator(verdict.document().head, start.request.operator_name, file, console);
  auto approved = start.in_force.verifier().approved(verdict, kind, document::act_of(kind),
                                                     std::forward<Parse>(parse));
  std::string evidence = approval_event(verdict, approved.grounds(), absolute(file));
  using T = std::remove_cvref_t<decltype(*approved)>;
  return Agreed<T>{std::move(approved), std::move(evidence), verdict.document().head.not_after};
}

[[noreturn]] void ask_for_document(const std::string& what, const Words& next, Console& console) {
  console.error(what, "write it to a file, let people sign it, and name it");
  console.next(next);
  throw Exit{kApproval};
}

void refuse_differences(const std::string& file, const std::vector<std::string>& differences,
                        const std::string& hint, Console& console) {
  if (differences.empty()) return;
  for (const std::string& difference : differences) {
    console.error(fmt::format("{}: {}", file, difference));
  }
  console.error("what was signed is not what is there", hint);
  throw Exit{kDrift};
}

/// In what a manifest is not of this run as it stands.
std::vector<std::string> differences_of(const SwapStart& start, const ManifestFile& file,
                                        const cutover::Readiness& readiness) {
  const manifest::Manifest& manifest = file.manifest;
  ManifestCheck check;
  check_server(manifest.source, start.plan().source, "source", check);
  check_server(manifest.target, start.plan().target, "target", check);
  check_ledger(file, *start.session, check);
  std::vector<std::string> lines = std::move(check.tampered);
  lines.insert(lines.end(), check.foreign.begin(), check.foreign.end());
  if (manifest.config_sha256 != start.config.sha256) {
    lines.push_back(fmt::format("it is of config {}, and {} is {}", manifest.config_sha256,
                                start.in_force.config(), start.config.sha256));
  }
  for (const std::string& id : {file.document.head.run_id, manifest.run_id}) {
    if (id != start.run().id) lines.push_back(fmt::format("it is of run {}", id));
  }
  if (!lines.empty()) return lines;
  const auto events = ledger::events(*start.session, start.run().id);
  if (const auto* event = cutover::change_since(events, manifest.ledger_head_no)) {
    lines.push_back(fmt::format("{} ({}) came after what it proves", event->kind, event->at));
  }
  if (manifest.verification != readiness.verification) {
    lines.push_back(fmt::format("it is of verification {}, and the newest full one is {}",
                                manifest.verification, readiness.verification));
  }
  return lines;
}

/// What a rollback (act cutover) and a discard (act drop) are signed for: all tables of the run,
/// whichever are touched. Rows are lost of new tables too.
std::vector<document::Purpose> purposes_of_all(document::Act act, const SwapStart& start) {
  std::vector<model::QualifiedName> names;
  for (const plan::TablePlan& table : start.plan().tables) {
    names.push_back(table.source);
    names.push_back(table.target);
  }
  return {{act, policy::classes_of(start.in_force.policy(), names)}};
}

std::string write_document(const SwapStart& start, document::Kind kind,
                           std::vector<document::Purpose> acts, const std::string& body,
                           const std::string& file) {
  const document::Head head =
      make_head(start.in_force, kind, std::move(acts), start.run().id, start.request.operator_name);
  const std::string text = document::to_text(head, body);
  os::write_file(file, text);
  return document::sha256_of(text);
}

}  // namespace

Agreed<cutover::Request> approve_cutover(const SwapStart& start, const std::string& manifest,
                                         const cutover::Readiness& readiness, Console& console) {
  if (!start.in_force.has_policy() && !manifest.empty()) {
    console.error("without a policy a manifest authorizes nothing", "leave --manifest out");
    throw Exit{kUsage};
  }
  if (!start.needs_signatures && manifest.empty()) return by_rule(start, start.request);
  refuse_unsigned_run(start.in_force, start.run().id, start.plan(),
                      ledger::events(*start.session, start.run().id), console);
  if (manifest.empty()) {
    ask_for_document(fmt::format("a cutover to a server labelled {} needs a signed manifest",
                                 policy::label_of(start.in_force.policy(), start.plan().target)),
                     words_with("verify", start, "--manifest", "manifest.json"), console);
  }
  return by_document(
      start, manifest, document::Kind::manifest,
      [&](const document::Document& document) {
        const ManifestFile file{
            manifest, document::sha256_of(document::to_text(document.head, document.body)),
            document, manifest::from_json(document.body)};
        refuse_differences(manifest, differences_of(start, file, readiness),
                           "verify anew with --manifest, and let people sign that", console);
        refuse_other_acts(document.head,
                          cutover_purposes(start.in_force.policy(), start.plan(), file.manifest),
                          manifest, console);
        return start.request;
      },
      console);
}

std::optional<Agreed<cutover::Loss>> approve_loss(const SwapStart& start, const cutover::Cut& cut,
                                                  const std::string& file, std::uint64_t losing,
                                                  Console& console) {
  const auto retired =
      cutover::retired_since(ledger::events(*start.session, start.run().id), cut.event);
  const bool needs_document = retired.begun > 0 || (losing > 0 && start.needs_signatures);
  if (file.empty() && needs_document) {
    ask_for_document(retired.begun > 0
                         ? "rows were retired from the source since the cutover: a rollback needs "
                           "a signed document that says so"
                         : "a rollback that loses rows needs a signed document that says which",
                     words_with("rollback", start, "--propose", "rollback.json"), console);
  }
  if (file.empty() && losing == 0) return std::nullopt;
  if (file.empty()) {
    return by_rule(start, cutover::Loss{start.run().id, cut.event, losing, std::nullopt, {}});
  }
  auto agreed = by_document(
      start, file, document::Kind::rollback,
      [&](const document::Document& document) {
        refuse_other_acts(document.head, purposes_of_all(document::Act::cutover, start), file,
                          console);
        return cutover::loss_from_json(document.body);
      },
      console);
  const std::string again = "write anew what people sign: " +
                            command_line(words_with("rollback", start, "--propose", "again.json"));
  // Counted a second time under the locks, whatever is found here.
  auto lines =
      cutover::differences(*agreed.what, cutover::loss_of(*start.session, start.request, cut));
  if (agreed.what->changes != losing) {
    lines.push_back(fmt::format("{} row changes may be lost by it, and --losing says {}",
                                agreed.what->changes, losing));
  }
  refuse_differences(file, lines, again, console);
  return agreed;
}

std::string propose_loss(const SwapStart& start, const cutover::Loss& loss,
                         const std::string& file) {
  return write_document(start, document::Kind::rollback,
                        purposes_of_all(document::Act::cutover, start), cutover::to_json(loss),
                        file);
}

Agreed<cutover::Drop> approve_drop(const SwapStart& start, const std::string& file,
                                   cutover::Drop drop, Console& console) {
  if (file.empty() && !start.needs_signatures) return by_rule(start, std::move(drop));
  if (file.empty()) {
    Words next = words_with("discard", start, "--propose", "discard.json");
    if (drop.give_up_way_back) next.emplace_back("--give-up-way-back");
    ask_for_document(
        fmt::format("tables of a server labelled {} are dropped when people have signed for it",
                    policy::label_of(start.in_force.policy(), start.plan().target)),
        next, console);
  }
  auto agreed = by_document(
      start, file, document::Kind::discard,
      [&](const document::Document& document) {
        refuse_other_acts(document.head, purposes_of_all(document::Act::drop, start), file,
                          console);
        return cutover::drop_from_json(document.body, start.request);
      },
      console);
  if (drop.give_up_way_back && !agreed.what->give_up_way_back) {
    refuse_differences(file, {"it does not give up the way back"},
                       "leave --give-up-way-back out, or let people sign anew", console);
  }
  return agreed;
}

std::string propose_drop(const SwapStart& start, const cutover::Drop& drop,
                         const std::string& file) {
  return write_document(start, document::Kind::discard, purposes_of_all(document::Act::drop, start),
                        cutover::to_json(drop), file);
}

}  // namespace sluice::cli
