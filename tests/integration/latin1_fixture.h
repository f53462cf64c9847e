#pragma once

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "sluice/codec/latin1.h"

#include "integration/mysql_fixture.h"
#include "integration/verify_fixture.h"

/// What MariaDB and MySQL must do alike with columns of latin1.
namespace sluice::test::latin1 {

/// Every byte that the server can hold in latin1 comes back from the text that it sends.
inline void check_bytes(const MysqlFamilyDatabase& db) {
  std::string sql = "CREATE TABLE t (id int PRIMARY KEY, v char(1) CHARACTER SET latin1);";
  for (int byte = 1; byte < 256; ++byte) {
    sql += fmt::format("INSERT INTO t VALUES ({0}, x'{0:02x}');", byte);
  }
  db.run(sql);
  db::TableRead table = mysql::table_read(db, "t");
  table.columns.erase(table.columns.begin());
  table.key.clear();
  const db::SnapshotSessions sessions = db::open_snapshot(mysql::endpoint_of(db), 1);
  std::vector<std::string> texts =
      mysql::read_all(*sessions.sessions.at(0), table, mysql::whole_table());
  REQUIRE(texts.size() == 255);
  texts.at(' ' - 1) = " ";  // a blank at the end of char(n) is none
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(i, texts[i]);
    std::string bytes;
    CHECK(codec::append_latin1(texts[i], bytes));
    CHECK(bytes == std::string(1, static_cast<char>(i + 1)));
  }
}

/// Filters, value maps and checks are compared by the text that was read anew.
inline void check_figures(From from, const std::string& word) {
  CAPTURE(word);
  Migration migration(from);
  migration.source(
      "CREATE TABLE orders (id int PRIMARY KEY, status varchar(20) CHARACTER SET latin1, "
      "city varchar(20) CHARACTER SET latin1);"
      "INSERT INTO orders VALUES (1, x'66C3BC72', x'4BC3B66C6E'), (2, x'66C3BC72', 'Ulm'), "
      "(3, 'x', x'4DC3BC6E6368656E'), (4, x'66FC72', 'Ulm'), (5, 'x', 'Ulm')");
  migration.target("CREATE TABLE orders (id int PRIMARY KEY, status text, city text)");
  migration.move("orders", "orders", "",
                 fmt::format(R"({{"columns": {{"id": "id",
      "city": {{"from": "city", "lossy": true}},
      "status": {{"from": "status", "lossy": true, "steps": [
          {{"map": {{"f\u00fcr": "for"}}, "otherwise": {{"value": "other"}}}}]}}}},
      "filter": {{"column": "city", "op": "<>", "value": "K\u00f6ln"}},
      "latin1_holds": {{"status": "{0}", "city": "{0}"}}}})",
                             word));
  migration.member("checks", R"([{"name": "by city", "measure": "count",
      "source": {"table": "orders", "group_by": ["city"], "filter":
          {"column": "city", "op": "<>", "value": "K\u00f6ln"}},
      "target": {"table": "orders", "group_by": ["city"]}},
      {"name": "last", "measure": "max", "source": {"table": "orders", "column": "city"},
      "target": {"table": "orders", "column": "city"}}])");
  copy_all(migration);
  const bool both = word == "both";
  CHECK(migration.quarantine("orders") ==
        (both ? "" : "[\"4\"] | status | latin1_not_utf8 | open\n"));
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 0);
  const auto& checks = verified.root().at("checks").items();
  CHECK(checks.at(0).at("outcome").as_string() == (both ? "equal" : "equal_except_quarantined"));
  CHECK(checks.at(0).at("groups_total").as_integer() == 2);
  CHECK(checks.at(1).at("outcome").as_string() == "equal");
  const auto& map = verified.table().at("value_maps").items().at(0);
  CHECK(map.at("outcome").as_string() == "equal");
  std::string counts;
  for (const auto& value : map.at("values").items()) {
    counts += fmt::format("{} {}; ", Verified::value_of(value.at("value")),
                          value.at("actual").as_integer());
  }
  CHECK(counts == (both ? "for 2; other 2; " : "for 1; other 2; "));
  for (const auto& fact : verified.table().at("facts").items()) {
    CHECK(fact.at("result").as_string() == "equal");
  }
}

}  // namespace sluice::test::latin1
