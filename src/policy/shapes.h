#pragma once

#include <string_view>

#include "sluice/mapping/json_object.h"

/// The keys of every object of a policy. configs/policy.schema.json lists the same.
namespace sluice::policy::shapes {

using mapping::ObjectShape;

inline constexpr std::string_view kPolicyKeys[] = {
    "$schema",         "schema",  "name",   "version",    "people",       "acts",
    "classes",         "servers", "caller", "operators",  "keep",         "archive_days",
    "unsigned_labels", "limits",  "digest", "ssh_keygen", "revoked_keys", "revoked"};
inline constexpr ObjectShape kPolicy{"policy", kPolicyKeys};

inline constexpr std::string_view kPersonKeys[] = {
    "name", "principal", "role", "contact", "groups", "keys", "os_users", "database_roles"};
inline constexpr ObjectShape kPerson{"person", kPersonKeys};

inline constexpr std::string_view kKeyKeys[] = {"public_key", "valid_after", "valid_before"};
inline constexpr ObjectShape kKey{"key", kKeyKeys};

inline constexpr std::string_view kActsKeys[] = {"plan",   "confirm", "backfill", "merge",
                                                 "drop",   "cutover", "retire",   "continue",
                                                 "waiver", "policy"};
inline constexpr ObjectShape kActs{"acts", kActsKeys};

inline constexpr std::string_view kRuleKeys[] = {"groups", "hardware", "operator_counts",
                                                 "max_age_hours", "by_class"};
inline constexpr ObjectShape kRule{"rule", kRuleKeys};
inline constexpr std::string_view kClassRuleKeys[] = {"groups", "hardware", "operator_counts",
                                                      "max_age_hours"};
inline constexpr ObjectShape kClassRule{"class_rule", kClassRuleKeys};

inline constexpr std::string_view kGroupNeedKeys[] = {"group", "need"};
inline constexpr ObjectShape kGroupNeed{"group_need", kGroupNeedKeys};

inline constexpr std::string_view kClassKeys[] = {"tables", "owner"};
inline constexpr ObjectShape kClass{"class", kClassKeys};

inline constexpr std::string_view kServerKeys[] = {"engine", "identity", "label"};
inline constexpr ObjectShape kServer{"server", kServerKeys};

inline constexpr std::string_view kKeepKeys[] = {"first_day", "last_day"};
inline constexpr ObjectShape kKeep{"keep", kKeepKeys};

inline constexpr std::string_view kLimitsKeys[] = {"quarantined_rows", "target_changed_rows",
                                                   "source_changed_rows", "old_side_writes"};
inline constexpr ObjectShape kLimits{"limits", kLimitsKeys};

inline constexpr ObjectShape kAll[] = {kPolicy,    kPerson, kKey,    kActs, kRule,  kClassRule,
                                       kGroupNeed, kClass,  kServer, kKeep, kLimits};

}  // namespace sluice::policy::shapes
