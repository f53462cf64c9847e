#include "cli/stop_sources.h"

#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "sluice/codec/columns.h"
#include "sluice/codec/printable.h"
#include "sluice/os/host.h"
#include "sluice/os/test_setting.h"

#include "cli/exit_code.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

ledger::Stop stop_of(const std::string& path, const os::StopNote& note) {
  ledger::Stop stop;
  stop.by.os_user = note.owner;
  stop.by.host = os::this_process().host;
  stop.by_file = path;
  stop.reason = note.reason.empty() ? "no reason given" : codec::printable_line(note.reason);
  return stop;
}

/// At once: what is under way may take its time, or never end by itself. The console belongs to
/// another thread.
void tell(const ledger::Stop& stop) {
  constexpr std::size_t kColumns = 80;
  const std::string text =
      "\n" + codec::wrapped("sluice: asked to stop by " + ledger::to_text(stop), kColumns, false) +
      "\n";
  static_cast<void>(::write(STDERR_FILENO, text.data(), text.size()) < 0);
}

}  // namespace

StopSources::StopSources(const Watched& watched, os::SignalStop& signals, Unwatched unwatched)
    : signals_(signals) {
  ledger::StopWatch::Settings settings;
  settings.since = watched.since;
  settings.patience = os::test_duration("SLUICE_UNWATCHED_AFTER_MS", settings.patience);
  watch_ = std::make_unique<ledger::StopWatch>(
      watched.target, watched.run_id, settings,
      ledger::StopWatch::Told{[this](const ledger::Stop& stop) { hear(stop); },
                              std::move(unwatched)});
  if (watched.stop_file.empty()) return;
  file_ = std::make_unique<os::StopFile>(
      watched.stop_file,
      [this, path = watched.stop_file](const os::StopNote& note) { hear(stop_of(path, note)); });
}

StopSources::~StopSources() = default;

void StopSources::hear(const ledger::Stop& stop) {
  {
    const os::Lock lock(mutex_);
    if (!heard_) heard_ = stop;
  }
  tell(stop);
  signals_.request(kStopRule);
}

std::optional<ledger::Stop> StopSources::heard() const {
  const os::Lock lock(mutex_);
  return heard_;
}

void refuse_stop_file(const std::string& stop_file, Console& console) {
  if (stop_file.empty()) return;
  const auto note = os::read_stop_file(stop_file);
  if (!note) return;
  console.error(fmt::format("the stop file {} is there: {}", stop_file,
                            ledger::to_text(stop_of(stop_file, *note))),
                "when it is settled, take the file away and start again");
  throw Exit{kStopRule};
}

Words continue_words(const std::string& config, const std::string& run_id) {
  return words_on_run("continue", config, run_id);
}

int report_person_stop(const std::string& run_id, const ledger::Stop& stop,
                       const std::string& config, Console& console) {
  const std::string file =
      stop.by_file.empty() ? "" : fmt::format("take {} away, and ", stop.by_file);
  console.error(
      fmt::format("run {} was stopped by {}", run_id, ledger::to_text(stop)),
      fmt::format("everything that was committed stays; when it is settled, {}let somebody who may "
                  "continue it: {}",
                  file, command_line(continue_words(config, run_id))));
  console.next(continue_words(config, run_id));
  return kStopRule;
}

int report_heard(const StopSources& sources, const os::SignalStop& signals,
                 const std::string& run_id, const std::string& config, Console& console) {
  constexpr int kSignalBase = 128;
  const auto stop = sources.heard();
  if (stop && stop->by_file.empty()) return report_person_stop(run_id, *stop, config, console);
  if (stop) {
    console.error("stopped by " + ledger::to_text(*stop),
                  "when it is settled, take the file away and start again");
    return kStopRule;
  }
  if (signals.signal() != 0) return kSignalBase + signals.signal();
  console.error("the target does not answer any more whether somebody has stopped the run",
                "see whether the server can be reached, then start again");
  return kConnection;
}

void refuse_stopped(db::SqlSession& ledger, const std::string& run_id, const std::string& config,
                    Console& console) {
  const auto stop = ledger::stop_in_force(ledger, run_id);
  if (stop) throw Exit{report_person_stop(run_id, *stop, config, console)};
}

}  // namespace sluice::cli
