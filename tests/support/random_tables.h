#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/random_schema.h"
#include "support/random_text.h"

/// What both engines' databases are made by.
namespace sluice::test {

/// Tables with columns, keys, foreign keys and rows. `schemas` may be empty.
void add_tables(Random& random, const std::vector<std::string>& schemas, RandomDatabase& database);
/// Foreign keys, and what comes before each: rows without a partner lose their reference.
void add_foreign_keys(Random& random, RandomDatabase& database);

/// `"a", "b"`
[[nodiscard]] std::string column_list(const RandomDatabase& database, const RandomTable& table,
                                      const std::vector<std::size_t>& columns);
/// `text` with `by` for each `{}`.
[[nodiscard]] std::string filled(std::string text, const std::string& by);

/// Identifiers of PostgreSQL have 63 bytes. MySQL's have 64 characters, so there some are cut.
inline constexpr std::size_t kMostNameBytes = 63;

/// What the makers of both engines do alike.
class RandomMaker {
 protected:
  explicit RandomMaker(std::uint64_t seed) : random_(seed) { database_.seed = seed; }

  /// A quoted name that nothing has yet.
  std::string fresh() {
    return database_.dialect.quoted(random_name(random_, 5000 + number_++, kMostNameBytes));
  }
  std::string literal(const std::string& text) const { return database_.dialect.literal(text); }
  std::string comment() { return literal(random_text(random_, 30)); }
  /// A statement that the server may refuse.
  void maybe(std::string sql) { database_.after.push_back({std::move(sql), true}); }

  Random random_;
  RandomDatabase database_;

 private:
  int number_ = 0;
};

}  // namespace sluice::test
