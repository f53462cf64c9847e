#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/ledger/event_log.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/file.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/log_text.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kResultSchema = "sluice.log.result/1";

/// Chains have some hundred events, and some thousand where thousands of tables were made.
constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;

struct LogArguments {
  std::string config;
  std::string url;
  std::string run;
  bool all = false;
  std::string export_to;
  std::string check;
  std::string head;
};

/// A chain, and what came of looking at it.
struct CheckedLog {
  ledger::RunLog log;
  std::optional<ledger::BrokenLink> broken;
  std::optional<ledger::Comparison> comparison;  // of a file's chain with the ledger's
  bool has_head = true;                          // that --head asks for

  [[nodiscard]] bool holds() const {
    return !broken && has_head && (!comparison || comparison->holds());
  }
};

bool is_here(const LogArguments& arguments) {
  return !arguments.config.empty() || !arguments.url.empty();
}

std::vector<ledger::RunLog> logs_of_ledger(const LogArguments& arguments, Console& console) {
  const LedgerPlace place = ledger_of(arguments.config, arguments.url, console);
  const auto session = open_ledger(place, console);
  if (!arguments.all) {
    return {ledger::read_log(*session, choose_run(*session, place, arguments.run, console))};
  }
  std::vector<ledger::RunLog> logs;
  for (const ledger::Run& run : ledger::runs(*session)) {
    logs.push_back(ledger::read_log(*session, run));
  }
  return logs;
}

/// Those of the file, each held against the ledger's where that was named.
std::vector<CheckedLog> logs_of_file(const LogArguments& arguments, Console& console) {
  std::unique_ptr<db::SqlSession> session;
  if (is_here(arguments)) {
    session = open_ledger(ledger_of(arguments.config, arguments.url, console), console);
  }
  std::vector<CheckedLog> logs;
  const std::string text = os::read_file(arguments.check, kMaxFileBytes);
  for (ledger::RunLog& log : ledger::logs_from_json(text, arguments.check)) {
    if (!arguments.run.empty() && log.run_id != arguments.run) continue;
    CheckedLog& checked = logs.emplace_back();
    if (session) {
      checked.comparison = ledger::compare(log.events, ledger::events(*session, log.run_id));
    }
    checked.log = std::move(log);
  }
  if (!logs.empty()) return logs;
  console.error(fmt::format("{} has no run{}{}", arguments.check, arguments.run.empty() ? "" : " ",
                            arguments.run));
  throw Exit{kUsage};
}

std::vector<CheckedLog> checked_logs(const LogArguments& arguments, Console& console) {
  std::vector<CheckedLog> logs;
  if (arguments.check.empty()) {
    for (ledger::RunLog& log : logs_of_ledger(arguments, console)) {
      logs.push_back({std::move(log), std::nullopt, std::nullopt});
    }
  } else {
    logs = logs_of_file(arguments, console);
  }
  for (CheckedLog& checked : logs) {
    checked.broken = ledger::broken_link(checked.log);
    checked.has_head = arguments.head.empty() ||
                       std::ranges::find(checked.log.events, arguments.head,
                                         &ledger::Event::sha256) != checked.log.events.end();
  }
  return logs;
}

void write(codec::JsonWriter& json, const CheckedLog& checked) {
  json.begin_object();
  json.member("run", checked.log.run_id).member("name", checked.log.name);
  json.member("head", checked.log.head()).member("holds", checked.holds());
  json.key("broken");
  if (checked.broken) {
    json.begin_object().member("event", checked.broken->number);
    json.member("what", checked.broken->what).end_object();
  } else {
    json.null();
  }
  if (checked.comparison) {
    json.key("ledger").begin_object();
    json.member("comparison", ledger::to_string(checked.comparison->kind));
    json.member("event", checked.comparison->number).end_object();
  }
  json.key("events").begin_array();
  for (const ledger::Event& event : checked.log.events) {
    json.begin_object().member("event", event.number).member("at", event.at);
    json.member("kind", event.kind).member("body", event.body).member("sha256", event.sha256);
    json.end_object();
  }
  json.end_array().end_object();
}

void print_json(const std::vector<CheckedLog>& logs, Console& console) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kResultSchema).key("runs").begin_array();
  for (const CheckedLog& checked : logs) write(json, checked);
  json.end_array().end_object();
  console.print(json.take());
}

void show(const std::vector<CheckedLog>& logs, Console& console) {
  for (const CheckedLog& checked : logs) {
    std::string text = log_text(checked.log);
    if (checked.comparison) text += comparison_text(*checked.comparison) + "\n";
    console.show(text);
  }
}

/// Where each chain is not what it was; returns the exit code.
int explain(const std::vector<CheckedLog>& logs, const LogArguments& arguments, Console& console) {
  int code = kDone;
  for (const CheckedLog& checked : logs) {
    const std::string run = "run " + checked.log.run_id;
    if (checked.broken) {
      console.error(fmt::format("the chain of {} is broken at event {}: {}", run,
                                checked.broken->number, checked.broken->what),
                    "what the ledger says of this run cannot be trusted: find out who wrote to "
                    "schema sluice of the target; a file of sluice log --export shows what it was");
    }
    if (!checked.has_head) {
      console.error(
          fmt::format("the chain of {} has no event with the hash {}", run, arguments.head),
          "its end was cut off since, or all of it was written anew");
    }
    if (checked.comparison && !checked.comparison->holds()) {
      console.error(fmt::format("{}: {}", run, comparison_text(*checked.comparison)));
    }
    if (!checked.holds()) code = kStopRule;
  }
  return code;
}

Words next_words(const LogArguments& arguments, const std::vector<CheckedLog>& logs) {
  Words place;
  if (!arguments.config.empty()) place = {"--config", arguments.config};
  if (!arguments.url.empty()) place = {"--url", arguments.url};
  if (place.empty() || logs.empty()) return {};
  Words words{"status"};
  if (!arguments.export_to.empty()) words = {"log", "--check", arguments.export_to};
  words.insert(words.end(), place.begin(), place.end());
  if (arguments.export_to.empty()) words.insert(words.end(), {"--run", logs.front().log.run_id});
  return words;
}

void export_logs(const std::vector<CheckedLog>& logs, const std::string& path, Console& console) {
  std::vector<ledger::RunLog> plain;
  plain.reserve(logs.size());
  for (const CheckedLog& checked : logs) plain.push_back(checked.log);
  os::write_file(path, ledger::to_json(plain));
  console.note(
      fmt::format("{} holds the events of {} run{}: keep it where nobody who can write to "
                  "the target can write",
                  path, plain.size(), plain.size() == 1 ? "" : "s"));
}

int run_log(const LogArguments& arguments, Console& console) {
  if (!arguments.check.empty() && !arguments.export_to.empty()) {
    console.error("--check looks at a file, --export writes one: one of them at a time");
    throw Exit{kUsage};
  }
  // Whatever is wrong with a chain, what it says is shown: that is what people look for then.
  const std::vector<CheckedLog> logs = checked_logs(arguments, console);
  console.json() ? print_json(logs, console) : show(logs, console);
  if (!arguments.export_to.empty()) export_logs(logs, arguments.export_to, console);
  const int code = explain(logs, arguments, console);
  const Words next = next_words(arguments, logs);
  if (!next.empty()) console.next(next);
  return code;
}

}  // namespace

Run declare_log(CLI::App& app) {
  const auto arguments = std::make_shared<LogArguments>();
  app.add_option("--config", arguments->config, "the migration's config file");
  app.add_option("--url", arguments->url, "the target, where the config is not at hand");
  CLI::Option* run =
      app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  app.add_flag("--all", arguments->all, "all runs of the target")->excludes(run);
  app.add_option("--export", arguments->export_to,
                 "write the events to a file, to be kept elsewhere");
  app.add_option("--check", arguments->check,
                 "look at such a file; with --config, hold it against the ledger");
  app.add_option("--head", arguments->head,
                 "a hash that was written down earlier: the chain must have it still");
  return [arguments](Console& console) { return run_log(*arguments, console); };
}

}  // namespace sluice::cli
