#include <array>

#include "cli/command.h"

namespace sluice::cli {
namespace {

constexpr std::array kCommands{
    Command{"init", "write a config that moves a whole database as it is",
            "sluice init --source mysql:///a --target postgresql:///b --out ab.json", declare_init},
    Command{"grants", "print the SQL for roles that can do no more than they need",
            "sluice grants --config crm.json", declare_grants},
    Command{"doctor", "look whether all that a migration needs is as it must be",
            "sluice doctor --config crm.json", declare_doctor},
    Command{"inspect", "show what both databases hold", "sluice inspect --config crm.json",
            declare_inspect},
    Command{"policy", "show who decides what, and whether those people can",
            "sluice policy --file crm.policy.json", declare_policy},
    Command{"plan", "bring config and databases together into a plan",
            "sluice plan --config crm.json --out plan.json", declare_plan},
    Command{"copy", "copy the source's tables into new tables, or beside live ones",
            "sluice copy --config crm.json", declare_copy},
    Command{"quarantine", "list rows that did not move, and move them as people decided",
            "sluice quarantine decide --config crm.json --file decisions.json", declare_quarantine},
    Command{"verify", "compare both sides row by row, and by each server's own figures",
            "sluice verify --config crm.json", declare_verify},
    Command{"manifest", "show what a verification has proved, and whether the file is whole",
            "sluice manifest check crm.manifest --config crm.json", declare_manifest},
    Command{"approve", "show what is to be signed, and who has signed it",
            "sluice approve manifest.json --policy crm.policy.json", declare_approve},
    Command{"cutover", "give the copied tables the live names, in one transaction",
            "sluice cutover --config crm.json --dry-run", declare_cutover},
    Command{"freeze", "after a cutover: make the source read-only, or watch it",
            "sluice freeze --config crm.json --watch --once", declare_freeze},
    Command{"rollback", "give the old tables their names back, in one transaction",
            "sluice rollback --config crm.json --dry-run", declare_rollback},
    Command{"retire", "archive and delete source rows that arrived and people signed for",
            "sluice retire --config a.json --manifest m --retire-as URL --approved r",
            declare_retire},
    Command{"restore", "put archived rows back, into the source or a scratch database",
            "sluice restore --archive gone --into postgresql:///scratch", declare_restore},
    Command{"discard", "drop what a run has left in the target",
            "sluice discard --config crm.json --run 20261122-153012-7f3a --dry-run",
            declare_discard},
    Command{"status", "show where a run stands and what is next", "sluice status --config crm.json",
            declare_status},
    Command{"runs", "list the runs of a target", "sluice runs --config crm.json", declare_runs},
    Command{"stop", "stop a run within seconds; anybody may",
            "sluice stop --config crm.json --reason 'orders are missing'", declare_stop},
    Command{"continue", "let a run go on that a person has stopped",
            "sluice continue --config crm.json --run 20261122-153012-7f3a", declare_continue},
    Command{"log", "show who did what, check that nobody has changed it, and export it",
            "sluice log --config crm.json --export events.json", declare_log},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace sluice::cli
