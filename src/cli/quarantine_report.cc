#include "cli/quarantine_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/columns.h"
#include "sluice/codec/json_read.h"
#include "sluice/codec/printable.h"
#include "sluice/codec/problem.h"
#include "sluice/model/count.h"

#include "cli/account_text.h"

namespace sluice::cli {
namespace {

using ledger::QuarantineEntry;
using ledger::QuarantineGroup;
using ledger::QuarantineState;

// 80 columns: number, key, column, reason and value, two blanks apart.
constexpr std::size_t kLineWidth = 80;
constexpr std::size_t kNumberWidth = 7;
constexpr std::size_t kKeyWidth = 14;
constexpr std::size_t kColumnWidth = 17;
constexpr std::size_t kReasonWidth = 17;
constexpr std::size_t kValueWidth = 17;

/// Rows named one by one in a report; the rest are counted, and all of them stand in the JSON.
constexpr std::size_t kNamedRows = 20;

std::string key_text(const std::string& source_key) {
  if (source_key.empty()) return "(no key)";
  std::string text;
  const codec::JsonDocument document = codec::parse_json_or_throw(source_key, "source key");
  for (const codec::JsonValue& part : document.root().items()) {
    text += (text.empty() ? "" : ", ") + part.as_string();
  }
  return text;
}

std::string name_of(const plan::Plan& plan, int table_no) {
  return plan.tables.at(static_cast<std::size_t>(table_no - 1)).source.text();
}

std::string cell(const std::string& text, std::size_t width) {
  return codec::cell(one_line(text, width), width);
}

std::string columns(const std::string& number, const std::string& key, const std::string& column,
                    const std::string& reason, const std::string& value) {
  std::string line =
      fmt::format("{:>{}}  {}  {}  {}  {}", number, kNumberWidth, cell(key, kKeyWidth),
                  cell(column, kColumnWidth), cell(reason, kReasonWidth), cell(value, kValueWidth));
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

/// What belongs to the row above, behind its number.
std::string indented(const std::string& text) {
  constexpr std::size_t kIndent = kNumberWidth + 2;
  return std::string(kIndent, ' ') + one_line(text, kLineWidth - kIndent) + "\n";
}

/// Which constraint refuses the row, and because of which others: column and value do not say.
std::string why_refused(const std::string& reason, const std::string& message) {
  const bool by_target = reason == codec::to_string(codec::Problem::key_collision) ||
                         reason == codec::to_string(codec::Problem::refused_by_target);
  return by_target ? indented(message) : "";
}

std::string row_lines(const QuarantineEntry& row) {
  std::string text =
      columns(std::to_string(row.id), key_text(row.source_key), row.column, row.reason, row.value);
  if (row.state == QuarantineState::open) return text + why_refused(row.reason, row.message);
  const char* const what = row.state == QuarantineState::decided ? "decided" : "left behind";
  text += indented(
      fmt::format("{} {} by {}: {}", row.decided_at, what, row.decided_by, row.decided_reason));
  if (row.state == QuarantineState::decided && row.decision != "{}") {
    text += indented(row.decision);
  }
  return text;
}

std::string group_line(const QuarantineGroup& group) {
  return columns(std::to_string(group.rows), key_text(group.example_key), group.column,
                 group.reason, group.value) +
         why_refused(group.reason, group.message);
}

/// Rows or groups under their tables' names, in the order they come in.
template <typename Item, typename Line>
std::string by_table(const plan::Plan& plan, const std::vector<Item>& items, const char* number,
                     const char* key, const char* value, Line line) {
  std::string text;
  int table_no = 0;
  std::vector<Item> sorted = items;
  std::ranges::stable_sort(sorted, {}, &Item::table_no);
  for (const Item& item : sorted) {
    if (item.table_no != table_no) {
      table_no = item.table_no;
      text += fmt::format("{}\n", codec::printable_line(name_of(plan, table_no)));
      text += columns(number, key, "column", "reason", value);
    }
    text += line(item);
  }
  return text;
}

std::string decided_line(const plan::Plan& plan, const copy::TableDecisions& table, bool dry_run) {
  std::string line = fmt::format("{}: {}{} decided, {} left behind", name_of(plan, table.table_no),
                                 dry_run ? "would be: " : "", table.decided, table.left_behind);
  if (table.still_open > 0) line += fmt::format(", {} stay open", table.still_open);
  if (table.decided_before > 0) line += fmt::format(", {} decided before", table.decided_before);
  return codec::printable_line(line) + "\n";
}

std::string account_line(const plan::Plan& plan, const ledger::Account& account) {
  const std::string kept = held_kept_text(account);
  return fmt::format(
      "{}: {} read {} {} arrived + {} decided + {} in quarantine + {} left behind + {} "
      "filtered{}{}\n",
      codec::printable_line(name_of(plan, account.table_no)), account.read.count(),
      account.closes() ? "=" : "IS NOT", account.arrived(), account.decided, account.open,
      account.left_behind, account.filtered.count(), kept.empty() ? "" : "; ", kept);
}

std::string still_open_line(const plan::Plan& plan, const copy::StillOpen& row) {
  const std::string what =
      row.reason.empty() ? row.message : fmt::format("{}: {}", row.reason, row.message);
  return codec::printable_line(fmt::format("stays open: row {} {} {}{}{}: {}", row.id,
                                           name_of(plan, row.table_no), key_text(row.source_key),
                                           row.column.empty() ? "" : " ", row.column, what)) +
         "\n";
}

}  // namespace

std::string one_line(const std::string& text, std::size_t width) {
  return codec::clipped(codec::printable_line(text), width);
}

std::string to_text(const QuarantineList& list) {
  std::string text =
      fmt::format("run {}: {} in quarantine, {} decided, {} left behind\n", list.run.id,
                  model::rows_text(list.counts.open), list.counts.decided, list.counts.left_behind);
  if (list.by_group) {
    text += by_table(list.plan, list.groups, "rows", "first key", "first value", group_line);
  } else {
    text += by_table(list.plan, list.rows, "row", "key", "value", row_lines);
  }
  return text;
}

bool DecideResult::accounts_close() const noexcept {
  return std::ranges::all_of(accounts,
                             [](const ledger::Account& account) { return account.closes(); });
}

std::string to_text(const DecideResult& result) {
  std::string text;
  for (const copy::TableDecisions& table : result.report.tables) {
    text += decided_line(result.plan, table, result.dry_run);
  }
  std::size_t named = 0;
  for (const copy::StillOpen& row : result.report.still_open) {
    if (++named > kNamedRows) break;
    text += still_open_line(result.plan, row);
  }
  if (result.report.still_open.size() > kNamedRows) {
    text += fmt::format("and {} more that stay open; --json names them all\n",
                        result.report.still_open.size() - kNamedRows);
  }
  for (const ledger::Account& account : result.accounts) {
    text += account_line(result.plan, account);
  }
  return text;
}

}  // namespace sluice::cli
