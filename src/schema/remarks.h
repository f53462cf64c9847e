#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/model/finding.h"
#include "sluice/model/name.h"

namespace sluice::schema {

/// Collects what is to be said about one table's design.
class Remarks {
 public:
  /// `findings` must outlive it.
  Remarks(const model::QualifiedName& table, std::vector<model::Finding>& findings)
      : table_(table.text()), findings_(&findings) {}

  void error(std::string_view rule, std::string_view part, std::string message,
             std::string action = {}) {
    add(model::Severity::error, rule, part, std::move(message), std::move(action));
  }
  void warning(std::string_view rule, std::string_view part, std::string message,
               std::string action = {}) {
    add(model::Severity::warning, rule, part, std::move(message), std::move(action));
  }
  void note(std::string_view rule, std::string_view part, std::string message,
            std::string action = {}) {
    add(model::Severity::note, rule, part, std::move(message), std::move(action));
  }
  /// `part`: a column or the like; empty for the table as a whole.
  void add(model::Severity severity, std::string_view rule, std::string_view part,
           std::string message, std::string action) {
    std::string where = part.empty() ? table_ : table_ + "." + std::string(part);
    findings_->push_back(
        {severity, std::string(rule), std::move(where), std::move(message), std::move(action)});
  }

 private:
  std::string table_;
  std::vector<model::Finding>* findings_;
};

}  // namespace sluice::schema
