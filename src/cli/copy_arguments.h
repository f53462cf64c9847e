#pragma once

#include <string>

#include "cli/command_line.h"

namespace sluice::cli {

struct CopyArguments {
  std::string config;
  std::string plan;
  std::string operator_name;
  std::string stop_file;
  bool join = false;
  bool new_run = false;
  bool dry_run = false;
};

/// The same command once more. It goes on with a new run that it has begun.
[[nodiscard]] inline Words copy_words(const CopyArguments& arguments) {
  Words words{"copy", "--config", arguments.config};
  if (!arguments.plan.empty()) words.insert(words.end(), {"--plan", arguments.plan});
  if (!arguments.operator_name.empty()) {
    words.insert(words.end(), {"--operator", arguments.operator_name});
  }
  if (!arguments.stop_file.empty()) {
    words.insert(words.end(), {"--stop-file", arguments.stop_file});
  }
  if (arguments.join) words.emplace_back("--join");
  return words;
}

}  // namespace sluice::cli
