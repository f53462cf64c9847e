#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/migration.h"
#include "support/team.h"

namespace sluice::test {

/// A migration between servers that a team's policy labels. Olga runs it; plans are signed by one
/// technical person, everything else by a technical and a business person.
class Governed {
 public:
  /// Both servers get the label; "production" asks for signatures, "scratch" for none.
  explicit Governed(const std::string& label = "production", From from = From::postgresql);

  Migration migration;
  Team team;

  /// Writes the policy anew, as that version, with `changes` made in its text, each a pair of what
  /// stands there and what is to stand in its place.
  void write_policy(int version = 3,
                    const std::vector<std::pair<std::string, std::string>>& changes = {});
  /// The same text into another file of the team's folder.
  [[nodiscard]] std::filesystem::path write_next(
      int version, const std::vector<std::pair<std::string, std::string>>& changes = {}) const;
  [[nodiscard]] std::filesystem::path policy() const { return team.folder() / "team.policy.json"; }
  [[nodiscard]] std::filesystem::path plan() const { return team.folder() / "plan.json"; }

  /// The policy in the config comes in force for the target by the signatures of Dan and Bob,
  /// unless one is in force already.
  void adopt_policy() const { adopt_policy(team); }
  /// The same by people of another team, whose policy it is.
  void adopt_policy(const Team& people) const;
  /// `sluice plan --out plan()`, which must work; between production servers after adopt_policy().
  void make_plan() const;
  void sign_plan(const std::string& first_name, const std::string& act = "plan") const {
    static_cast<void>(team.sign(plan(), first_name, act));
  }
  [[nodiscard]] RunResult copy(std::vector<std::string> more = {}) const;

 private:
  [[nodiscard]] std::string policy_text(
      int version, const std::vector<std::pair<std::string, std::string>>& changes) const;

  std::string label_;
};

/// The policy in the migration's config comes in force for its target by the signatures of Dan and
/// Bob of that team, unless one is in force already.
void adopt_policy(const Migration& migration, const Team& people,
                  const std::filesystem::path& policy);

/// The text with every `what` in it replaced, which must be there.
[[nodiscard]] std::string replaced(std::string text, const std::string& what,
                                   const std::string& with);

}  // namespace sluice::test
