#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sluice/model/name.h"
#include "sluice/plan/plan.h"

namespace sluice::verify {

/// Keys of rows, each the texts of its columns.
using HeldKeys = std::vector<std::vector<std::string>>;

/// The largest number of keys that are named in one statement: some 200 KiB of it. Servers look
/// such a list up by hashing or sorting.
inline constexpr std::size_t kMaxNamedKeys = 20000;

struct KeyColumn {
  std::string name;
  model::ColumnType type;
};
[[nodiscard]] std::vector<KeyColumn> source_key_columns(const plan::TablePlan& table);
[[nodiscard]] std::vector<KeyColumn> target_key_columns(const plan::TablePlan& table);

/// "(key columns) NOT IN (...)". REQUIRES: `keys` is not empty and the table has a key.
[[nodiscard]] std::string without_keys_sql(const std::vector<KeyColumn>& columns,
                                           model::Engine engine, const HeldKeys& keys);

/// Rows that a statement is to leave out, collected one by one.
class NamedRows {
 public:
  /// `key` is empty for a row of a table without a key.
  void add(std::vector<std::string> key);

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// All of them; none where there is an obstacle.
  [[nodiscard]] const HeldKeys& keys() const noexcept { return keys_; }
  /// Why the rows cannot be named in a statement, in words; empty where they can.
  [[nodiscard]] std::string obstacle() const;

 private:
  HeldKeys keys_;
  std::uint64_t count_ = 0;
  bool has_key_ = true;
};

}  // namespace sluice::verify
