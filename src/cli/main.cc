#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/model/error.h"
#include "sluice/os/memory.h"

#include "cli/command.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/nearest.h"
#include "sluice_build.h"

namespace sluice::cli {
namespace {

std::string version() {
  return fmt::format("sluice {} ({}{}, {})", build::kVersion, build::kGitHash,
                     build::kGitDirty ? "-dirty" : "", build::kBuildType);
}

/// The verbs as CLI11 knows them, and what runs each.
struct Parser {
  CLI::App app{"moves tables between databases, proves that what arrived is what left"};
  std::vector<std::pair<CLI::App*, Run>> verbs;
  bool json = false;
};

void declare_verbs(Parser& parser) {
  parser.app.set_version_flag("--version", version());
  parser.app.require_subcommand(1);
  parser.app.name("sluice");
  for (const Command& command : commands()) {
    CLI::App* verb = parser.app.add_subcommand(command.name, command.summary);
    verb->footer(fmt::format("Example: {}", command.example));
    verb->add_flag("--json", parser.json, "print the result as JSON");
    parser.verbs.emplace_back(verb, command.declare(*verb));
  }
}

int report_usage(const Parser& parser, const CLI::ParseError& error, int argc, char** argv,
                 Console& console) {
  if (error.get_exit_code() == 0) return parser.app.exit(error);  // --help, --version
  std::string hint = "sluice --help lists the verbs, sluice <verb> --help its options";
  if (argc > 1 && argv[1][0] != '-') {
    if (const auto near = nearest_verb(argv[1])) hint = fmt::format("did you mean '{}'?", *near);
  }
  console.error(error.what(), hint);
  return kUsage;
}

int run_verb(Parser& parser, Console& console) {
  console.set_json(parser.json);
  for (const auto& [verb, run] : parser.verbs) {
    if (verb->parsed()) return run(console);
  }
  return kUsage;
}

int run(int argc, char** argv) {
  Console console;
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

}  // namespace
}  // namespace sluice::cli

int main(int argc, char** argv) {
  sluice::os::return_large_blocks();
  return sluice::cli::run(argc, argv);
}
