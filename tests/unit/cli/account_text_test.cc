#include "cli/account_text.h"

#include <sstream>

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

TEST_CASE("kinds of rows that no table has take no room") {
  const std::string text = accounts_text(plan_of("t"), {account(3, 3, 0)});
  CHECK(text.find("decided") == std::string::npos);
  CHECK(text.find("kept") == std::string::npos);
}

}  // namespace
