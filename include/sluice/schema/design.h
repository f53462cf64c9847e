#pragma once

#include <map>
#include <string>
#include <vector>

#include "sluice/model/finding.h"
#include "sluice/model/schema.h"
#include "sluice/schema/long_key.h"

namespace sluice::schema {

/// A PostgreSQL table as it is to be made, in the form that a catalogue has: definitions are
/// complete and speak of the table by its own name, columns bear the source's names, but for the
/// shortened. Foreign keys speak of the other table's columns as the source does. No server has
/// seen it yet: types and expressions may be spelled otherwise than a server would print them.
struct Design {
  model::Table table;
  /// Columns of the source whose names are too long, and what they are called here.
  std::map<std::string, std::string> shortened;
  std::vector<model::SchemaObject> objects;  // what it needs, each after all that it needs itself
  std::vector<model::Finding> findings;      // what does not come along, and what needs a decision
  std::vector<LongKey> long_keys;            // of each a finding says that nobody has looked
};

}  // namespace sluice::schema
