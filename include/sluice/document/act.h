#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::document {

/// What people sign for. Each has a signature namespace of its own, so that a signature for one can
/// never be shown as one for another.
/// DO NOT CHANGE THE NAMES (to_string): they stand in policies, documents and namespaces.
enum class Act : std::uint8_t {
  plan,      ///< copy as planned, where a production server has a part in it
  confirm,   ///< a mapping that a person has looked at
  backfill,  ///< constants put into existing columns
  merge,     ///< many rows or values become one
  drop,      ///< kept old tables, abandoned side tables and runs
  cutover,   ///< side tables take the live names; and back
  retire,    ///< source rows are archived and deleted
  resume,    ///< a stopped run goes on ("continue" in policies)
  waiver,    ///< something that sluice would refuse, for which a person answers
  policy,    ///< another version of the policy
};
inline constexpr std::array kActs{Act::plan,   Act::confirm, Act::backfill, Act::merge,
                                  Act::drop,   Act::cutover, Act::retire,   Act::resume,
                                  Act::waiver, Act::policy};

/// "plan", ..., "continue" (of resume), "waiver", "policy".
[[nodiscard]] std::string_view to_string(Act act) noexcept;
[[nodiscard]] std::optional<Act> act_from_string(std::string_view name) noexcept;
/// Of signatures: "sluice-retire-v1@sluice.dev".
[[nodiscard]] std::string signature_namespace(Act act);
/// The verb that does not go on without it; several where more than one asks for it.
[[nodiscard]] std::string_view gated_verb(Act act) noexcept;
/// Whether what it does cannot be taken back by sluice alone: drop, retire, merge, backfill.
[[nodiscard]] bool is_irreversible(Act act) noexcept;

}  // namespace sluice::document
