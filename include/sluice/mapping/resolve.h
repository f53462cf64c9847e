#pragma once

#include <string>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/mapping/fit.h"
#include "sluice/mapping/mapper.h"
#include "sluice/mapping/rules.h"
#include "sluice/model/finding.h"
#include "sluice/model/schema.h"

namespace sluice::mapping {

/// A source column as the catalogue has it, with the carrier that its type has by itself.
struct SourceColumn {
  std::string name;
  codec::Carrier natural = codec::Carrier::text;
  model::ColumnType type;
  bool nullable = true;
  bool generated = false;  ///< may be left to a target column that is generated too
};

/// A target column as the catalogue has it.
struct TargetColumn {
  std::string name;
  codec::Carrier carrier = codec::Carrier::text;
  Fit fit;
  bool has_default = false;  ///< a default or an identity: may be left out
  bool generated = false;    ///< must be left out
};

/// A generated source column and the target column that is computed in its place.
struct ComputedColumn {
  std::string source;
  std::string target;
  friend bool operator==(const ComputedColumn&, const ComputedColumn&) = default;
};

struct Resolution {
  /// Complete where `findings` holds no error: same_names expanded, rules in the order of the
  /// target's columns, columns that the target fills itself left out. `source` holds only
  /// columns that something reads, and the key.
  TableMapping mapping;
  /// Generated source columns that no rule reads, and that the target computes by itself under the
  /// same name, or under the one that a rule without steps gives them: nothing moves, and both
  /// sides' values have to agree all the same.
  std::vector<ComputedColumn> computed;
  std::vector<model::Finding> findings;
};

/// Brings a table's rules and both tables' columns together. `key` names the source columns of the
/// key, in key order.
///
/// Errors: a source column that nothing names (unmapped-source-column), names that do not exist
/// (with the nearest), a target column that is NOT NULL, has no default and no rule
/// (unmapped-target-column), a conversion that does not exist, a missing time zone, literals and
/// constants that are no values of the column's type, keep_rest without a key; and everything that
/// check_mapping() finds. `where` is the table for people; findings say "where.column".
[[nodiscard]] Resolution resolve(const TableRules& rules, const std::vector<SourceColumn>& source,
                                 const std::vector<TargetColumn>& target,
                                 const std::vector<std::string>& key, const std::string& where);

}  // namespace sluice::mapping
