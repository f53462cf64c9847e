#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sluice/model/name.h"

namespace sluice::schema {

/// A name that something is to have.
struct Wish {
  std::string schema;
  std::string wanted;
  std::string otherwise;
  bool as_is = false;  // the source calls it so
};

/// Names that share one space, each given out once. What has no schema (columns, constraints of one
/// table) has the empty one.
class GivenNames {
 public:
  /// `companion`: each name takes that one with this end along.
  explicit GivenNames(std::string companion = {}) : companion_(std::move(companion)) {}

  void take(const model::QualifiedName& name);
  /// Takes the name, unless it is taken or longer than a name may be.
  [[nodiscard]] bool claim(const model::QualifiedName& name);
  /// `wanted`, else `otherwise`, else that with a number, within what PostgreSQL lets a name be;
  /// taken from now on.
  [[nodiscard]] std::string give(const std::string& schema, const std::string& wanted,
                                 const std::string& otherwise);
  /// The same for what takes no other name along.
  [[nodiscard]] std::string give_alone(const std::string& schema, const std::string& wanted,
                                       const std::string& otherwise);
  /// A name for each. What may keep the source's name does, whatever the order.
  [[nodiscard]] std::vector<std::string> give_all(const std::vector<Wish>& wishes);

 private:
  [[nodiscard]] std::string first_free(const std::string& schema, const std::string& wanted,
                                       const std::string& otherwise,
                                       const std::string& companion) const;
  [[nodiscard]] bool is_free(const model::QualifiedName& name, const std::string& companion) const;

  std::string companion_;
  std::set<model::QualifiedName> taken_;
};

/// Those of one table's things that PostgreSQL cannot call as the source does, and what they are
/// called instead: as no other of them is.
[[nodiscard]] std::map<std::string, std::string> shortened(const std::vector<std::string>& names);

}  // namespace sluice::schema
