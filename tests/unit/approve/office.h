#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/approve/verifier.h"
#include "sluice/codec/utc_time.h"
#include "sluice/model/error.h"

#include "support/team.h"

namespace sluice::approve {

using document::Act;
using document::Kind;

inline std::chrono::sys_seconds at(const char* time) {
  return codec::utc_time_from_text(time).value();
}

/// Every test's now.
inline const std::chrono::sys_seconds kNow = at("2026-11-22T14:00:00Z");

inline policy::Requirement requirement(std::vector<policy::GroupNeed> groups) {
  policy::Requirement needed;
  needed.groups = std::move(groups);
  needed.max_age = std::chrono::hours(48);
  return needed;
}

/// The people of a Team under a policy: plan needs one technical person, cutover one technical and
/// one business, retire two technical and one business, and the owners of the classes.
inline policy::Policy policy_of(const test::Team& team) {
  policy::Policy policy;
  policy.file = (team.folder() / "team.policy.json").string();
  policy.sha256 = std::string(64, 'b');
  policy.name = "team";
  policy.version = 3;
  for (const test::Member& member : team.members()) {
    policy::Person person;
    person.name = member.name;
    person.principal = member.principal;
    person.contact = "by telephone";
    person.groups = member.groups;
    person.keys = {{member.key_type, member.key_blob, {}, {}}};
    policy.people.push_back(person);
  }
  policy.acts[Act::plan].requirement = requirement({{"technical", 1}});
  policy.acts[Act::cutover].requirement = requirement({{"technical", 1}, {"business", 1}});
  policy.acts[Act::retire].requirement = requirement({{"technical", 2}, {"business", 1}});
  policy.classes = {{"money", {"crm.pay*"}, "carol@corp"}};
  policy.revoked_keys = "revoked.krl";
  return policy;
}

inline document::Head head_of(const policy::Policy& policy, Kind kind,
                              std::vector<document::Purpose> acts) {
  document::Head head;
  head.kind = kind;
  head.acts = std::move(acts);
  head.run_id = "run-7f3a";
  head.operator_name = "olga@corp";
  head.policy_sha256 = policy.sha256;
  head.policy_version = policy.version;
  head.created_at = "2026-11-22T13:30:00Z";
  head.not_before = "2026-11-22T13:30:00Z";
  head.not_after = "2026-11-23T13:30:00Z";
  head.nonce = std::string(64, '0');
  return head;
}

/// People, a policy, and a document that asks for a cutover.
struct Office {
  test::Team team;
  policy::Policy policy = policy_of(team);
  document::Head head = head_of(policy, Kind::manifest, {{Act::cutover, {}}});
  std::vector<SignatureFile> files;

  [[nodiscard]] policy::Person& person(std::string_view principal) {
    for (policy::Person& person : policy.people) {
      if (person.principal == principal) return person;
    }
    throw std::runtime_error("nobody");
  }
  [[nodiscard]] std::string text() const { return document::to_text(head, R"({"rows":7})"); }
  void sign(std::string_view first_name, std::string_view act = "cutover") {
    add(std::string(first_name) + "." + std::string(act), team.signature(text(), first_name, act));
  }
  void add(const std::string& name, const std::string& bytes) {
    files.push_back({name, bytes, {}});
  }
  [[nodiscard]] Verdict check(std::chrono::sys_seconds now = kNow) const {
    return Verifier::create(policy, now).check(text(), files);
  }
};

/// Why the only signature of an office that has one does not count; empty where it counts.
inline std::string only_refusal(const Verdict& verdict) {
  CHECK(verdict.refused().size() <= 1);
  return verdict.refused().empty() ? "" : verdict.refused().front().reason;
}

inline bool says(const std::string& text, std::string_view part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

/// What an action that has to be refused says.
template <typename Action>
std::string refusal_of(Action action) {
  try {
    action();
  } catch (const model::Error& error) {
    CHECK(error.kind() == model::ErrorKind::approval);
    return std::string(error.what()) + " | " + error.hint();
  }
  FAIL("was not refused");
  return {};
}

}  // namespace sluice::approve
