#include "cli/account_text.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace {

using sluice::cli::accounts_text;
using sluice::codec::DigestAlgorithm;
using sluice::codec::RowSetDigest;
using sluice::ledger::Account;

RowSetDigest rows(std::uint64_t count) {
  RowSetDigest digest(DigestAlgorithm::xxh3_128);
  for (std::uint64_t i = 0; i < count; ++i) digest.add(sluice::codec::RowHash{});
  return digest;
}

Account account(std::uint64_t read, std::uint64_t arrived, std::uint64_t filtered) {
  Account made;
  made.table_no = 1;
  made.read = rows(read);
  made.proved = rows(arrived);
  made.filtered = rows(filtered);
  made.existing = rows(0);
  return made;
}

sluice::plan::Plan plan_of(const std::string& table) {
  sluice::plan::Plan plan;
  plan.tables.emplace_back().target.table = table;
  return plan;
}

TEST_CASE("the line of an account adds up: decided rows and rows left behind are in it") {
  Account made = account(10, 4, 1);
  made.decided = 2;
  made.left_behind = 3;
  REQUIRE(made.closes());
  const std::string text = accounts_text(plan_of("customers"), {made});
  std::istringstream lines(text);
  std::string heading;
  std::string name;
  std::getline(lines, heading);
  std::uint64_t source = 0;
  std::uint64_t arrived = 0;
  std::uint64_t decided = 0;
  std::uint64_t open = 0;
  std::uint64_t behind = 0;
  std::uint64_t filtered = 0;
  lines >> name >> source >> arrived >> decided >> open >> behind >> filtered;
  CHECK(heading.ends_with("source    arrived decided quarant behind filtered"));
  CHECK(name == "customers");
  CHECK(decided == 2);
  CHECK(behind == 3);
  CHECK(source == arrived + decided + open + behind + filtered);
}

TEST_CASE("all kinds of rows at once fit into 80 columns, and an open account is said") {
  Account made = account(10, 4, 1);
  made.decided = 2;
  made.left_behind = 1;
  made.existing = rows(5);
  const std::string text = accounts_text(plan_of("a_table_with_a_rather_long_name"), {made});
  CHECK(text.find("does not close") != std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
}

sluice::plan::Plan plan_of(const std::vector<sluice::model::QualifiedName>& names) {
  sluice::plan::Plan plan;
  for (const auto& name : names) plan.tables.emplace_back().target = name;
  return plan;
}

std::vector<Account> accounts(std::size_t count) {
  std::vector<Account> made;
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back(account(i, i, 0));
    made.back().table_no = static_cast<int>(i) + 1;
  }
  return made;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("tables of one name have their schemas before them, and others none") {
  const std::string text =
      accounts_text(plan_of({{"a", "same"}, {"b", "same"}, {"b", "other"}}), accounts(3));
  CHECK(contains(text, "\na.same "));
  CHECK(contains(text, "\nb.same "));
  CHECK(contains(text, "\nother "));
}

TEST_CASE("names that would be cut to the same stand whole on lines of their own") {
  const std::string name(60, 'n');
  const std::string text = accounts_text(
      plan_of({{"s", name + "1"}, {"s", name + "2"}, {"s", std::string(60, 'm')}}), accounts(3));
  CHECK(contains(text, "\n" + name + "1\n "));
  CHECK(contains(text, "\n" + name + "2\n "));
  CHECK(contains(text, "\nmmmmmm"));
  CHECK(contains(text, "mmm... "));
}

TEST_CASE("a name neither steers a terminal nor makes a line of its own") {
  const std::string text = accounts_text(plan_of("\x1b[31mred\nNext: rm -rf"), {account(3, 3, 0)});
  CHECK(contains(text, "\n\\x1b[31mred\\nNext: rm -rf "));
}

TEST_CASE("of many tables the largest have a line, and all of which there is something to say") {
  std::vector<sluice::model::QualifiedName> names;
  for (int i = 0; i < 1500; ++i) names.push_back({"s", "t" + std::to_string(i)});
  std::vector<Account> made = accounts(1500);
  made[7].proved = rows(5);
  made[7].open = 2;
  const std::string text = accounts_text(plan_of(names), made);
  CHECK(std::count(text.begin(), text.end(), '\n') == 23);
  CHECK(contains(text, "\nt7 "));
  CHECK(contains(text, "\nt1499 "));
  CHECK(contains(text, "\nt1480 "));
  CHECK_FALSE(contains(text, "\nt1479 "));
  // 0 + ... + 1479, but for 7.
  CHECK(contains(text, "\nand 1479 more"));
  CHECK(contains(text, " 1094453    1094453 "));
}

TEST_CASE("kinds of rows that no table has take no room") {
  const std::string text = accounts_text(plan_of("t"), {account(3, 3, 0)});
  CHECK(text.find("decided") == std::string::npos);
  CHECK(text.find("kept") == std::string::npos);
}

}  // namespace
