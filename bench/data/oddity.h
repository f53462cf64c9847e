#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "random.h"

namespace sluice::demo_data {

/// What becomes of a row under the mapping of the demo (configs/), given its oddity.
enum class Fate : std::uint8_t {
  arrives,              ///< moved exactly, or by a rule that the mapping states
  filtered,             ///< the row filter leaves it out
  quarantined,          ///< cannot be moved exactly: a person decides
  quarantined_mariadb,  ///< as quarantined; PostgreSQL cannot store the value, its row is plain
};

/// One kind of awkward row. In each block of `period` rows exactly one row, at a random place,
/// draws it: the share is even from the first rows on, so small data sets have them too.
struct OddityRule {
  std::string_view name;
  std::uint32_t period;
  /// Which part of the row it is about. The first drawn rule of a slot wins.
  std::uint8_t slot;
  Fate fate;
};

constexpr std::size_t kMaxOddities = 128;
using OdditySet = std::bitset<kMaxOddities>;

/// Which oddities a row has: a pure function of (seed, stream, index).
///
/// A row has at most one rule whose fate is not `arrives`, so that the expected count of each
/// reason is the count of its rule. Rules with such fates must come first in `rules`.
class OddityPicker {
 public:
  static constexpr std::size_t kNone = kMaxOddities;

  OddityPicker(std::uint64_t seed, Stream stream, std::span<const OddityRule> rules)
      : key_(mix(mix(seed) ^ static_cast<std::uint64_t>(stream))), rules_(rules) {}

  [[nodiscard]] bool draws(std::size_t rule, std::uint64_t index) const noexcept {
    const std::uint64_t period = rules_[rule].period;
    return mix(key_ ^ mix(rule ^ (index / period << 8U))) % period == index % period;
  }

  /// The first rule drawn whose fate is not `arrives`, or kNone.
  [[nodiscard]] std::size_t fateful(std::uint64_t index) const noexcept {
    for (std::size_t i = 0; i < rules_.size() && rules_[i].fate != Fate::arrives; ++i) {
      if (draws(i, index)) return i;
    }
    return kNone;
  }

  /// The fateful rule given (kNone for none), and of the others the first drawn of each free slot.
  [[nodiscard]] OdditySet pick(std::uint64_t index, std::size_t fateful_rule) const noexcept {
    OdditySet picked;
    std::bitset<256> taken;
    if (fateful_rule != kNone) {
      picked.set(fateful_rule);
      taken.set(rules_[fateful_rule].slot);
    }
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      if (rules_[i].fate != Fate::arrives || taken.test(rules_[i].slot) || !draws(i, index))
        continue;
      picked.set(i);
      taken.set(rules_[i].slot);
    }
    return picked;
  }

 private:
  std::uint64_t key_;
  std::span<const OddityRule> rules_;
};

}  // namespace sluice::demo_data
