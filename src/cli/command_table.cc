#include <array>

#include "cli/command.h"

namespace sluice::cli {
namespace {

constexpr std::array kCommands{
    Command{"copy", "copy the source's tables into side tables of the target",
            "sluice copy --config crm.json", declare_copy},
    Command{"verify", "compare both sides row by row, and by each server's own figures",
            "sluice verify --config crm.json", declare_verify},
    Command{"status", "show where a run stands and what is next",
            "sluice status --config crm.json", declare_status},
    Command{"runs", "list the runs of a target", "sluice runs --config crm.json", declare_runs},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace sluice::cli
