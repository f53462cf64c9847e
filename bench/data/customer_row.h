#pragma once

#include <cstdint>
#include <string>

#include "customers.h"

namespace sluice::demo_data {

/// Draws the cells of one customer, in the column order of sql/legacy_crm.*.sql.
class CustomerRow {
 public:
  CustomerRow(const Customers& table, std::uint64_t index);

  void write(TsvWriter& out);

  [[nodiscard]] const OdditySet& oddities() const noexcept { return odd_; }
  /// The status as stored, "NULL" for NULL. Valid after write().
  [[nodiscard]] const std::string& stored_status() const noexcept { return status_; }

 private:
  [[nodiscard]] bool has(CustomerOddity oddity) const {
    return odd_.test(static_cast<std::size_t>(oddity));
  }

  void key(TsvWriter& out);
  void name(TsvWriter& out);
  void company(TsvWriter& out);
  void email(TsvWriter& out);
  void phone(TsvWriter& out);
  void address(TsvWriter& out);
  void status_and_plan(TsvWriter& out);
  void money(TsvWriter& out);
  void first_order(TsvWriter& out);
  void birthday(TsvWriter& out);
  void contract(TsvWriter& out);
  void history(TsvWriter& out);
  void flags(TsvWriter& out);
  void rating(TsvWriter& out);
  void parent(TsvWriter& out);
  void attributes(TsvWriter& out);
  void origin(TsvWriter& out);
  void avatar(TsvWriter& out);
  void notes(TsvWriter& out);

  [[nodiscard]] std::string company_name();
  void spell_name(std::string& title, std::string& first, std::string& last);
  void odd_name(std::string& title, std::string& first, std::string& last);
  void foreign_name(std::string& first, std::string& last);
  [[nodiscard]] std::string long_notes(std::size_t bytes);
  [[nodiscard]] bool draw_status();
  [[nodiscard]] std::string balance_text();

  const Customers& table_;
  std::uint64_t index_;
  OdditySet odd_;
  Random random_;
  Person person_;
  std::string status_;
};

}  // namespace sluice::demo_data
