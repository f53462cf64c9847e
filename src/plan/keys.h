#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/model/key.h"
#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"

#include "plan/findings.h"

/// By what rows are found: the source's key and the order of reading, the target's key.
namespace sluice::plan {

struct SourceKey {
  std::vector<std::string> columns;  // empty: no usable key
  model::RangeKind order = model::RangeKind::key;
};

/// The primary key, or else the first usable unique key by name: whole NOT NULL columns whose order
/// the reader can follow. Says in `findings` where the table cannot be read as the config wants.
[[nodiscard]] SourceKey choose_source_key(model::Engine engine, const model::Table& table,
                                          config::ReadBy read, Findings& findings);

/// How a key column of MySQL is read. A uuid of MariaDB goes as text: since 10.11 its order is not
/// that of its bytes, so nobody but the server may compare such keys.
[[nodiscard]] codec::Carrier mysql_key_carrier(const model::ColumnType& type);

/// Columns of `write` that make a target row findable; empty where there is no such key.
[[nodiscard]] std::vector<std::size_t> choose_target_key(const model::Table& table,
                                                         const std::vector<TargetField>& write);

}  // namespace sluice::plan
