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

bool is_irreversible(Act act) noexcept {
  return act == Act::drop || act == Act::retire || act == Act::merge || act == Act::backfill;
}

}  // namespace sluice::document
