#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/columns.h"
#include "sluice/model/error.h"
#include "sluice/os/core_dump.h"
#include "sluice/os/memory.h"

#include "cli/command.h"
#include "cli/console.h"
#include "cli/error_json.h"
#include "cli/exit_code.h"
#include "cli/nearest.h"
#include "sluice_build.h"

namespace sluice::cli {
namespace {

std::string version() {
  return fmt::format("sluice {} ({}{}, {})", build::kVersion, build::kGitHash,
                     build::kGitDirty ? "-dirty" : "", build::kBuildType);
}

/// Help that fits a terminal of 80 columns: what an option does stands to the right of its name.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_desc(const CLI::Option* option) const override {
    constexpr bool kClipWords = false;
    return codec::wrapped(CLI::Formatter::make_option_desc(option), 79 - get_column_width(),
                          kClipWords);
  }
};

/// The verbs as CLI11 knows them, and what runs each.
struct Parser {
  CLI::App app{"moves tables between databases, proves that what arrived is what left"};
  std::vector<std::pair<CLI::App*, Run>> verbs;
  bool json = false;
};

void declare_verbs(Parser& parser) {
  parser.app.set_version_flag("--version", version());
  // Before the verbs, which take it over.
  parser.app.formatter(std::make_shared<HelpFormatter>());
  parser.app.require_subcommand(1);
  parser.app.name("sluice");
  for (const Command& command : commands()) {
    CLI::App* verb = parser.app.add_subcommand(command.name, command.summary);
    verb->footer(fmt::format("Example: {}", command.example));
    verb->add_flag("--json", parser.json, "print the result as JSON");
    parser.verbs.emplace_back(verb, command.declare(*verb));
  }
}

/// The verb that the arguments begin with.
CLI::App* verb_of(const Parser& parser, const std::string& word) {
  for (const auto& [verb, run] : parser.verbs) {
    if (verb->get_name() == word) return verb;
  }
  return nullptr;
}

/// A URL where nothing takes one may hold a password: it is not repeated.
std::string without_urls(std::string text) {
  for (std::size_t at = 0; (at = text.find("://", at)) != std::string::npos;) {
    const std::size_t blank = text.find_last_of(" \n", at);
    const std::size_t begin = blank == std::string::npos ? 0 : blank + 1;
    text.replace(begin, std::min(text.find_first_of(" \n", at), text.size()) - begin, "(a URL)");
    at = begin;
  }
  return text;
}

void refuse_verb(const std::string& word, Console& console) {
  const auto near = nearest_verb(word);
  console.error(fmt::format("there is no verb {}", without_urls(word)),
                near ? fmt::format("did you mean '{}'?", *near) : "sluice --help lists the verbs");
}

/// Sentences of CLI11 begin with a capital letter.
std::string in_house_style(std::string text) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + 32);
  return text;
}

int report_usage(const Parser& parser, const CLI::ParseError& error, int argc, char** argv,
                 Console& console) {
  if (error.get_exit_code() == 0) return parser.app.exit(error);  // --help, --version
  const std::string word = argc > 1 ? argv[1] : "";
  CLI::App* const verb = verb_of(parser, word);
  if (word.empty()) {
    console.print(parser.app.help());
    console.error("a verb is missing");
  } else if (verb == nullptr && word[0] != '-') {
    refuse_verb(word, console);
  } else {
    const std::string help = verb == nullptr ? "sluice --help" : "sluice " + word + " --help";
    std::string hint = help + " lists the options";
    if (verb != nullptr) {
      const auto near = nearest_option(*verb, argc, argv);
      if (near) hint = fmt::format("did you mean '{}'? {}", *near, hint);
    }
    console.error(in_house_style(without_urls(error.what())), hint);
  }
  return kUsage;
}

int run_verb(Parser& parser, Console& console) {
  console.set_json(parser.json);
  for (const auto& [verb, run] : parser.verbs) {
    if (verb->parsed()) return run(console);
  }
  return kUsage;
}

int run(int argc, char** argv, Console& console) {
  try {
    Parser parser;
    declare_verbs(parser);
    try {
      parser.app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return report_usage(parser, error, argc, argv, console);
    }
    return run_verb(parser, console);
  } catch (const Exit& exit) {
    return exit.code;
  } catch (const model::Error& error) {
    console.error(error);
    return exit_code_of(error.kind());
  } catch (const std::exception& error) {
    console.error(fmt::format("internal error: {}", error.what()));
    return kInternal;
  }
}

/// Whoever asks for JSON gets it, whatever happens.
int run_answered(int argc, char** argv) {
  Console console;
  const int code = run(argc, argv, console);
  if (code == kDone || !console.json() || console.has_printed()) return code;
  try {
    console.print(error_json(code, console.errors()));
  } catch (const model::Error& error) {
    console.error(error);
  }
  return code;
}

}  // namespace
}  // namespace sluice::cli

int main(int argc, char** argv) {
  sluice::os::forbid_core_dumps();
  sluice::os::return_large_blocks();
  return sluice::cli::run_answered(argc, argv);
}
