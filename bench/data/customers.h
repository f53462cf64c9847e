#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "customer_rules.h"
#include "tsv_writer.h"

namespace sluice::demo_data {

struct CustomerCounts {
  std::array<std::uint64_t, kCustomerRules.size()> oddities{};
  std::map<std::string, std::uint64_t> by_status;  ///< as stored; "NULL" and blanks included
  std::uint64_t filtered = 0;
  std::uint64_t quarantined = 0;
};

/// The given and the family name a customer has before anything went wrong with it.
struct Person {
  std::string first;
  std::string last;
};

/// The customers of the old CRM. Each row is a pure function of (seed, number of rows, index).
class Customers {
 public:
  Customers(std::uint64_t seed, std::uint64_t rows)
      : seed_(seed), rows_(rows), picker_(seed, Stream::customer, kCustomerRules) {}

  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

  /// Ascending in index, with small gaps everywhere and large ones now and then; the last
  /// twentieth, "the branch imported later", lies above 2^31 as only an unsigned INT can.
  [[nodiscard]] std::int64_t id(std::uint64_t index) const noexcept;

  /// True iff other rows may refer to this customer: it is neither filtered nor quarantined, so
  /// that foreign keys of the new tables hold for what arrives.
  [[nodiscard]] bool may_be_referenced(std::uint64_t index) const noexcept;

  /// The index of a customer that may be referenced, at `start` or after it (cyclic).
  [[nodiscard]] std::uint64_t referable_from(std::uint64_t start) const noexcept;

  [[nodiscard]] OdditySet oddities(std::uint64_t index) const noexcept;
  [[nodiscard]] Person person(std::uint64_t index) const;
  /// The address that an e-mail of this customer has unless it has an oddity.
  [[nodiscard]] std::string email(std::uint64_t index) const;

  [[nodiscard]] CustomerCounts write(TsvWriter& out) const;

 private:
  [[nodiscard]] std::size_t fateful(std::uint64_t index) const noexcept;
  /// True iff the next row has this row's customer number. Nobody can say which of the two is
  /// right: both go to quarantine.
  [[nodiscard]] bool is_repeated(std::uint64_t index) const noexcept;
  void count(std::uint64_t index, const OdditySet& odd, Engine engine,
             CustomerCounts& counts) const;

  std::uint64_t seed_;
  std::uint64_t rows_;
  OddityPicker picker_;
};

}  // namespace sluice::demo_data
