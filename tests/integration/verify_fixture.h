#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"

#include "support/migration.h"
#include "support/outcome.h"

/// What the tests of `sluice verify` share.
namespace sluice::test {

/// What one `sluice verify --json` said.
class Verified {
 public:
  explicit Verified(const RunResult& result)
      : exit_code_(result.exit_code), document_(parse(result)) {}

  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }
  [[nodiscard]] const codec::JsonValue& root() const noexcept { return document_.root(); }
  [[nodiscard]] std::string outcome() const { return root().at("outcome").as_string(); }
  [[nodiscard]] const codec::JsonValue& table(std::size_t i = 0) const {
    return root().at("tables").items().at(i);
  }
  [[nodiscard]] std::string table_outcome(std::size_t i = 0) const {
    return table(i).at("outcome").as_string();
  }
  [[nodiscard]] std::string reason(std::size_t i = 0) const {
    return table(i).at("reason").as_string();
  }
  [[nodiscard]] std::int64_t rows(const std::string& which, std::size_t i = 0) const {
    return table(i).at("rows").at(which).as_integer();
  }
  /// "missing 1, extra 2", in the order of the report; without those that are 0.
  [[nodiscard]] std::string counts(std::size_t i = 0) const {
    return counts_of(table(i).at("differences"));
  }
  /// One line a listed difference, sorted: kind key attribution, then column: expected -> actual.
  [[nodiscard]] std::vector<std::string> differences(std::size_t i = 0) const {
    return lines_of(table(i).at("differences"));
  }
  [[nodiscard]] static std::string counts_of(const codec::JsonValue& differences) {
    std::string text;
    for (const char* kind : {"missing", "extra", "changed", "duplicated"}) {
      const std::int64_t count = differences.at(kind).as_integer();
      if (count != 0)
        text += (text.empty() ? "" : ", ") + std::string(kind) + " " + std::to_string(count);
    }
    return text;
  }
  [[nodiscard]] static std::vector<std::string> lines_of(const codec::JsonValue& differences) {
    std::vector<std::string> lines;
    for (const codec::JsonValue& difference : differences.at("listed").items()) {
      std::string line = difference.at("kind").as_string() + " " +
                         difference.at("key").as_string() + " " +
                         difference.at("attribution").as_string();
      for (const codec::JsonValue& column : difference.at("columns").items()) {
        line += "; " + column.at("column").as_string() + ": " + value_of(column.at("expected")) +
                " -> " + value_of(column.at("actual"));
      }
      lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  [[nodiscard]] static std::string value_of(const codec::JsonValue& value) {
    return value.is_null() ? "NULL" : value.as_string();
  }

 private:
  static codec::JsonDocument parse(const RunResult& result) {
    INFO("exit code " << result.exit_code << "\n" << result.out << result.err);
    REQUIRE(result.out.starts_with("{"));
    return codec::parse_json_or_throw(result.out, "report");
  }

  int exit_code_;
  codec::JsonDocument document_;
};

inline Verified verify(const Migration& migration, std::vector<std::string> arguments = {}) {
  arguments.emplace_back("--json");
  return Verified(migration.sluice("verify", arguments));
}

inline void copy_all(const Migration& migration, int exit_code = 0) {
  require_exit(migration.copy(), exit_code);
}

using Lines = std::vector<std::string>;

}  // namespace sluice::test
