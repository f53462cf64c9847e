#include "sluice/codec/problem.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::codec {
namespace {

struct Named {
  Problem problem;
  std::string_view name;
};

constexpr std::array kNames = {
    Named{Problem::none, "none"},
    Named{Problem::null_not_allowed, "null_not_allowed"},
    Named{Problem::zero_date, "zero_date"},
    Named{Problem::part_zero_date, "part_zero_date"},
    Named{Problem::invalid_date, "invalid_date"},
    Named{Problem::out_of_range, "out_of_range"},
    Named{Problem::not_exact, "not_exact"},
    Named{Problem::too_long, "too_long"},
    Named{Problem::invalid_utf8, "invalid_utf8"},
    Named{Problem::no_character, "no_character"},
    Named{Problem::nul_byte, "nul_byte"},
    Named{Problem::utf8_in_latin1, "utf8_in_latin1"},
    Named{Problem::latin1_not_utf8, "latin1_not_utf8"},
    Named{Problem::invalid_json, "invalid_json"},
    Named{Problem::duplicate_json_key, "duplicate_json_key"},
    Named{Problem::not_a_number, "not_a_number"},
    Named{Problem::not_a_date, "not_a_date"},
    Named{Problem::not_a_time, "not_a_time"},
    Named{Problem::not_a_bool, "not_a_bool"},
    Named{Problem::not_a_uuid, "not_a_uuid"},
    Named{Problem::not_a_bit_string, "not_a_bit_string"},
    Named{Problem::not_a_network, "not_a_network"},
    Named{Problem::not_binary, "not_binary"},
    Named{Problem::unmapped_value, "unmapped_value"},
    Named{Problem::ambiguous_enum, "ambiguous_enum"},
    Named{Problem::missing_part, "missing_part"},
    Named{Problem::refused_by_target, "refused_by_target"},
    Named{Problem::key_collision, "key_collision"},
};

// to_string() indexes the table by the enumerator.
constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (static_cast<std::size_t>(kNames[i].problem) != i) return false;
  }
  return true;
}
static_assert(in_enum_order());

constexpr auto kAllProblems = [] {
  std::array<Problem, kNames.size() - 1> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = kNames[i + 1].problem;
  return all;
}();

}  // namespace

std::string_view to_string(Problem problem) noexcept {
  return kNames[static_cast<std::size_t>(problem)].name;
}

std::optional<Problem> problem_from_string(std::string_view name) noexcept {
  const auto* const found =
      std::find_if(kNames.begin(), kNames.end(), [&](const Named& n) { return n.name == name; });
  if (found == kNames.end()) return std::nullopt;
  return found->problem;
}

std::span<const Problem> all_problems() noexcept { return kAllProblems; }

}  // namespace sluice::codec
