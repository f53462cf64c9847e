#pragma once

#include <compare>
#include <string>

namespace sluice::model {

enum class Engine : unsigned char { postgresql, mysql, mariadb };

[[nodiscard]] constexpr const char* to_string(Engine engine) noexcept {
  switch (engine) {
    case Engine::postgresql:
      return "postgresql";
    case Engine::mysql:
      return "mysql";
    case Engine::mariadb:
      return "mariadb";
  }
  return "unknown";
}

/// MySQL and MariaDB share drivers, SQL and almost all rules.
[[nodiscard]] constexpr bool is_mysql_family(Engine engine) noexcept {
  return engine != Engine::postgresql;
}

/// A table's name as the catalogue spells it, unquoted. `schema` is the database on MySQL and
/// MariaDB.
struct QualifiedName {
  std::string schema;
  std::string table;

  friend auto operator<=>(const QualifiedName&, const QualifiedName&) = default;
  friend bool operator==(const QualifiedName&, const QualifiedName&) = default;

  /// For people: schema.table, without quoting.
  [[nodiscard]] std::string text() const { return schema + "." + table; }
};

}  // namespace sluice::model
