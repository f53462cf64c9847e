#include "orders.h"

#include <string_view>
#include <vector>

#include "words.h"

namespace sluice::demo_data {
namespace {

constexpr std::int64_t kDay = 86400;

struct Line {
  std::int64_t line_no;
  std::string_view product;
  std::int64_t quantity;
  std::int64_t price;  // in 1/10000 of the currency
  [[nodiscard]] std::int64_t cents() const { return quantity * price / 100; }
};

/// Sparse: a gap of a million between the years, beyond 2^32 from the first row on.
std::int64_t order_id(std::uint64_t index, std::uint64_t rows) {
  constexpr std::uint64_t kYears = 20;
  constexpr std::int64_t kFirst = 5'000'000'000;
  constexpr std::int64_t kYearGap = 1'000'000;
  const auto year = static_cast<std::int64_t>(index * kYears / rows);
  return kFirst + year * kYearGap + static_cast<std::int64_t>(index) * 2;
}

std::string uuid_text(Random& random) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int i = 0; i < 36; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      text += '-';
    } else if (i == 14) {
      text += '4';  // version 4
    } else {
      text += i == 19 ? kDigits[8 + random.below(4)] : kDigits[random.below(16)];
    }
  }
  return text;
}

std::string upper_hex(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

}  // namespace

struct Orders::Order {
  std::uint64_t index;
  std::int64_t id;
  std::int64_t customer_id;
  OdditySet odd;
  std::string_view status;
  std::vector<Line> lines;
  std::int64_t shipping_cents;
  std::int64_t total_cents;
  std::string_view currency;
  std::int64_t placed_at;

  [[nodiscard]] bool has(OrderOddity oddity) const {
    return odd.test(static_cast<std::size_t>(oddity));
  }
  [[nodiscard]] bool is_quarantined() const { return has(OrderOddity::order_status_unknown); }
};

namespace {

std::vector<Line> draw_lines(std::uint64_t seed, std::uint64_t order_index) {
  Random random(seed, Stream::order_item, order_index);
  const std::uint32_t size = 1 + random.below(3);
  std::vector<Line> lines;
  std::int64_t line_no = 0;
  for (std::uint32_t i = 0; i < size; ++i) {
    line_no += random.percent(95) ? 1 : 2;  // a deleted line leaves its number unused
    Line line{line_no, random.pick(words::products()), random.between(1, 12), 0};
    if (random.percent(1)) line.quantity = -1;
    line.price = random.between(5, 400) * 5000;
    line.price -= random.percent(30) ? 1 : 100;
    lines.push_back(line);
  }
  return lines;
}

std::int64_t placed_at(Random& random, const OdditySet& odd) {
  if (odd.test(static_cast<std::size_t>(OrderOddity::order_before_2000))) {
    return seconds_from_civil(1994, 5, 17) + random.between(0, 100'000'000);
  }
  if (odd.test(static_cast<std::size_t>(OrderOddity::order_at_dst_gap))) {
    return seconds_from_civil(2021, 3, 28, 2 * 3600 + 1800);  // 02:30, which Berlin did not have
  }
  return seconds_from_civil(2004, 1, 1) + random.between(0, 660'000'000);
}

}  // namespace

Orders::Order Orders::draw(std::uint64_t index) const {
  static constexpr auto kStatuses =
      std::to_array<std::string_view>({"new", "paid", "paid", "shipped", "shipped", "shipped",
                                       "shipped", "shipped", "cancelled", "returned"});
  static constexpr auto kUnknown = std::to_array<std::string_view>({"??", "", "Paid?", "shiped"});
  static constexpr auto kCurrencies =
      std::to_array<std::string_view>({"EUR", "EUR", "EUR", "USD", "GBP"});
  Random random(customers_.seed(), Stream::order, index);
  Order order{};
  order.index = index;
  order.id = order_id(index, rows_);
  order.customer_id = customers_.id(customers_.referable_from(random.next() % customers_.rows()));
  order.odd = picker_.pick(index, picker_.fateful(index));
  order.status = order.is_quarantined() ? random.pick(kUnknown) : random.pick(kStatuses);
  if (!order.is_quarantined() && !order.has(OrderOddity::order_without_items)) {
    order.lines = draw_lines(customers_.seed(), index);
  }
  order.shipping_cents = random.percent(40) ? 0 : random.between(2, 20) * 95;
  order.total_cents = order.shipping_cents;
  for (const Line& line : order.lines) order.total_cents += line.cents();
  if (order.has(OrderOddity::order_total_mismatch)) order.total_cents += 1;
  if (order.has(OrderOddity::order_total_negative)) order.total_cents = -order.total_cents - 100;
  order.currency =
      order.has(OrderOddity::order_currency_lower_case) ? "eur" : random.pick(kCurrencies);
  order.placed_at = placed_at(random, order.odd);
  return order;
}

void Orders::write_order(TsvWriter& out, const Order& order) const {
  static constexpr auto kChannels =
      std::to_array<std::string_view>({"web", "web", "phone", "shop", "partner"});
  Random random(customers_.seed(), Stream::customer_children, order.index);
  out.integer(order.id);
  out.integer(order.customer_id);
  out.text(order.status);
  out.text(random.pick(kChannels));
  out.decimal(order.total_cents, 2);
  out.decimal(order.shipping_cents, 2);
  out.text(order.currency);
  out.datetime_micros(order.placed_at, random.below(1000) * 1000);
  if (order.status == "shipped" || order.status == "returned") {
    out.date(order.placed_at + random.between(1, 9) * kDay);
  } else {
    out.null();
  }
  out.real(static_cast<float>(random.between(0, 40'000)) / 1000.0F);
  if (order.has(OrderOddity::order_comment_unicode)) {
    out.text("Gr\u00fc\u00dfe aus K\u00f6ln \u2603 \u05e9\u05dc\u05d5\u05dd \U0001f381");
  } else if (order.has(OrderOddity::order_comment_newline)) {
    out.text("Leave at the door.\nCode: 12\\34\n\t\"ring\"");
  } else if (order.has(OrderOddity::order_comment_blank)) {
    out.text("");
  } else if (random.percent(75)) {
    out.null();
  } else {
    out.text(random.pick(words::note_sentences()));
  }
  out.end_row();
}

void Orders::write_items(TsvWriter& out, const Order& order) const {
  for (const Line& line : order.lines) {
    Random random(customers_.seed(), Stream::order_item,
                  mix(order.index) + static_cast<std::uint64_t>(line.line_no));
    out.integer(order.id);
    out.integer(line.line_no);
    out.text("SKU-" + std::to_string(1000 + random.below(9000)));
    out.text(line.product);
    out.integer(line.quantity);
    out.decimal(line.price, 4);
    out.decimal(random.percent(80) ? 1900 : 700, 2);
    out.decimal(line.cents(), 2);
    out.end_row();
  }
}

void Orders::write_refund(TsvWriter& out, const Order& order, OrderCounts& counts) const {
  static constexpr auto kReasons =
      std::to_array<std::string_view>({"damaged", "late", "wrong item", "goodwill", "",
                                       "see ticket #4711; \"ask Ada\"", "duplicate payment"});
  Random random(customers_.seed(), Stream::refund, order.index);
  if (order.is_quarantined() || !random.percent(3)) return;
  const std::int64_t cents = order.total_cents * random.between(10, 100) / 100;
  counts.refunded_cents += cents;
  out.integer(static_cast<std::int64_t>(out.rows()) + 1);
  out.integer(order.id);
  out.decimal(cents, 2);
  if (random.percent(20)) {
    out.null();
  } else {
    out.text(random.pick(kReasons));
  }
  out.datetime(order.placed_at + random.between(3600, 5'000'000));
  out.text(random.percent(50) ? "ada" : "O'Neill, Bj\u00f6rn");
  out.end_row();
}

void Orders::write_invoice(TsvWriter& out, const Order& order, OrderCounts& counts) const {
  constexpr std::uint32_t kUpperCaseOneIn = 2000;  // typed in by hand
  Random random(customers_.seed(), Stream::invoice, order.index);
  const bool invoiced = order.status == "paid" || order.status == "shipped";
  if (!invoiced || random.percent(35)) return;
  const std::int64_t net = order.total_cents * 100 / 119;
  const std::int64_t issued = order.placed_at + random.between(0, 3) * kDay;
  counts.invoiced_gross_cents += order.total_cents;
  const std::string uuid = uuid_text(random);
  out.text(random.below(kUpperCaseOneIn) == 0 ? upper_hex(uuid) : uuid);
  out.integer(order.id);
  out.integer(order.customer_id);
  out.text("INV-" + std::to_string(100000 + out.rows()));
  out.decimal(net, 2);
  out.decimal(order.total_cents - net, 2);
  out.decimal(order.total_cents, 2);
  out.text(order.currency);
  out.date(issued);
  out.date(issued + 30 * kDay);
  if (random.percent(8)) {
    out.null();
  } else {
    out.datetime(issued + random.between(0, 4'000'000));
  }
  out.end_row();
}

void Orders::count(const Order& order, OrderCounts& counts) const {
  for (std::size_t rule = 0; rule < kOrderRules.size(); ++rule) {
    if (order.odd.test(rule)) ++counts.oddities[rule];
  }
  ++counts.by_status[std::string(order.status)];
  counts.total_cents += order.total_cents;
  counts.quarantined += order.is_quarantined() ? 1 : 0;
}

OrderCounts Orders::write(const OrderFiles& files) const {
  OrderCounts counts;
  for (std::uint64_t index = 0; index < rows_; ++index) {
    const Order order = draw(index);
    write_order(files.orders, order);
    write_items(files.items, order);
    write_refund(files.refunds, order, counts);
    write_invoice(files.invoices, order, counts);
    count(order, counts);
  }
  return counts;
}

}  // namespace sluice::demo_data
