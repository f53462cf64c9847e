#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/policy/policy.h"

namespace sluice::policy {

/// How far the signatures that are there fulfil a requirement. Each group asks for seats, as many
/// as it needs people, and each data owner is a seat. A person takes one seat of one group; a data
/// owner's own seat comes on top of that.
struct Tally {
  bool complete = false;
  std::vector<std::string> counted;  ///< principals who have a seat; sorted
  /// "1 of group business: Bob Hill, Carol Wu", "data owner: Carol Wu": who could still sign.
  std::vector<std::string> waiting;
  std::uint32_t have = 0;  ///< people who have a seat, of `need`
  std::uint32_t need = 0;  ///< the same, and as few others as could take all seats that are free
};

/// `signers`: principals whose signatures are good, different people; who is nobody of the policy
/// does not count. Seats are given so that as many as possible are taken. The operator takes none,
/// not even as a data owner, unless the requirement counts operators.
[[nodiscard]] Tally tally(const Policy& policy, const Requirement& requirement,
                          std::span<const std::string> signers, std::string_view operator_name);

}  // namespace sluice::policy
