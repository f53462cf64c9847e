#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/temp_dir.h"

namespace sluice::test {

/// A person who signs, with a key that ssh-keygen made.
struct Member {
  std::string name;
  std::string principal;
  std::vector<std::string> groups;
  std::filesystem::path key;  ///< private; beside it stands .pub
  std::string key_type;
  std::string key_blob;  ///< base64
};

/// People with real keys, and a list of revoked ones, in a folder of their own: Alice Stone and Dan
/// Reed (technical), Bob Hill and Carol Wu (business; Carol owns the data of class money), Olga
/// Petrov (technical) who runs it, and Mallory Grey, who is in no group.
class Team {
 public:
  Team();

  /// By first name: "alice".
  [[nodiscard]] const Member& member(std::string_view first_name) const;
  [[nodiscard]] const std::vector<Member>& members() const noexcept { return members_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return dir_.path(); }
  [[nodiscard]] std::filesystem::path revoked_keys() const { return folder() / "revoked.krl"; }

  /// Sessions that Olga starts may log in as this role.
  void may_log_in_as(const std::string& role) { database_roles_.push_back(role); }
  /// A policy of these people, version 3: an act needs one technical and one business person, plan
  /// one technical person, retire two technical and one business; "continue" one technical person.
  /// Who runs this test may run as Olga. `more` is further members of its JSON object, such as
  /// R"("servers": [], "unsigned_labels": [])".
  [[nodiscard]] std::string policy_json(const std::string& more = {}) const;
  /// Writes it into the folder; returns its path.
  [[nodiscard]] std::filesystem::path write_policy(const std::string& more = {}) const;

  /// A new key, of `ssh-keygen -t type`; returns the private one's path.
  std::filesystem::path make_key(const std::string& name,
                                 const std::string& type = "ed25519") const;
  /// Type and base64 of a key's .pub.
  [[nodiscard]] static std::pair<std::string, std::string> public_key(
      const std::filesystem::path& key);
  /// Adds the key to the list of revoked ones.
  void revoke(const std::filesystem::path& key) const;

  /// "sluice-retire-v1@sluice.dev" of "retire".
  [[nodiscard]] static std::string name_space(std::string_view act);
  /// What a person's key signs of these bytes, armoured.
  [[nodiscard]] std::string signature(std::string_view bytes, std::string_view first_name,
                                      std::string_view act) const;
  [[nodiscard]] std::string signature_by(const std::filesystem::path& key, std::string_view bytes,
                                         std::string_view name_space) const;
  /// Signs a document and leaves the signature beside it; returns the signature's path.
  std::filesystem::path sign(const std::filesystem::path& document, std::string_view first_name,
                             std::string_view act) const;

 private:
  TempDir dir_;
  std::vector<Member> members_;
  // A policy wants one; no session of a test logs in as this one.
  std::vector<std::string> database_roles_{"of_nobody"};
};

}  // namespace sluice::test
