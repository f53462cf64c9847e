#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/cutover/cutover.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/policies.h"
#include "sluice/os/file.h"
#include "sluice/os/host.h"
#include "sluice/os/kill_point.h"
#include "sluice/os/stop.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/held_run.h"
#include "cli/inputs.h"
#include "cli/last_word.h"
#include "cli/old_side.h"
#include "cli/policy_in_force.h"
#include "cli/retire_approval.h"
#include "cli/retire_inputs.h"
#include "cli/retire_report.h"
#include "cli/run_choice.h"
#include "cli/stop_sources.h"

namespace sluice::cli {
namespace {

/// Of an archive: some hundred bytes a batch.
constexpr std::size_t kMaxIndexBytes = std::size_t{1} << 30;

void check_usage(const RetireArguments& arguments) {
  using model::Error;
  using model::ErrorKind;
  if (arguments.propose.empty() == arguments.approved.empty()) {
    throw Error(ErrorKind::usage, "one of --propose and --approved says what is to be done",
                "--propose FILE writes what people sign, --approved FILE does what they signed");
  }
  if (arguments.propose.empty()) return;
  if (arguments.archive.empty()) {
    throw Error(ErrorKind::usage, "--archive is missing: where would the rows go?");
  }
  if (std::filesystem::exists(arguments.propose)) {
    throw Error(ErrorKind::usage, fmt::format("{} is there already", arguments.propose),
                "people may have signed it: name another file");
  }
}

Words words_of(const RetireArguments& arguments, const std::string& option,
               const std::string& file) {
  Words words = {
      "retire",      "--config",          arguments.config, "--manifest", arguments.manifest,
      "--retire-as", arguments.retire_as, option,           file};
  const auto add = [&words](const char* name, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {name, value});
  };
  // A proposal is none without it; what was signed names it.
  if (arguments.approved.empty()) add("--archive", arguments.archive);
  add("--policy", arguments.policy);
  add("--operator", arguments.operator_name);
  add("--stop-file", arguments.stop_file);
  return words;
}

class ShowProgress {
 public:
  explicit ShowProgress(Console& console) : console_(console) {}
  ~ShowProgress() { console_.clear_status(); }
  ShowProgress(const ShowProgress&) = delete;
  ShowProgress& operator=(const ShowProgress&) = delete;
  void operator()(const retire::Progress& progress) const {
    console_.status_lines(
        {fmt::format("{}: {} of {} rows", progress.table, progress.rows, progress.expected)});
  }

 private:
  Console& console_;
};

void append_event(const RetireInputs& inputs, const std::string& kind, codec::JsonWriter& body) {
  ledger::append_event(*inputs.ledger, inputs.run.id, kind, codec::canonical_json(body.take()));
}

/// Who, where and by which credential, of every event of this verb.
codec::JsonWriter event_head(const RetireInputs& inputs) {
  codec::JsonWriter json;
  const os::ProcessIdentity process = os::this_process();
  json.begin_object();
  json.member("host", process.host).member("os_user", process.user);
  json.member("operator", inputs.config.config.operator_name);
  json.member("role", inputs.catalog.server.user);
  json.member("manifest_sha256", inputs.manifest_sha256);
  return json;
}

int propose(const RetireArguments& arguments, RetireInputs& inputs, const os::SignalStop& signals,
            Console& console) {
  const retire::Setting setting = inputs.setting();
  retire::Proposal proposal;
  proposal.manifest_sha256 = inputs.manifest_sha256;
  proposal.run_id = inputs.run.id;
  proposal.archive = archive_folder(arguments.archive);
  proposal.role = inputs.catalog.server.user;
  try {
    const ShowProgress progress(console);
    proposal.tables = retire::survey(setting, signals.token(), std::cref(progress));
  } catch (const model::Error& error) {
    constexpr int kSignalBase = 128;
    if (error.kind() != model::ErrorKind::interrupted || signals.signal() == 0) throw;
    console.error(error);
    throw Exit{kSignalBase + signals.signal()};
  }
  std::string sha256;
  if (!arguments.dry_run) {
    sha256 = write_proposal(inputs, proposal, arguments.propose);
    codec::JsonWriter event = event_head(inputs);
    event.member("document_sha256", sha256).end_object();
    append_event(inputs, "retire-proposed", event);
  }
  console.json() ? console.print(to_json(proposal, arguments.propose, sha256))
                 : console.show(to_text(proposal));
  const bool by_config = arguments.policy.empty();
  console.next({"approve", arguments.propose, by_config ? "--config" : "--policy",
                by_config ? arguments.config : arguments.policy});
  return kDone;
}

void record_end(const RetireInputs& inputs, const retire::Result& result,
                const retire::Proposal& proposal) {
  for (const retire::TableResult& table : result.tables) {
    if (table.deleted == 0 && table.stopped.empty()) continue;
    ledger::append_event(*inputs.ledger, inputs.run.id, "retire-table", event_body(table));
  }
  codec::JsonWriter event = event_head(inputs);
  if (result.finished) {
    const std::string index = os::read_file(proposal.archive + "/archive.json", kMaxIndexBytes);
    event.member("archive_sha256", codec::sha256_hex(index));
  }
  event.end_object();
  append_event(inputs, result.finished ? "retire-finished" : "retire-stopped", event);
}

void refuse_used(const RetireInputs& inputs, Console& console) {
  const auto session = db::open_session(inputs.source, db::Purpose::catalog);
  if (!retire::is_used_up(*session, inputs.manifest_sha256)) return;
  console.error("this manifest has been used: all of its rows are gone",
                "what is to go now has to be verified and signed anew");
  throw Exit{kApproval};
}

/// From here on nobody else can roll it back or decide anything. What was read before that is what
/// people's signatures, and who may, were held against.
void refuse_changed_meanwhile(const RetireArguments& arguments, const RetireInputs& inputs,
                              Console& console) {
  require_same_policy(InForce::of(*inputs.policy, arguments.config),
                      ledger::policies(*inputs.ledger), console);
  const auto events = ledger::events(*inputs.ledger, inputs.run.id);
  const ledger::Event* const change = cutover::change_since(events, inputs.events.back().number);
  if (change == nullptr) {
    return refuse_old_side_writes(*inputs.ledger, inputs.run, events,
                                  inputs.policy->limits.old_side_writes, console);
  }
  console.error(
      fmt::format("{} ({}) came in between: nothing is deleted", change->kind, change->at),
      "sluice status shows where the run stands");
  throw Exit{kDrift};
}

/// A hold goes with its session. Others may have taken the run since, and decided otherwise.
void require_hold(db::SqlSession& ledger, const std::string& run_id) {
  try {
    ledger.query("SELECT 1");
  } catch (const model::Error& lost) {
    throw model::Error(model::ErrorKind::connection,
                       fmt::format("run {} is not held any more: {}", run_id, lost.what()),
                       "what has been deleted lies in the archive; see whether the target can be "
                       "reached, and who works on the run, then run the same command again");
  }
}

int show_statements(const retire::Setting& setting, const RetireArguments& arguments,
                    Console& console) {
  for (const std::string& statement : retire::statements_of(setting)) console.print(statement);
  console.next_in_sql(words_of(arguments, "--approved", arguments.approved));
  return kDone;
}

int remove(const RetireArguments& arguments, RetireInputs& inputs, os::SignalStop& signals,
           Console& console) {
  refuse_used(inputs, console);
  refuse_stop_file(arguments.stop_file, console);
  const auto approved = approve_retire(inputs, arguments, console);
  retire::Setting setting = inputs.setting();
  setting.require_hold = [&inputs] { require_hold(*inputs.ledger, inputs.run.id); };
  if (arguments.dry_run) return show_statements(setting, arguments, console);
  SLUICE_KILL_POINT("retire-agreed");
  const ledger::RunHold hold(*inputs.ledger, inputs.run.id);
  if (!hold.is_taken()) refuse_held(*inputs.ledger, inputs.run.id, kWaitForHolder, console);
  refuse_changed_meanwhile(arguments, inputs, console);
  const StopSources sources(
      {inputs.target, inputs.run.id, inputs.events.back().number, arguments.stop_file}, signals,
      [&signals](const std::string& /*why*/) { signals.request(kConnection); });
  refuse_stopped(*inputs.ledger, inputs.run.id, arguments.config, console);
  codec::JsonWriter begun = event_head(inputs);
  begun.member("approval", approved.rule());
  begun.member("document_sha256", approved->document_sha256).end_object();
  append_event(inputs, "retire-begun", begun);
  retire::Result result;
  {
    const ShowProgress progress(console);
    result = retire::retire(approved, setting, signals.token(), std::cref(progress));
  }
  record_end(inputs, result, approved->proposal);
  console.json() ? console.print(to_json(result, approved->proposal.archive))
                 : console.show(to_text(result));
  if (result.finished) {
    console.next({"restore", "--archive", approved->proposal.archive, "--help"});
  } else {
    console.next(words_of(arguments, "--approved", arguments.approved));
  }
  if (result.finished) return kDone;
  if (!result.stopped) return kStopRule;
  return report_heard(sources, signals, inputs.run.id, arguments.config, console);
}

int run_retire(const RetireArguments& arguments, Console& console) {
  check_usage(arguments);
  static_cast<void>(endpoint_of_url(arguments.retire_as, "source", "--retire-as"));
  RetireInputs inputs;
  // What is proved, by which run, between which servers, and whether anything stands against it.
  read_retire_inputs(arguments, inputs, console);
  static_cast<void>(console.findings(inputs.findings));
  const std::string again =
      command_line(arguments.propose.empty() ? words_of(arguments, "--approved", arguments.approved)
                                             : words_of(arguments, "--propose", arguments.propose));
  os::SignalStop signals(last_word(again));
  return arguments.propose.empty() ? remove(arguments, inputs, signals, console)
                                   : propose(arguments, inputs, signals, console);
}

}  // namespace

Run declare_retire(CLI::App& app) {
  const auto arguments = std::make_shared<RetireArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--manifest", arguments->manifest, "what verify --manifest has written")
      ->required();
  app.add_option("--retire-as", arguments->retire_as,
                 "URL of the source, as the role that may delete")
      ->required();
  app.add_option("--policy", arguments->policy,
                 "the policy that says who has to sign; else the config's");
  app.add_option("--archive", arguments->archive, "folder that the rows go to, a new one");
  app.add_option("--operator", arguments->operator_name, "the person who runs this");
  app.add_option("--propose", arguments->propose,
                 "look at the rows, write what people sign into this file, delete nothing");
  app.add_option("--approved", arguments->approved,
                 "do what people have signed in this file; again, to go on");
  app.add_option("--stop-file", arguments->stop_file,
                 "stop between batches when a file is there; its first line says why");
  app.add_flag("--dry-run", arguments->dry_run,
               "write nothing; with --approved, print the SQL that would run");
  return [arguments](Console& console) { return run_retire(*arguments, console); };
}

}  // namespace sluice::cli
