#include "sluice/document/act.h"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::document {

std::string_view to_string(Act act) noexcept {
  switch (act) {
    case Act::plan:
      return "plan";
    case Act::confirm:
      return "confirm";
    case Act::backfill:
      return "backfill";
    case Act::merge:
      return "merge";
    case Act::drop:
      return "drop";
    case Act::cutover:
      return "cutover";
    case Act::retire:
      return "retire";
    case Act::resume:
      return "continue";
    case Act::waiver:
      return "waiver";
    case Act::policy:
      return "policy";
  }
  return "unknown";
}

std::optional<Act> act_from_string(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kActs, name, [](Act act) { return to_string(act); });
  if (found == kActs.end()) return std::nullopt;
  return *found;
}

std::string signature_namespace(Act act) {
  return fmt::format("sluice-{}-v1@sluice.dev", to_string(act));
}

std::string_view gated_verb(Act act) noexcept {
  switch (act) {
    case Act::plan:
    case Act::confirm:
    case Act::backfill:
    case Act::merge:
      return "copy";
    case Act::drop:
      return "discard";
    case Act::cutover:
      return "cutover, rollback";
    case Act::retire:
      return "retire";
    case Act::resume:
      return "continue";
    case Act::waiver:
      return "the verb that would refuse";
    case Act::policy:
      return "all that read the new policy";
  }
  return "";
}

bool is_irreversible(Act act) noexcept {
  return act == Act::drop || act == Act::retire || act == Act::merge || act == Act::backfill;
}

}  // namespace sluice::document
