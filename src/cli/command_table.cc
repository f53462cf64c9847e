#include <array>

#include "cli/command.h"

namespace sluice::cli {
namespace {

constexpr std::array kCommands{
    Command{"copy", "copy the source's tables into side tables of the target",
            "sluice copy --config crm.json", declare_copy},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace sluice::cli
