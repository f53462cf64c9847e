#include "document/head_rules.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "sluice/codec/utc_time.h"

namespace sluice::document {
namespace {

/// A SHA-256 and a nonce of 256 bits.
constexpr std::size_t kHexDigits = 64;

bool is_hex(std::string_view text) {
  return text.size() == kHexDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::optional<HeadProblem> purpose_problem(const Purpose& purpose) {
  const auto& classes = purpose.classes;
  if (std::ranges::any_of(classes, &std::string::empty)) {
    return HeadProblem{"acts", "a class has no name"};
  }
  // One text for one set: nobody has to wonder whether the order means something.
  if (std::ranges::adjacent_find(classes, std::ranges::greater_equal()) == classes.end())
    return std::nullopt;
  return HeadProblem{
      "acts", fmt::format("the classes of {} are not sorted, each once", to_string(purpose.act))};
}

std::optional<HeadProblem> acts_problem(const Head& head) {
  if (head.acts.empty()) return HeadProblem{"acts", "there is no act to sign for"};
  for (auto purpose = head.acts.begin(); purpose != head.acts.end(); ++purpose) {
    if (auto problem = purpose_problem(*purpose)) return problem;
    if (std::find_if(head.acts.begin(), purpose, [&](const Purpose& earlier) {
          return earlier.act == purpose->act;
        }) != purpose) {
      return HeadProblem{"acts", fmt::format("{} stands twice", to_string(purpose->act))};
    }
  }
  const Act act = act_of(head.kind);
  if (std::ranges::find(head.acts, act, &Purpose::act) != head.acts.end()) return std::nullopt;
  return HeadProblem{"acts", fmt::format("a document of kind {} is signed for {}, which is missing",
                                         to_string(head.kind), to_string(act))};
}

std::optional<HeadProblem> policy_problem(const Head& head) {
  if (head.policy_sha256.empty() && head.policy_version == 0) return std::nullopt;
  if (!is_hex(head.policy_sha256)) {
    return HeadProblem{"policy", "sha256 is not 64 lower-case hex digits"};
  }
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (head.policy_version == 0 || head.policy_version > kMost) {
    return HeadProblem{"policy", "version is not a number of 1 or more"};
  }
  if (!head.operator_name.empty()) return std::nullopt;
  return HeadProblem{"operator", "nobody is named, and a policy wants one who runs it"};
}

std::optional<HeadProblem> time_problem(const Head& head) {
  const std::pair<std::string_view, const std::string*> times[] = {{"created_at", &head.created_at},
                                                                   {"not_before", &head.not_before},
                                                                   {"not_after", &head.not_after}};
  for (const auto& [member, text] : times) {
    if (codec::utc_time_from_text(*text)) continue;
    return HeadProblem{member, "is not a time of UTC like 2026-11-22T13:30:00Z"};
  }
  // Texts of this form sort as the times do.
  if (head.not_after < head.not_before) return HeadProblem{"not_after", "is before not_before"};
  if (head.not_after < head.created_at) return HeadProblem{"not_after", "is before created_at"};
  return std::nullopt;
}

}  // namespace

std::optional<HeadProblem> head_problem(const Head& head) {
  if (auto problem = acts_problem(head)) return problem;
  if (auto problem = policy_problem(head)) return problem;
  if (auto problem = time_problem(head)) return problem;
  if (!is_hex(head.nonce)) return HeadProblem{"nonce", "is not 64 lower-case hex digits"};
  return std::nullopt;
}

}  // namespace sluice::document
