#include "cli/account_text.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "sluice/codec/columns.h"

#include "cli/console.h"

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

}  // namespace

std::string held_kept_text(const Account& account) {
  if (account.kept_open + account.kept_left_behind == 0) return {};
  return fmt::format("of the kept rows {} in quarantine, {} left behind", account.kept_open,
                     account.kept_left_behind);
}

std::string accounts_text(const plan::Plan& plan, const std::vector<Account>& accounts) {
  const std::vector<Column> columns = columns_for(accounts);
  const std::size_t name = name_columns(columns);
  std::string text = codec::cell("table", name);
  for (const Column& column : columns) {
    text += fmt::format(" {:>{}}", column.heading, column.width);
  }
  text += "\n";
  for (const Account& account : accounts) {
    const auto& table = plan.tables[static_cast<std::size_t>(account.table_no - 1)];
    text += codec::cell(escaped(table.target.table), name);
    for (const Column& column : columns) {
      text += fmt::format(" {:>{}}", column.rows(account), column.width);
    }
    text += account.closes() ? "\n" : "\n  does not close\n";
    if (const std::string kept = held_kept_text(account); !kept.empty()) text += "  " + kept + "\n";
  }
  return text;
}

}  // namespace sluice::cli
