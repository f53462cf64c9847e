#include "cli/console.h"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

#include "sluice/codec/utf8.h"

namespace sluice::cli {
namespace {

bool wants_color(bool is_terminal) {
  // Read before any thread starts; sluice never changes its environment.
  return is_terminal && std::getenv("NO_COLOR") == nullptr;  // NOLINT(concurrency-mt-unsafe)
}

const char* label(model::Severity severity) noexcept {
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

}  // namespace

std::string escaped(std::string_view text) {
  const bool plain = codec::is_utf8(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool shown = byte >= 0x80 ? plain : (byte >= 0x20 && byte != 0x7f) || c == '\n';
    if (shown) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  return out;
}

Console::Console()
    : is_terminal_(::isatty(STDERR_FILENO) == 1), color_(wants_color(is_terminal_)) {}

void Console::print(std::string_view text) {
  clear_status();
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void Console::put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

void Console::note(std::string_view text) {
  clear_status();
  put(fmt::format("sluice: {}\n", escaped(text)));
}

void Console::error(std::string_view text, std::string_view hint) {
  clear_status();
  put(fmt::format("{}sluice: {}{}\n", color_ ? "\033[31m" : "", escaped(text),
                  color_ ? "\033[0m" : ""));
  if (!hint.empty()) put(fmt::format("hint: {}\n", escaped(hint)));
}

void Console::error(const model::Error& failure) { error(failure.what(), failure.hint()); }

bool Console::findings(const std::vector<model::Finding>& findings) {
  clear_status();
  for (const auto severity :
       {model::Severity::error, model::Severity::warning, model::Severity::note}) {
    for (const model::Finding& finding : findings) {
      if (finding.severity != severity) continue;
      put(fmt::format("{}: {}: {} [{}]\n", label(severity), escaped(finding.where),
                      escaped(finding.message), finding.rule));
      if (!finding.action.empty()) put(fmt::format("    {}\n", escaped(finding.action)));
    }
  }
  return model::has_errors(findings);
}

void Console::next(const Words& words) {
  if (!json_) print(fmt::format("Next: {}\n", escaped(command_line(words))));
}

void Console::status_lines(const std::vector<std::string>& lines) {
  if (!is_terminal_) return;
  clear_status();
  for (const std::string& line : lines) put(escaped(line) + "\n");
  status_lines_ = lines.size();
  std::fflush(stderr);
}

void Console::clear_status() {
  if (status_lines_ == 0) return;
  put(fmt::format("\033[{}F\033[J", status_lines_));
  status_lines_ = 0;
}

}  // namespace sluice::cli
