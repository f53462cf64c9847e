#include "generate.h"

#include <fstream>
#include <map>
#include <span>
#include <stdexcept>
#include <string_view>

#include "customers.h"
#include "events.h"
#include "orders.h"
#include "summary.h"
#include "wide.h"

namespace sluice::demo_data {
namespace {

/// One <table>.tsv. Call finish() after the last row.
class TableFile {
 public:
  TableFile(const Request& request, std::string_view table)
      : table_(table),
        path_(request.folder / (table_ + ".tsv")),
        file_(path_, std::ios::binary | std::ios::trunc),
        rows_(file_, request.engine) {
    if (!file_) throw std::runtime_error("cannot create " + path_.string());
  }
  TableFile(const TableFile&) = delete;  // rows_ refers to file_
  TableFile& operator=(const TableFile&) = delete;

  [[nodiscard]] const std::string& table() const noexcept { return table_; }
  [[nodiscard]] TsvWriter& rows() noexcept { return rows_; }

  void finish(JsonObjects& summary) {
    rows_.finish();
    summary.open(table_);
    summary.number("rows", rows_.rows());
    summary.number("bytes", rows_.bytes());
    summary.close();
  }

 private:
  std::string table_;
  std::filesystem::path path_;
  std::ofstream file_;
  TsvWriter rows_;
};

std::string_view name_of(Engine engine) {
  return engine == Engine::mariadb ? "mariadb" : "postgresql";
}

void begin_summary(JsonObjects& summary, std::string_view data, const Request& request) {
  summary.text("data", data);
  summary.text("engine", name_of(request.engine));
  summary.number("seed", request.seed);
}

/// What was drawn while the files were written.
struct CrmCounts {
  CustomerCounts customers;
  OrderCounts orders;
  EventCounts events;
  std::map<std::string, std::uint64_t> rows;  ///< by table
};

void add_counts_of_rules(JsonObjects& summary, std::string_view table,
                         std::span<const OddityRule> rules, std::span<const std::uint64_t> counts) {
  summary.open(table);
  for (std::size_t i = 0; i < rules.size(); ++i) summary.number(rules[i].name, counts[i]);
  summary.close();
}

void add_oddities(JsonObjects& summary, const CrmCounts& counts) {
  summary.open("oddities");
  add_counts_of_rules(summary, "customers", kCustomerRules, counts.customers.oddities);
  add_counts_of_rules(summary, "orders", kOrderRules, counts.orders.oddities);
  summary.open("events");
  summary.number("equal_to_the_row_before", counts.events.repeated);
  summary.close();
  summary.close();
}

void add_account(JsonObjects& summary, std::string_view table, std::uint64_t source,
                 std::uint64_t filtered, std::uint64_t quarantined) {
  summary.open(table);
  summary.number("source", source);
  summary.number("filtered", filtered);
  summary.number("quarantined", quarantined);
  summary.number("arrived", source - filtered - quarantined);
  summary.close();
}

void add_expected(JsonObjects& summary, const CrmCounts& counts) {
  summary.open("expected");
  add_account(summary, "customers", counts.rows.at("customers"), counts.customers.filtered,
              counts.customers.quarantined);
  add_account(summary, "orders", counts.rows.at("orders"), 0, counts.orders.quarantined);
  for (const char* table : {"order_items", "refunds", "invoices"}) {
    add_account(summary, table, counts.rows.at(table), 0, 0);
  }
  add_account(summary, "events", counts.rows.at("events"), counts.events.heartbeats, 0);
  summary.close();
}

void add_by_status(JsonObjects& summary, std::string_view name,
                   const std::map<std::string, std::uint64_t>& counts) {
  summary.open(name);
  for (const auto& [status, rows] : counts) summary.number(status, rows);
  summary.close();
}

void add_facts(JsonObjects& summary, const CrmCounts& counts) {
  summary.open("facts");
  add_by_status(summary, "customers_by_status", counts.customers.by_status);
  add_by_status(summary, "orders_by_status", counts.orders.by_status);
  summary.amount("sum_of_orders_total", counts.orders.total_cents);
  summary.amount("sum_of_refunds_amount", counts.orders.refunded_cents);
  summary.amount("sum_of_invoices_gross", counts.orders.invoiced_gross_cents);
  summary.close();
}

}  // namespace

std::string generate_legacy_crm(const Request& request) {
  const Customers customers(request.seed, request.rows);
  TableFile customer_file(request, "customers");
  TableFile order_file(request, "orders");
  TableFile item_file(request, "order_items");
  TableFile refund_file(request, "refunds");
  TableFile invoice_file(request, "invoices");
  TableFile event_file(request, "events");
  TableFile session_file(request, "sessions");

  CrmCounts counts;
  counts.customers = customers.write(customer_file.rows());
  counts.orders = Orders(customers).write(
      {order_file.rows(), item_file.rows(), refund_file.rows(), invoice_file.rows()});
  counts.events = write_events(customers, event_file.rows());
  write_sessions(customers, session_file.rows());

  JsonObjects summary;
  begin_summary(summary, "legacy_crm", request);
  summary.open("tables");
  for (TableFile* file : {&customer_file, &order_file, &item_file, &refund_file, &invoice_file,
                          &event_file, &session_file}) {
    file->finish(summary);
    counts.rows[file->table()] = file->rows().rows();
  }
  summary.close();
  add_oddities(summary, counts);
  add_expected(summary, counts);
  add_facts(summary, counts);
  return summary.finish();
}

std::string generate_wide(const Request& request) {
  TableFile file(request, "crm");
  write_wide(request.seed, request.rows, file.rows());
  JsonObjects summary;
  begin_summary(summary, "wide", request);
  summary.open("tables");
  file.finish(summary);
  summary.close();
  return summary.finish();
}

}  // namespace sluice::demo_data
