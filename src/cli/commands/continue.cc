#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/stops.h"
#include "sluice/os/new_file.h"
#include "sluice/plan/plan.h"

#include "cli/approve_continue.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/policy_in_force.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kContinueSchema = "sluice.continue/1";

struct ContinueArguments {
  std::string config;
  std::string run;
  ContinueFiles files;
  std::string operator_name;
  bool dry_run = false;
};

/// There is no stop, or it has been continued: a continue is of one stop and works once.
[[noreturn]] void refuse_without_stop(db::SqlSession& session, const ledger::Run& run,
                                      const ContinueArguments& arguments, Console& console) {
  const std::string status =
      command_line(words_on_run("status", arguments.config, run.id)) + " shows where it stands";
  const auto before = ledger::last_continuation(session, run.id);
  if (!before) {
    console.error(fmt::format("nobody has stopped run {}", run.id), status);
    throw Exit{kUsage};
  }
  console.error(fmt::format("run {} was continued at {} by {} on {}, and nobody has stopped it "
                            "since",
                            run.id, before->at, before->by.os_user, before->by.host),
                status);
  throw Exit{kApproval};
}

void report(const ContinueArguments& arguments, const ledger::Run& run, const ledger::Stop& stop,
            const std::string& approval, Console& console) {
  if (console.json()) {
    codec::JsonWriter json(codec::JsonWriter::Style::pretty);
    json.begin_object().member("schema", kContinueSchema).member("run", run.id);
    json.key("stop");
    ledger::write(json, stop);
    json.member("approval", approval).end_object();
    console.print(json.take());
  } else {
    console.show(fmt::format("run {} may go on ({}); it was stopped by {}\n", run.id, approval,
                             ledger::to_text(stop)));
  }
  const bool is_finished = run.state == ledger::RunState::finished;
  console.next(is_finished ? words_on_run("status", arguments.config, run.id)
                           : Words{"copy", "--config", arguments.config});
}

/// Before a file is written over that people may have signed.
void check_files(const ContinueArguments& arguments, Console& console) {
  const ContinueFiles& files = arguments.files;
  if (files.propose.empty()) return;
  const auto refuse = [&console](const std::string& what, const std::string& hint) {
    console.error(what, hint);
    throw Exit{kUsage};
  };
  if (!files.approved.empty()) {
    refuse("--propose and --approved do not go together",
           "--propose writes what people sign, --approved does what they signed");
  }
  if (arguments.dry_run) {
    refuse("--propose and --dry-run do not go together",
           "--propose writes nothing but the document: no run goes on by it");
  }
  if (!os::is_there(files.propose)) return;
  refuse(codec::printable_line(files.propose) + " is there already",
         "people may have signed it: name another file");
}

/// Writes what people sign; nothing goes on yet.
int propose(const ContinueArguments& arguments, const InForce& in_force,
            const std::string& operator_name, const ledger::Run& run, const ledger::Stop& stop,
            Console& console) {
  if (!in_force.has_policy()) {
    console.error("without a policy nobody has to sign that a run goes on",
                  command_line(words_on_run("continue", arguments.config, run.id)) + " does it");
    throw Exit{kUsage};
  }
  const std::string sha256 = propose_continue(in_force, arguments.files, operator_name, run, stop);
  if (console.json()) {
    codec::JsonWriter json(codec::JsonWriter::Style::pretty);
    json.begin_object().member("schema", kContinueSchema).member("run", run.id);
    json.key("stop");
    ledger::write(json, stop);
    json.member("file", arguments.files.propose).member("document_sha256", sha256).end_object();
    console.print(json.take());
  } else {
    console.show(fmt::format("{} asks that run {} may go on; it was stopped by {}\ndocument {}\n",
                             codec::printable_line(arguments.files.propose), run.id,
                             ledger::to_text(stop), sha256));
  }
  console.next({"approve", arguments.files.propose, "--config", arguments.config});
  return kDone;
}

int run_continue(const ContinueArguments& arguments, Console& console) {
  check_files(arguments, console);
  const ReadConfig config = read_config(arguments.config, console);
  const LedgerPlace place = ledger_of(config.config);
  const ledger::Run run = choose_run(*open_ledger(place, console), place, arguments.run, console);
  const auto session = db::open_session(place.target, db::Purpose::target);
  const auto stop = ledger::stop_in_force(*session, run.id);
  if (!stop) refuse_without_stop(*session, run, arguments, console);
  // Only one who may lets it go on.
  const InForce in_force = InForce::load(config.config, console);
  const std::string operator_name = operator_of(config.config, arguments.operator_name);
  require_admitted(in_force, config.config, operator_name, Agreement::not_needed, console);
  if (!arguments.files.propose.empty()) {
    return propose(arguments, in_force, operator_name, run, *stop, console);
  }
  const std::string approval =
      approve_continue(in_force, arguments.files, operator_name, *session, run, *stop, console);
  const ledger::Actor by = ledger::actor_of(*session);
  if (arguments.dry_run) {
    console.print(ledger::continuation_sql(*session, run.id, *stop, by, approval));
    return kDone;
  }
  if (!ledger::record_continuation(*session, run.id, *stop, by, approval)) {
    console.error(
        fmt::format("run {} was continued or stopped again meanwhile", run.id),
        command_line(words_on_run("status", arguments.config, run.id)) + " shows where it stands");
    throw Exit{kApproval};
  }
  report(arguments, run, *stop, approval, console);
  return kDone;
}

}  // namespace

Run declare_continue(CLI::App& app) {
  const auto arguments = std::make_shared<ContinueArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "the run's id, as stop and status name it")->required();
  app.add_option("--propose", arguments->files.propose,
                 "write the document that people sign, where the policy asks for that");
  app.add_option("--approved", arguments->files.approved, "the document that they signed");
  app.add_option("--operator", arguments->operator_name, "the person who runs this");
  app.add_flag("--dry-run", arguments->dry_run, "print the exact SQL and write nothing");
  return [arguments](Console& console) { return run_continue(*arguments, console); };
}

}  // namespace sluice::cli
