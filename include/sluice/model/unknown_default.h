#pragma once

#include <optional>
#include <string>
#include <string_view>

/// A default that its server does not tell: Column::default_sql says why in the place of SQL, in a
/// form that no server prints.
namespace sluice::model {

inline constexpr std::string_view kUnknownDefault = "unknown: ";

[[nodiscard]] inline std::string unknown_default(std::string_view why) {
  return std::string(kUnknownDefault) + std::string(why);
}

/// Nothing where `default_sql` is SQL.
[[nodiscard]] inline std::optional<std::string> why_unknown(std::string_view default_sql) {
  if (!default_sql.starts_with(kUnknownDefault)) return std::nullopt;
  return std::string(default_sql.substr(kUnknownDefault.size()));
}

}  // namespace sluice::model
