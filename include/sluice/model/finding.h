#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::model {

enum class Severity : std::uint8_t { error, warning, note };

/// One remark of a validator: what is wrong, where, and what to do. Errors refuse the next step.
struct Finding {
  Severity severity = Severity::error;
  std::string rule;     // stable kebab-case id: "unmapped-source-column"
  std::string where;    // "crm.customers.email", or "file.json:12:5 /tables/0/source"
  std::string message;  // lower case, no full stop
  std::string action;   // what to do about it
};

[[nodiscard]] inline bool has_errors(const std::vector<Finding>& findings) noexcept {
  for (const Finding& f : findings) {
    if (f.severity == Severity::error) return true;
  }
  return false;
}

}  // namespace sluice::model
