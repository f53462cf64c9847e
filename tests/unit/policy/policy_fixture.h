#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/policy/policy.h"

namespace sluice::policy {

// Public keys; nobody has the private ones.
inline constexpr std::string_view kEd25519 =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP1i+5SAsfJeYnLr57IxAOtuPMgKWWz/7X9/KQ7dIpxY x";

inline std::string read_config_file(std::string_view name) {
  std::ifstream file(std::string(SLUICE_SOURCE_DIR "/configs/") + std::string(name));
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string example_text() { return read_config_file("crm.policy.json"); }

inline std::string replaced(std::string text, std::string_view old_text,
                            std::string_view new_text) {
  const std::size_t at = text.find(old_text);
  INFO(old_text);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old_text.size(), new_text);
}

/// A policy that must be one.
inline Policy policy_of(const std::string& text) {
  ReadResult result = read_policy(text, "p.json");
  for (const auto& finding : result.findings) {
    UNSCOPED_INFO(finding.where << ": " << finding.message << " [" << finding.rule << "]");
  }
  REQUIRE(result.policy.has_value());
  return std::move(*result.policy);
}

/// Each finding as "rule where: message".
inline std::vector<std::string> findings_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto& finding : read_policy(text, "p.json").findings) {
    const char* severity = finding.severity == model::Severity::error ? "" : "warning ";
    lines.push_back(severity + finding.rule + " " + finding.where + ": " + finding.message);
  }
  return lines;
}

}  // namespace sluice::policy
