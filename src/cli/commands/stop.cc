#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/stops.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/run_choice.h"
#include "cli/stop_sources.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kStopSchema = "sluice.stop/1";

struct StopArguments {
  std::string config;
  std::string url;
  std::string run;
  std::string reason;
  bool dry_run = false;
};

void print_json(const ledger::Run& run, const ledger::Stop& stop,
                const std::vector<ledger::Process>& working, Console& console) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kStopSchema).member("run", run.id);
  json.key("stop");
  ledger::write(json, stop);
  json.member("processes", working.size());
  json.end_object();
  console.print(json.take());
}

/// What the stop is for: those who work on the run now.
std::vector<ledger::Process> working_on(db::SqlSession& session, const std::string& run_id) {
  if (!ledger::is_held(session, run_id)) return {};
  return ledger::processes(session, run_id);
}

void say(const ledger::Run& run, const ledger::Stop& stop,
         const std::vector<ledger::Process>& working, Console& console) {
  std::string text = fmt::format("run {} is stopped by {}\n", run.id, ledger::to_text(stop));
  for (const ledger::Process& process : working) {
    text += codec::printable_line(fmt::format("process {} of {} on {} ends within seconds",
                                              process.pid, process.os_user, process.host)) +
            "\n";
  }
  if (working.empty()) text += "nobody works on it\n";
  console.show(text);
}

int run_stop(const StopArguments& arguments, Console& console) {
  if (codec::printable_line(arguments.reason).find_first_not_of(' ') == std::string::npos) {
    console.error("a stop needs a reason", "say it with --reason 'orders are missing'");
    throw Exit{kUsage};
  }
  const LedgerPlace place = ledger_of(arguments.config, arguments.url, console);
  const ledger::Run run = choose_run(*open_ledger(place, console), place, arguments.run, console);
  // Anybody who may write to the ledger may stop: no signature, and no look at the source.
  const auto session = db::open_session(place.target, db::Purpose::target);
  ledger::Stop asked;
  asked.by = ledger::actor_of(*session);
  asked.reason = codec::printable_line(arguments.reason);
  if (arguments.dry_run) {
    console.print(ledger::stop_request_sql(*session, run.id, asked));
    return kDone;
  }
  const ledger::Stop stop = ledger::record_stop_request(*session, run.id, asked);
  const auto working = working_on(*session, run.id);
  console.json() ? print_json(run, stop, working, console) : say(run, stop, working, console);
  Words next{"status", place.config.empty() ? "--url" : "--config",
             place.config.empty() ? arguments.url : place.config, "--run", run.id};
  console.next(next);
  return kDone;
}

}  // namespace

Run declare_stop(CLI::App& app) {
  const auto arguments = std::make_shared<StopArguments>();
  app.add_option("--config", arguments->config, "the migration's config file");
  app.add_option("--url", arguments->url, "the target, where the config is not at hand");
  app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  app.add_option("--reason", arguments->reason, "why, for those who are to continue")->required();
  app.add_flag("--dry-run", arguments->dry_run, "print the exact SQL and write nothing");
  return [arguments](Console& console) { return run_stop(*arguments, console); };
}

}  // namespace sluice::cli
