#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/model/finding.h"

namespace sluice::plan {

/// Collects everything that is to be said about a plan.
class Findings {
 public:
  void error(std::string_view rule, std::string where, std::string message, std::string action) {
    add(model::Severity::error, rule, std::move(where), std::move(message), std::move(action));
  }
  void warning(std::string_view rule, std::string where, std::string message, std::string action) {
    add(model::Severity::warning, rule, std::move(where), std::move(message), std::move(action));
  }
  void note(std::string_view rule, std::string where, std::string message,
            std::string action = {}) {
    add(model::Severity::note, rule, std::move(where), std::move(message), std::move(action));
  }
  void add(model::Severity severity, std::string_view rule, std::string where, std::string message,
           std::string action) {
    all_.push_back(
        {severity, std::string(rule), std::move(where), std::move(message), std::move(action)});
  }
  void append(const std::vector<model::Finding>& more) {
    all_.insert(all_.end(), more.begin(), more.end());
  }
  [[nodiscard]] std::vector<model::Finding> take() { return std::move(all_); }

 private:
  std::vector<model::Finding> all_;
};

}  // namespace sluice::plan
