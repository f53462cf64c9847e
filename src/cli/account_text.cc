#include "cli/account_text.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/columns.h"
#include "sluice/codec/printable.h"

namespace sluice::cli {
namespace {

using ledger::Account;

/// One kind of rows. With a name of at least 18 columns, all of them make a line of 80.
struct Column {
  const char* heading;
  std::size_t width;
  bool always;  // else only where a table has such rows
  std::uint64_t (*rows)(const Account&);
};

constexpr Column kColumns[] = {
    {"source", 10, true, [](const Account& account) { return account.read.count(); }},
    {"arrived", 10, true, [](const Account& account) { return account.arrived(); }},
    {"decided", 7, false, [](const Account& account) { return account.decided; }},
    {"quarant", 7, true, [](const Account& account) { return account.open; }},
    {"behind", 6, false, [](const Account& account) { return account.left_behind; }},
    {"filtered", 8, false, [](const Account& account) { return account.filtered.count(); }},
    {"kept", 7, false, [](const Account& account) { return account.existing.count(); }},
};

constexpr std::size_t kLineColumns = 80;
constexpr std::size_t kMostNameColumns = 36;

std::vector<Column> columns_for(const std::vector<Account>& accounts) {
  std::vector<Column> columns;
  for (const Column& column : kColumns) {
    const auto has_rows = [&column](const Account& account) { return column.rows(account) > 0; };
    if (column.always || std::ranges::any_of(accounts, has_rows)) columns.push_back(column);
  }
  return columns;
}

std::size_t name_columns(const std::vector<Column>& columns) {
  std::size_t left = kLineColumns;
  for (const Column& column : columns) left -= column.width + 1;
  return std::min(left, kMostNameColumns);
}

const plan::TablePlan& table_of(const plan::Plan& plan, const Account& account) {
  return plan.tables[static_cast<std::size_t>(account.table_no - 1)];
}

/// Names, with their schemas where tables of several bear the same, and cut where they are wider
/// than `width` and no two of them become one so.
std::vector<std::string> names_of(const plan::Plan& plan, const std::vector<Account>& accounts,
                                  std::size_t width) {
  std::map<std::string, int> tables;
  for (const Account& account : accounts) ++tables[table_of(plan, account).target.table];
  std::vector<std::string> names;
  std::map<std::string, int> cells;
  for (const Account& account : accounts) {
    const model::QualifiedName& name = table_of(plan, account).target;
    names.push_back(codec::printable_line(tables[name.table] > 1 ? name.text() : name.table));
    ++cells[codec::cell(names.back(), width)];
  }
  for (std::string& name : names) {
    std::string cell = codec::cell(name, width);
    if (cells[cell] == 1) {
      name = std::move(cell);
    } else {
      name.append("\n").append(width, ' ');
    }
  }
  return names;
}

/// All that was read has arrived, and nothing else has to be said.
bool is_plain(const Account& account) {
  return account.closes() && account.read.count() == account.arrived() &&
         account.existing.count() == 0;
}

/// Of a thousand tables nobody reads every line: the smallest plain ones make one line together.
std::vector<bool> folded(const std::vector<Account>& accounts) {
  constexpr std::size_t kMostTables = 40;
  constexpr std::size_t kPlainShown = 20;
  std::vector<bool> fold(accounts.size(), false);
  if (accounts.size() <= kMostTables) return fold;
  std::vector<std::size_t> plain;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (is_plain(accounts[i])) plain.push_back(i);
  }
  std::ranges::stable_sort(plain, std::ranges::greater(),
                           [&](std::size_t i) { return accounts[i].read.count(); });
  for (std::size_t i = kPlainShown; i < plain.size(); ++i) fold[plain[i]] = true;
  return fold;
}

template <typename Rows>
std::string figures(const std::vector<Column>& columns, Rows rows) {
  std::string text;
  for (const Column& column : columns) text += fmt::format(" {:>{}}", rows(column), column.width);
  return text;
}

std::string account_lines(const Account& account, const std::vector<Column>& columns) {
  std::string text = figures(columns, [&](const Column& column) { return column.rows(account); });
  text += account.closes() ? "\n" : "\n  does not close\n";
  if (const std::string kept = held_kept_text(account); !kept.empty()) text += "  " + kept + "\n";
  return text;
}

std::string rest_line(const std::vector<Account>& rest, const std::vector<Column>& columns,
                      std::size_t width) {
  const auto sum = [&rest](const Column& column) {
    std::uint64_t rows = 0;
    for (const Account& account : rest) rows += column.rows(account);
    return rows;
  };
  return codec::cell(fmt::format("and {} more", rest.size()), width) + figures(columns, sum) + "\n";
}

}  // namespace

std::string held_kept_text(const Account& account) {
  if (account.kept_open + account.kept_left_behind == 0) return {};
  return fmt::format("of the kept rows {} in quarantine, {} left behind", account.kept_open,
                     account.kept_left_behind);
}

std::string accounts_text(const plan::Plan& plan, const std::vector<Account>& accounts) {
  const std::vector<Column> columns = columns_for(accounts);
  const std::size_t width = name_columns(columns);
  const std::vector<std::string> names = names_of(plan, accounts, width);
  const std::vector<bool> fold = folded(accounts);
  std::string text = codec::cell("table", width);
  text += figures(columns, [](const Column& column) { return column.heading; }) + "\n";
  std::vector<Account> rest;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (fold[i]) {
      rest.push_back(accounts[i]);
    } else {
      text += names[i] + account_lines(accounts[i], columns);
    }
  }
  return rest.empty() ? text : text + rest_line(rest, columns, width);
}

}  // namespace sluice::cli
