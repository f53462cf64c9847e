#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/mapping/json_object.h"
#include "sluice/policy/policy.h"

/// The parts of a policy's reader. Each reports what is wrong with its own members; check_policy()
/// what shows only when all are read.
namespace sluice::policy {

void read_people(mapping::ObjectReader& root, Policy& policy);
/// Keys that are revoked. REQUIRES: people are read.
void read_revoked(mapping::ObjectReader& root, Policy& policy);
void read_classes(mapping::ObjectReader& root, Policy& policy);
/// REQUIRES: classes are read.
void read_acts(mapping::ObjectReader& root, Policy& policy);
void read_servers(mapping::ObjectReader& root, Policy& policy);

/// Names that point to people, groups and classes, each at the place where it stands.
void check_references(mapping::ObjectReader& root, const Policy& policy);
/// Whether each requirement can be fulfilled by the people there are. REQUIRES: people were read
/// without an error.
void check_requirements(mapping::ObjectReader& root, const Policy& policy);

/// Reports a name that is more than a to z, 0 to 9, - and _, or longer than 40.
void check_name(const codec::JsonValue& at, std::string_view name, mapping::JsonProblems& problems);
/// Texts of an array; reports empty ones and such as stand twice.
[[nodiscard]] std::vector<std::string> distinct_texts(mapping::ObjectReader& object,
                                                      std::string_view key);

}  // namespace sluice::policy
