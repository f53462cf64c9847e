#pragma once

#include <string_view>

#include "sluice/mapping/json_object.h"

/// The keys of every object of a config; those of mappings are mapping::rule_shapes().
/// configs/sluice.schema.json lists the same.
namespace sluice::config::shapes {

using mapping::ObjectShape;

inline constexpr std::string_view kConfigKeys[] = {
    "$schema", "name",   "operator", "source", "target",     "tables", "leave",
    "checks",  "limits", "digest",   "allow",  "new_tables", "policy"};
inline constexpr ObjectShape kConfig{"config", kConfigKeys};

inline constexpr std::string_view kEndpointKeys[] = {
    "engine", "host",    "port",          "socket", "database",
    "user",   "service", "defaults_file", "group",  "options"};
/// Spellings of a password, refused wherever an endpoint is written.
inline constexpr std::string_view kPasswordKeys[] = {"password",    "passwd",     "pass",     "pwd",
                                                     "sslpassword", "PGPASSWORD", "MYSQL_PWD"};
inline constexpr ObjectShape kEndpoint{"endpoint", kEndpointKeys, kPasswordKeys};

inline constexpr std::string_view kTableKeys[] = {
    "source", "target", "existing_rows", "read", "quarantine_limit", "mapping", "create"};
inline constexpr ObjectShape kTable{"table", kTableKeys};

inline constexpr std::string_view kCreateKeys[] = {"types"};
inline constexpr ObjectShape kCreate{"create", kCreateKeys};

inline constexpr std::string_view kCheckKeys[] = {"name", "measure", "source", "target",
                                                  "difference"};
inline constexpr ObjectShape kCheck{"check", kCheckKeys};

inline constexpr std::string_view kCheckSideKeys[] = {"table", "column", "group_by", "filter"};
inline constexpr ObjectShape kCheckSide{"check_side", kCheckSideKeys};

inline constexpr std::string_view kLimitsKeys[] = {
    "batch_bytes",     "readers",        "writers",           "in_flight",
    "quarantine_rows", "min_free_bytes", "reconnect_seconds", "source_statement_seconds"};
inline constexpr ObjectShape kLimits{"limits", kLimitsKeys};

inline constexpr std::string_view kAllowKeys[] = {"source_can_delete"};
inline constexpr ObjectShape kAllow{"allow", kAllowKeys};

inline constexpr std::string_view kOverrideKeys[] = {"reason", "person"};
inline constexpr ObjectShape kOverride{"override", kOverrideKeys};

inline constexpr ObjectShape kAll[] = {kConfig,    kEndpoint, kTable, kCreate,  kCheck,
                                       kCheckSide, kLimits,   kAllow, kOverride};

}  // namespace sluice::config::shapes
