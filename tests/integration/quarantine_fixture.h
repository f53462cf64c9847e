#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "support/migration.h"
#include "support/temp_dir.h"

namespace sluice::test {

/// A small CRM with one row for every reason why a row does not move, copied once: what the tests
/// of decisions begin with.
///
/// customers: 1 to 5 arrive; 10 and 11 have statuses that nobody knows, 20 a date that is none, 30
/// and 31 share an e-mail, 40 has a name that is too long. orders: 100 and 101 arrive; 110 is of
/// customer 10, 130 of customer 30.
class MessyCrm {
 public:
  explicit MessyCrm(From from = From::postgresql) : migration(from) {
    migration.source(
        "CREATE TABLE customers (id int PRIMARY KEY, name varchar(80) NOT NULL, email varchar(80), "
        "status varchar(20), born varchar(20));"
        "CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total numeric(10, 2));"
        "INSERT INTO customers VALUES (1, 'Ann', 'ann@x', 'a', '1970-01-31'),"
        "(2, 'Bob', 'bob@x', 'trial', NULL), (3, 'Cid', NULL, 'a', '1980-02-29'),"
        "(4, 'Dee', 'dee@x', 'a', NULL), (5, 'Eve', 'eve@x', 'trial', '2001-12-31'),"
        "(10, 'Fay', 'fay@x', 'gold', '1970-01-31'), (11, 'Gus', 'gus@x', 'gold', NULL),"
        "(20, 'Hal', 'hal@x', 'a', '31.31.1999'),"
        "(30, 'Ida', 'twin@x', 'a', NULL), (31, 'Jan', 'twin@x', 'a', NULL),"
        "(40, 'Karolina the third of somewhere', 'kar@x', 'a', NULL);"
        "INSERT INTO orders VALUES (100, 1, 9.90), (101, 2, 1.00), (110, 10, 5.00), (130, 30, "
        "7.50)");
    migration.target(
        "CREATE TABLE customers (id int PRIMARY KEY, name varchar(20) NOT NULL, email varchar(80) "
        "UNIQUE, status text NOT NULL CHECK (status IN ('active', 'pending')), born date);"
        "CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, "
        "total numeric(10, 2) CHECK (total > 0))");
    migration.move("customers", "customers", "", R"({"same_names": true, "columns": {
        "status": {"from": "status", "steps": [{"map": {"a": "active", "trial": "pending"}, "otherwise": "quarantine"}]},
        "born": {"from": "born", "steps": [{"date": "%Y-%m-%d"}]}}})");
    migration.move("orders");
  }

  /// Copies, which must end well.
  [[nodiscard]] RunResult copy() const { return migration.copy(); }

  /// Writes a decision file of these entries and applies it.
  [[nodiscard]] RunResult decide(const std::string& entries,
                                 const std::vector<std::string>& more = {},
                                 const RunOptions& options = {}) const {
    return decide_file(
        fmt::format(R"({{"schema": "sluice.decisions/1", "decisions": [{}]}})", entries), more,
        options);
  }
  [[nodiscard]] RunResult decide_file(const std::string& text,
                                      const std::vector<std::string>& more = {},
                                      const RunOptions& options = {}) const {
    std::vector<std::string> arguments = {"decide", "--file",
                                          dir.write("decisions.json", text).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return migration.sluice("quarantine", arguments, options);
  }

  /// The customer or order of that key in the side table, fields separated by " | ".
  [[nodiscard]] std::string side(const std::string& table, int id) const {
    return to_text(
        migration.target(fmt::format("SELECT * FROM {}__side WHERE id = {}", table, id)));
  }
  /// State of a quarantined row: "open", "decided by Ann: reason {json}".
  [[nodiscard]] std::string state(const std::string& table, int id) const {
    return to_text(migration.target(fmt::format(
        "SELECT q.state || coalesce(' by ' || decided_by || ': ' || decided_reason, '') || "
        "coalesce(' ' || decision, '') FROM sluice.quarantine q WHERE source_key = '[\"{}\"]' AND "
        "table_no = {}",
        id, table == "customers" ? 1 : 2)));
  }
  [[nodiscard]] std::string open_rows() const {
    return migration.target_value("SELECT count(*) FROM sluice.quarantine WHERE state = 'open'");
  }

  Migration migration;
  TempDir dir;
};

/// An entry that decides about one row, by its key.
[[nodiscard]] inline std::string about(const std::string& table, int id,
                                       const std::string& decision) {
  return fmt::format(R"({{"table": "{}", "source_key": ["{}"], "decision": {}, )"
                     R"("person": "Ann", "reason": "looked it up"}})",
                     table, id, decision);
}

}  // namespace sluice::test
