#include "cli/console.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sluice/codec/columns.h"
#include "sluice/codec/printable.h"

#include "cli/finding_groups.h"

namespace sluice::cli {
namespace {

/// Where a terminal does not say how wide it is, and of what is read from a file.
constexpr std::size_t kUnknownTerminal = 80;
/// Places of a warning or note that are named.
constexpr std::size_t kPlacesShown = 4;

bool wants_color(bool is_terminal) {
  // Read before any thread starts; sluice never changes its environment.
  return is_terminal && std::getenv("NO_COLOR") == nullptr;  // NOLINT(concurrency-mt-unsafe)
}

/// Columns of the terminal behind `file`; 0 where there is none. COLUMNS outweighs it.
std::size_t columns_of_terminal(int file) {
  constexpr std::size_t kNarrowest = 20;
  std::size_t columns = 0;
  if (const char* said = std::getenv("COLUMNS")) {  // NOLINT(concurrency-mt-unsafe): as above
    columns = std::strtoul(said, nullptr, 10);
  }
  winsize size{};
  if (columns == 0 && ::isatty(file) == 1 && ::ioctl(file, TIOCGWINSZ, &size) == 0) {
    columns = size.ws_col;
  }
  return columns == 0 ? 0 : std::max(columns, kNarrowest);
}

/// How wide results may be that go to no terminal.
std::size_t or_unknown(std::size_t columns) noexcept {
  return columns == 0 ? kUnknownTerminal : columns;
}

}  // namespace

std::string_view severity_word(model::Severity severity) noexcept {
  switch (severity) {
    case model::Severity::error:
      return "error";
    case model::Severity::warning:
      return "warning";
    case model::Severity::note:
      return "note";
  }
  return "note";
}

Console::Console()
    : is_terminal_(::isatty(STDERR_FILENO) == 1),
      color_(wants_color(is_terminal_)),
      out_columns_(columns_of_terminal(STDOUT_FILENO)),
      err_columns_(columns_of_terminal(STDERR_FILENO)) {}

void Console::print(std::string_view text) {
  clear_status();
  has_printed_ = true;
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_written && std::fflush(stdout) == 0) return;
  throw model::Error(
      model::ErrorKind::storage,
      fmt::format("the output cannot be written: {}", std::generic_category().message(errno)),
      "see where stdout goes; what was done stays done");
}

void Console::show(std::string_view text) {
  // A file keeps what a terminal has no room for.
  const bool clip_words = out_columns_ != 0;
  print(codec::wrapped(codec::printable_text(text), or_unknown(out_columns_), clip_words));
}

void Console::put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

void Console::say(std::string_view text) {
  constexpr bool kClipWords = false;
  const std::string shown = codec::printable_line(text);
  put(err_columns_ == 0 ? shown : codec::wrapped(shown, err_columns_, kClipWords));
  put("\n");
}

void Console::show_whole(std::string_view text) {
  constexpr bool kClipWords = false;
  print(codec::wrapped(codec::printable_text(text), or_unknown(out_columns_), kClipWords));
}

void Console::note(std::string_view text) {
  clear_status();
  say(fmt::format("sluice: {}", text));
}

void Console::error(std::string_view text, std::string_view hint) {
  clear_status();
  errors_.push_back({std::string(text), std::string(hint)});
  if (color_) put("\033[31m");
  say(fmt::format("sluice: {}", text));
  if (color_) put("\033[0m");
  if (!hint.empty()) say(fmt::format("hint: {}", hint));
}

void Console::error(const model::Error& failure) { error(failure.what(), failure.hint()); }

bool Console::findings(const std::vector<model::Finding>& findings) {
  clear_status();
  std::size_t errors = 0;
  std::vector<FindingGroup> others;
  for (const model::Finding& finding : findings) {
    if (finding.severity != model::Severity::error) {
      add_to_groups(others, finding);
      continue;
    }
    // Each has to be found and mended.
    ++errors;
    errors_.push_back({fmt::format("{}: {}", finding.where, finding.message), finding.action});
    say(finding.where, {finding, {finding.where}, {finding.action}});
  }
  if (errors > 0 && !others.empty()) {
    note(fmt::format("{} warnings and notes are shown when no error is left",
                     findings.size() - errors));
  }
  if (errors > 0) return true;
  std::ranges::stable_sort(others, {},
                           [](const FindingGroup& group) { return group.first.severity; });
  for (const FindingGroup& group : others) say(places_text(group, kPlacesShown), group);
  return false;
}

void Console::say(const std::string& places, const FindingGroup& group) {
  const model::Finding& finding = group.first;
  say(fmt::format("{}: {}: {} [{}]", severity_word(finding.severity), places, finding.message,
                  finding.rule));
  for (const std::string& action : action_lines(group, kPlacesShown)) say("    " + action);
}

void Console::next(const Words& words) {
  if (!json_) print(fmt::format("Next: {}\n", codec::printable_line(command_line(words))));
}

void Console::next_in_sql(const Words& words) {
  if (!json_) print(fmt::format("-- Next: {}\n", codec::printable_line(command_line(words))));
}

void Console::status_lines(const std::vector<std::string>& lines) {
  if (!is_terminal_) return;
  clear_status();
  // A line that the terminal breaks would not be taken back whole.
  for (const std::string& line : lines) {
    put(codec::clipped(codec::printable_line(line),
                       err_columns_ == 0 ? kUnknownTerminal : err_columns_) +
        "\n");
  }
  status_lines_ = lines.size();
  std::fflush(stderr);
}

void Console::clear_status() {
  if (status_lines_ == 0) return;
  put(fmt::format("\033[{}F\033[J", status_lines_));
  status_lines_ = 0;
}

}  // namespace sluice::cli
