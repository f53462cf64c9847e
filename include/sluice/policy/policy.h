#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/document/act.h"
#include "sluice/model/finding.h"
#include "sluice/model/name.h"
#include "sluice/model/schema.h"

/// Who may decide what: the policy file, read strictly. Pure data; configs/policy.md explains it.
namespace sluice::policy {

inline constexpr std::string_view kSchema = "sluice.policy/1";
/// Acts on servers of this label always need signatures.
inline constexpr std::string_view kProduction = "production";
/// Of servers that the policy does not know; no policy may use it.
inline constexpr std::string_view kUnlabelled = "unlabelled";
/// Of a document, where an act's rule does not say.
inline constexpr std::chrono::hours kDefaultMaxAge{24};

/// What a hardware key has to prove at each signature.
/// DO NOT CHANGE THE NAMES (to_string): they stand in policies.
enum class Hardware : std::uint8_t { any_key, touch, pin };
/// "any", "touch", "pin".
[[nodiscard]] std::string_view to_string(Hardware hardware) noexcept;

struct Key {
  std::string type;          ///< "ssh-ed25519", "sk-ssh-ed25519@openssh.com", ...
  std::string blob;          ///< base64, as in an .pub file
  std::string valid_after;   ///< UTC with Z; empty: always
  std::string valid_before;  ///< the same
};

/// Whether a signature by this key can prove that: only keys of hardware prove touch and PIN.
[[nodiscard]] bool can_prove(const Key& key, Hardware hardware) noexcept;

struct Person {
  std::string name;
  std::string principal;  ///< literal, without * ? ! , white space or quotes; "alice@corp"
  std::string role;       ///< in words
  std::string contact;    ///< never empty
  std::vector<std::string> groups;
  std::vector<Key> keys;
  std::vector<std::string> os_users;        ///< as whom this person may run sluice
  std::vector<std::string> database_roles;  ///< as whom sessions may log in for this person
};

/// Whether one of the person's keys can.
[[nodiscard]] bool can_sign(const Person& person, Hardware hardware) noexcept;

struct GroupNeed {
  std::string group;
  std::uint32_t need = 0;
};

/// Who has to sign one act. Each group's number of different people, one person counting in one
/// group only; and each of `owners`, who may count for a group as well.
struct Requirement {
  std::vector<GroupNeed> groups;
  std::vector<std::string> owners;  ///< principals of data owners; sorted, each once
  Hardware hardware = Hardware::any_key;
  bool operator_counts = false;
  std::chrono::seconds max_age{};  ///< of a document, from created_at on
};

struct ActRule {
  Requirement requirement;                      ///< its owners are empty
  std::map<std::string, Requirement> by_class;  ///< on top of it where such a table is touched
};

/// Tables that one data owner answers for.
struct Class {
  std::string name;  ///< money, legal, customer, access, audit, keys, ...
  /// "schema.table" of the source or the target, in any case of letters, those beyond ASCII all
  /// alike; * stands for every end.
  std::vector<std::string> tables;
  std::string owner;  ///< principal
};

struct Server {
  model::Engine engine{};
  std::string identity;  ///< system_identifier, server_uid, server_uuid
  std::string label;     ///< "production", "staging", ...
};

/// Days between cutover and retire.
struct Keep {
  std::uint32_t first_day = 0;
  std::uint32_t last_day = 0;
};

/// Numbers beyond which sluice stops. What a policy does not name is 0: none may.
struct Limits {
  std::uint64_t quarantined_rows = 0;     ///< of a table, with which a manifest is still written
  std::uint64_t target_changed_rows = 0;  ///< of a table, that live on with other values at retire
  std::uint64_t source_changed_rows = 0;  ///< of a table, that stop a retire
  std::uint64_t old_side_writes = 0;      ///< after cutover
};

struct Policy {
  std::string file;  ///< as given; for messages
  std::string text;  ///< the very bytes
  std::string sha256;
  std::string name;
  std::uint64_t version = 0;
  std::vector<Person> people;
  std::map<document::Act, ActRule> acts;
  std::vector<Class> classes;
  std::vector<Server> servers;
  std::string caller;                  ///< principal of the one who says stop or continue
  std::vector<std::string> operators;  ///< principals who may run
  /// Labels of servers on which acts need no signature; never "production".
  std::vector<std::string> unsigned_labels;
  Keep keep;
  std::uint32_t archive_days = 0;  ///< retention
  Limits limits;
  std::optional<codec::DigestAlgorithm> digest;  ///< that plans must use
  std::string ssh_keygen = "/usr/bin/ssh-keygen";
  /// Path of the revocation list (KRL), never empty; a relative one starts at the policy's folder.
  std::string revoked_keys;
  /// Keys that this list has to revoke: one that does not is another list, or an older one.
  std::vector<Key> revoked;

  [[nodiscard]] const Person* find(std::string_view principal) const noexcept;
};

/// A policy, or every reason why the text is none. Warnings may stand beside a policy.
struct ReadResult {
  std::optional<Policy> policy;
  std::vector<model::Finding> findings;
};
[[nodiscard]] ReadResult read_policy(std::string_view text, std::string_view file);

/// Acts that delete, merge or overwrite (drop, retire, merge, backfill, cutover over existing
/// rows): the data owners of the tables that they touch sign too.
[[nodiscard]] bool needs_owners(document::Act act) noexcept;
/// The strictest of what the act's rule and those of the classes ask for (group by group the larger
/// number, the stronger hardware, the shorter age), with the classes' data owners where
/// needs_owners(). An act that the policy does not name is allowed to nobody: absent; so is one on
/// a class that it does not know.
[[nodiscard]] std::optional<Requirement> requirement_of(const Policy& policy, document::Act act,
                                                        const std::vector<std::string>& classes);
/// Names of the classes of these tables, sorted, each once.
[[nodiscard]] std::vector<std::string> classes_of(const Policy& policy,
                                                  const std::vector<model::QualifiedName>& tables);
/// Patterns of classes that match none of these tables: "class money: no table crm.pay*".
[[nodiscard]] std::vector<std::string> idle_patterns(
    const Policy& policy, const std::vector<model::QualifiedName>& tables);
/// "unlabelled" where the policy does not know the server: never unsigned.
[[nodiscard]] std::string label_of(const Policy& policy, const model::ServerIdentity& server);
/// Whether acts between such servers need no signature, with the rule in words.
[[nodiscard]] std::optional<std::string> unsigned_rule(const Policy& policy,
                                                       const model::ServerIdentity& source,
                                                       const model::ServerIdentity& target);
/// Why this person, as this OS user and with these database roles, may not run; absent: may.
[[nodiscard]] std::optional<std::string> why_may_not_run(
    const Policy& policy, std::string_view operator_name, std::string_view os_user,
    const std::vector<std::string>& database_roles);

/// For ssh-keygen: one line a key, with the namespaces of the acts for which the person counts.
[[nodiscard]] std::string allowed_signers(const Policy& policy);
/// The policy as plain sentences: the approval table, and everything else.
[[nodiscard]] std::string to_text(const Policy& policy);

}  // namespace sluice::policy
