#include "sluice/retire/restore.h"

#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/os/file.h"
#include "sluice/os/stop.h"

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/last_word.h"
#include "cli/restore_record.h"
#include "cli/stop_sources.h"

namespace sluice::cli {
namespace {

/// Keys that people have written down, or taken from a report.
constexpr std::size_t kMaxKeysBytes = std::size_t{64} << 20;

struct RestoreArguments {
  std::string archive;
  std::string into;
  std::string table;
  std::string rename;
  std::string keys;
  std::uint64_t limit = 0;
  std::uint64_t window = 0;
  std::string config;         // where rows go back into their source
  std::string operator_name;  // the same
  std::string stop_file;      // the same
  bool dry_run = false;
};

/// One key a line: a JSON array of its texts.
std::set<std::string> read_keys(const std::string& path) {
  std::istringstream lines(os::read_file(path, kMaxKeysBytes));
  std::set<std::string> keys;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const codec::JsonDocument document = codec::parse_json_or_throw(line, path);
    codec::JsonWriter json;
    json.begin_array();
    for (const codec::JsonValue& value : document.root().items()) json.value(value.as_string());
    json.end_array();
    keys.insert(json.take());
  }
  if (keys.empty()) {
    throw model::Error(model::ErrorKind::usage, fmt::format("{} holds no keys", path),
                       R"(one key a line, an array of texts: ["42"])");
  }
  return keys;
}

model::QualifiedName read_name(const std::string& text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == text.size()) {
    throw model::Error(model::ErrorKind::usage, fmt::format("{} is no name of a table", text),
                       "write schema.table");
  }
  return {text.substr(0, dot), text.substr(dot + 1)};
}

retire::RestoreRequest request_of(const RestoreArguments& arguments) {
  using model::Error;
  using model::ErrorKind;
  retire::RestoreRequest request;
  request.archive = arguments.archive;
  request.into = endpoint_of_url(arguments.into, "target", "--into");
  request.table = arguments.table;
  if (!arguments.rename.empty()) request.rename = read_name(arguments.rename);
  if (!arguments.keys.empty()) request.keys = read_keys(arguments.keys);
  if (arguments.limit > 0) request.limit = arguments.limit;
  request.dry_run = arguments.dry_run;
  const bool one_table = !arguments.table.empty();
  if (!one_table && (request.rename || !request.keys.empty())) {
    throw Error(ErrorKind::usage, "--rename and --keys are about one table",
                "name it with --table");
  }
  return request;
}

double rows_a_second(std::uint64_t rows, double seconds) {
  constexpr double kLeast = 0.001;
  return static_cast<double>(rows) / std::max(seconds, kLeast);
}

std::string to_text(const retire::RestoreResult& result, bool dry_run) {
  std::string text;
  for (const retire::RestoredTable& table : result.tables) {
    text += fmt::format("{}{}\n", codec::printable_line(table.into.text()),
                        table.created ? "  (made)" : "");
    text += fmt::format("  {:>12}  rows {}, {:.0f} rows/s\n", table.restored,
                        dry_run ? "would be put back" : "put back and compared",
                        rows_a_second(table.restored, table.seconds));
    if (table.there > 0) text += fmt::format("  {:>12}  were there\n", table.there);
    if (table.others > 0) {
      text += fmt::format("  {:>12}  are there with other values, and stay\n", table.others);
    }
    for (const retire::RowNote& row : table.other_rows) {
      text += fmt::format("    row {}\n", codec::printable_line(row.key));
    }
    if (table.refused > 0) text += fmt::format("  {:>12}  were refused\n", table.refused);
    for (const retire::RowNote& row : table.refused_rows) {
      text += fmt::format("    row {}: {}\n", codec::printable_line(row.key),
                          codec::printable_line(row.what));
    }
  }
  return text + fmt::format("{:.1f} s\n", result.seconds);
}

std::string to_json(const retire::RestoreResult& result, const RestoreArguments& arguments,
                    bool is_source) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", "sluice.restore/1");
  json.member("archive", arguments.archive).member("dry_run", arguments.dry_run);
  json.member("into_source", is_source);
  json.member("seconds", result.seconds).member("window_seconds", arguments.window);
  json.key("tables").begin_array();
  for (const retire::RestoredTable& table : result.tables) {
    json.begin_object();
    json.member("source", table.source.text()).member("into", table.into.text());
    json.member("created", table.created).member("archived", table.archived);
    json.member("restored", table.restored).member("there", table.there);
    json.member("others", table.others).member("seconds", table.seconds);
    json.key("other_rows").begin_array();
    for (const retire::RowNote& row : table.other_rows) json.value(row.key);
    json.end_array();
    json.member("refused", table.refused);
    json.key("refused_rows").begin_array();
    for (const retire::RowNote& row : table.refused_rows) {
      json.begin_object().member("key", row.key).member("what", row.what).end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

int exit_code_of(const retire::RestoreResult& result, const RestoreArguments& arguments,
                 Console& console) {
  for (const retire::RestoredTable& table : result.tables) {
    if (table.others + table.refused > 0) return kStopRule;
  }
  if (arguments.window == 0 || result.seconds <= static_cast<double>(arguments.window)) {
    return kDone;
  }
  console.error(
      fmt::format("it took {:.1f} s; the window is {} s", result.seconds, arguments.window));
  return kWindow;
}

/// The same command: a shorter one would put back other rows, or not be recorded.
Words words_of(const RestoreArguments& arguments) {
  Words words{"restore", "--archive", arguments.archive, "--into", arguments.into};
  const auto add = [&words](const char* option, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {option, value});
  };
  add("--table", arguments.table);
  add("--rename", arguments.rename);
  add("--keys", arguments.keys);
  if (arguments.limit > 0) add("--limit", std::to_string(arguments.limit));
  add("--config", arguments.config);
  add("--operator", arguments.operator_name);
  add("--stop-file", arguments.stop_file);
  if (arguments.window > 0) add("--window", std::to_string(arguments.window));
  return words;
}

retire::RestoreResult restore_until_stopped(const retire::RestoreRequest& request,
                                            const RestoreRecord& record,
                                            const RestoreArguments& arguments,
                                            os::SignalStop& signals, Console& console) {
  constexpr int kSignalBase = 128;
  // Into the source, where the run is held: a person's stop and the stop file are heard too.
  std::optional<StopSources> sources;
  if (const auto watched = record.watched()) {
    sources.emplace(*watched, signals,
                    [&signals](const std::string& /*why*/) { signals.request(kConnection); });
  }
  try {
    return retire::restore(request, signals.token());
  } catch (const model::Error& error) {
    if (error.kind() != model::ErrorKind::interrupted) throw;
    console.error(error);
    throw Exit{sources ? report_heard(*sources, signals, record.run_id(), arguments.config, console)
                       : kSignalBase + signals.signal()};
  }
}

int run_restore(const RestoreArguments& arguments, Console& console) {
  const retire::RestoreRequest request = request_of(arguments);
  os::SignalStop signals(last_word(command_line(words_of(arguments))));
  RestoreRecord record(
      request, {arguments.config, arguments.operator_name, arguments.stop_file, arguments.window},
      console);
  record.begin();
  const retire::RestoreResult result =
      restore_until_stopped(request, record, arguments, signals, console);
  record.end(result);
  if (console.json()) {
    console.print(to_json(result, arguments, record.is_source()));
  } else {
    for (const std::string& statement : result.statements) {
      if (arguments.dry_run) console.print(statement + ";\n");
    }
    console.show(to_text(result, arguments.dry_run));
  }
  console.next({"restore", "--help"});
  return exit_code_of(result, arguments, console);
}

}  // namespace

Run declare_restore(CLI::App& app) {
  const auto arguments = std::make_shared<RestoreArguments>();
  app.add_option("--archive", arguments->archive, "the archive's folder")->required();
  app.add_option("--into", arguments->into,
                 "URL of the source, or of a scratch database, as a role that may insert")
      ->required();
  app.add_option("--table", arguments->table, "schema.table of the source; without it, all");
  app.add_option("--rename", arguments->rename, "schema.table that the rows of --table go to");
  app.add_option("--keys", arguments->keys,
                 "file of the keys of --table that are put back, one a line: [\"42\"]");
  app.add_option("--limit", arguments->limit, "put back at most so many rows of each table");
  app.add_option("--window", arguments->window,
                 "seconds that it may take; exit 5 where it took longer");
  app.add_option("--config", arguments->config,
                 "the migration's config, where rows go back into their source: it is recorded; "
                 "with --window a rehearsal is recorded too");
  app.add_option("--operator", arguments->operator_name, "the person who does that");
  app.add_option("--stop-file", arguments->stop_file,
                 "into the source: stop between batches when a file is there");
  app.add_flag("--dry-run", arguments->dry_run, "look, say what would be done, write nothing");
  return [arguments](Console& console) { return run_restore(*arguments, console); };
}

}  // namespace sluice::cli
