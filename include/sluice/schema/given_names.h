#pragma once

#include <set>
#include <string>
#include <utility>

#include "sluice/model/name.h"

namespace sluice::schema {

/// Names that share one space, each given out once. What has no schema (columns, constraints of one
/// table) has the empty one.
class GivenNames {
 public:
  /// `companion`: each name takes that one with this end along.
  explicit GivenNames(std::string companion = {}) : companion_(std::move(companion)) {}

  void take(const model::QualifiedName& name);
  /// `wanted`, else `otherwise`, else that with a number, within what PostgreSQL lets a name be;
  /// taken from now on.
  [[nodiscard]] std::string give(const std::string& schema, const std::string& wanted,
                                 const std::string& otherwise);

 private:
  [[nodiscard]] bool is_free(const model::QualifiedName& name) const;

  std::string companion_;
  std::set<model::QualifiedName> taken_;
};

}  // namespace sluice::schema
