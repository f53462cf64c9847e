#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "customers.h"
#include "oddity.h"
#include "tsv_writer.h"

namespace sluice::demo_data {

// X(name, period, slot, fate): see OddityRule.
#define SLUICE_ORDER_ODDITIES(X)                       \
  X(order_status_unknown, 3000, status, quarantined)   \
  X(order_total_negative, 250, total, arrives)         \
  X(order_total_mismatch, 2000, total, arrives)        \
  X(order_without_items, 150, lines, arrives)          \
  X(order_currency_lower_case, 800, currency, arrives) \
  X(order_comment_unicode, 200, comment, arrives)      \
  X(order_comment_newline, 300, comment, arrives)      \
  X(order_comment_blank, 20, comment, arrives)         \
  X(order_before_2000, 1000, placed, arrives)          \
  X(order_at_dst_gap, 1500, placed, arrives)

enum class OrderOddity : std::uint8_t {
#define SLUICE_NAME(name, period, slot, fate) name,
  SLUICE_ORDER_ODDITIES(SLUICE_NAME)
#undef SLUICE_NAME
};

enum class OrderSlot : std::uint8_t { status, total, lines, currency, comment, placed };

inline constexpr std::array kOrderRules = {
#define SLUICE_RULE(name, period, slot, fate) \
  OddityRule{#name, period, static_cast<std::uint8_t>(OrderSlot::slot), Fate::fate},
    SLUICE_ORDER_ODDITIES(SLUICE_RULE)
#undef SLUICE_RULE
};

struct OrderCounts {
  std::array<std::uint64_t, kOrderRules.size()> oddities{};
  std::map<std::string, std::uint64_t> by_status;
  std::int64_t total_cents = 0;           ///< of all orders
  std::int64_t refunded_cents = 0;        ///< of all refunds
  std::int64_t invoiced_gross_cents = 0;  ///< of all invoices
  std::uint64_t quarantined = 0;
};

/// Where the rows of the four tables go; they are written together, order by order.
struct OrderFiles {
  TsvWriter& orders;
  TsvWriter& items;
  TsvWriter& refunds;
  TsvWriter& invoices;
};

/// The orders of the old CRM with what hangs on them: three orders for two customers, none of them
/// for a customer that is filtered or quarantined, and nothing hangs on an order that is
/// quarantined.
class Orders {
 public:
  explicit Orders(const Customers& customers)
      : customers_(customers),
        rows_(customers.rows() + customers.rows() / 2),
        picker_(customers.seed(), Stream::order, kOrderRules) {}

  [[nodiscard]] OrderCounts write(const OrderFiles& files) const;

 private:
  struct Order;

  [[nodiscard]] Order draw(std::uint64_t index) const;
  void write_order(TsvWriter& out, const Order& order) const;
  void write_items(TsvWriter& out, const Order& order) const;
  void write_refund(TsvWriter& out, const Order& order, OrderCounts& counts) const;
  void write_invoice(TsvWriter& out, const Order& order, OrderCounts& counts) const;
  void count(const Order& order, OrderCounts& counts) const;

  const Customers& customers_;
  std::uint64_t rows_;
  OddityPicker picker_;
};

}  // namespace sluice::demo_data
