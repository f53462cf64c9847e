#pragma once

#include <functional>
#include <span>
#include <string>

#include "cli/console.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace sluice::cli {

/// What a verb does once its arguments are read; returns the exit code.
using Run = std::function<int(Console&)>;

/// One verb. `declare` adds its options to `app` and returns what runs it.
struct Command {
  const char* name;
  const char* summary;  // one line
  const char* example;  // one line that can be pasted
  Run (*declare)(CLI::App& app);
};

/// All verbs, in the order of a migration. The only list there is.
[[nodiscard]] std::span<const Command> commands();

// One per file of cli/commands.
[[nodiscard]] Run declare_init(CLI::App& app);
[[nodiscard]] Run declare_grants(CLI::App& app);
[[nodiscard]] Run declare_inspect(CLI::App& app);
[[nodiscard]] Run declare_policy(CLI::App& app);
[[nodiscard]] Run declare_plan(CLI::App& app);
[[nodiscard]] Run declare_copy(CLI::App& app);
[[nodiscard]] Run declare_quarantine(CLI::App& app);
[[nodiscard]] Run declare_verify(CLI::App& app);
[[nodiscard]] Run declare_manifest(CLI::App& app);
[[nodiscard]] Run declare_retire(CLI::App& app);
[[nodiscard]] Run declare_cutover(CLI::App& app);
[[nodiscard]] Run declare_rollback(CLI::App& app);
[[nodiscard]] Run declare_freeze(CLI::App& app);
[[nodiscard]] Run declare_discard(CLI::App& app);
[[nodiscard]] Run declare_approve(CLI::App& app);
[[nodiscard]] Run declare_restore(CLI::App& app);
[[nodiscard]] Run declare_status(CLI::App& app);
[[nodiscard]] Run declare_runs(CLI::App& app);
[[nodiscard]] Run declare_stop(CLI::App& app);
[[nodiscard]] Run declare_continue(CLI::App& app);
[[nodiscard]] Run declare_log(CLI::App& app);
[[nodiscard]] Run declare_doctor(CLI::App& app);

}  // namespace sluice::cli
