#pragma once

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "support/run_process.h"
#include "support/team.h"

namespace sluice::test {

/// UTC, as documents have it.
inline std::string time_text(std::chrono::minutes from_now) {
  const std::time_t then =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + from_now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(then));
}

inline std::string sha256_of(const std::filesystem::path& file) {
  return run_process({"sha256sum", file.string()}).out.substr(0, 64);
}

/// A document and what a test may want otherwise, written as the format says.
struct Paper {
  std::string kind = "manifest";
  std::string act = "cutover";
  std::string run = "run-7f3a";
  std::string note = "all is well";
  std::chrono::minutes made{-10};
  std::chrono::minutes until{60};

  [[nodiscard]] std::string text(const std::string& policy_sha256) const {
    return fmt::format(R"({{
  "schema": "sluice.document/1",
  "kind": "{}",
  "acts": [
    {{
      "act": "{}",
      "classes": []
    }}
  ],
  "run": "{}",
  "operator": "olga@corp",
  "policy": {{
    "sha256": "{}",
    "version": 3
  }},
  "created_at": "{}",
  "not_before": "{}",
  "not_after": "{}",
  "nonce": "{:064}",
  "body": {{
    "note": "{}",
    "rows": 18432117
  }}
}}
)",
                       kind, act, run, policy_sha256, time_text(made), time_text(made),
                       time_text(until), 7, note);
  }
};

/// People, their policy, and a document that asks for a cutover.
struct Desk {
  Team team;
  std::filesystem::path policy = team.write_policy();
  std::filesystem::path document = team.folder() / "manifest.json";

  explicit Desk(const Paper& paper = {}) { write(paper); }
  void write(const Paper& paper) const {
    std::ofstream(document, std::ios::binary) << paper.text(sha256_of(policy));
  }
  [[nodiscard]] RunResult approve(std::vector<std::string> arguments = {},
                                  const RunOptions& options = {}) const {
    const std::vector<std::string> always = {"approve", document.string(), "--policy",
                                             policy.string()};
    arguments.insert(arguments.begin(), always.begin(), always.end());
    return run_sluice(arguments, options);
  }
};

}  // namespace sluice::test
