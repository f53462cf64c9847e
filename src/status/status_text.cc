#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "sluice/codec/columns.h"
#include "sluice/codec/printable.h"
#include "sluice/status/status.h"

namespace sluice::status {
namespace {

/// Lines of a run with everything there is to say of it, apart from its tables: two about the run,
/// two about processes, the reason, the heading, "and more", the total, the account, the
/// verification, advice, and two that are left for the command to run next.
constexpr std::size_t kOtherLines = 13;
constexpr std::size_t kWaitingLines = 4;     // that a stall may take from the tables
constexpr std::size_t kOldSideLines = 2;     // that writes to the source after a cutover may take
constexpr std::size_t kStopLines = 4;        // that a person's stop may take from them
constexpr std::size_t kGovernanceLines = 3;  // that people and policy may take from them
constexpr std::size_t kLeftOutLines = 3;     // that indexes left out may take from the tables
constexpr std::size_t kNameColumns = 24;
constexpr std::size_t kMaxTables = kMaxLines - kOtherLines;

/// Names and reasons come from elsewhere and may hold anything.
using codec::printable_line;

/// One line of at most kMaxColumns columns.
std::string line(const std::string& text) {
  return codec::clipped(printable_line(text), kMaxColumns) + "\n";
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 999.5 && unit + 1 < kUnits.size(); ++unit) amount /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.3g} {}", amount, kUnits[unit]);
}

/// Of the catalogue's guess, so it may pass 100; a finished table is what it is.
std::string share(const TableStatus& table) {
  if (ledger::is_copied(table.state)) return "100%";
  if (table.estimated_rows == 0) return "";
  return fmt::format("{}%",
                     std::min<std::uint64_t>(99, table.rows_read * 100 / table.estimated_rows));
}

std::string state_text(const TableStatus& table) {
  if (table.state == ledger::TableState::failed) return "failed: " + table.reason;
  return table.closes ? table.state_word() : "does not add up";
}

std::string table_line(const TableStatus& table, std::size_t schema) {
  const std::string name = printable_line(table.source).substr(schema);
  return line(fmt::format("{} {:>11} {:>4} {:>7} {:>7}  {}", codec::cell(name, kNameColumns),
                          table.rows_read, share(table), bytes_text(table.bytes), table.quarantined,
                          state_text(table)));
}

/// Failed ones first, then those with rows in quarantine, then by size.
std::vector<TableStatus> by_trouble(std::vector<TableStatus> tables) {
  const auto rank = [](const TableStatus& table) {
    return std::tuple(table.state != ledger::TableState::failed, table.closes,
                      table.quarantined == 0, ~std::max(table.bytes, table.estimated_bytes),
                      table.number);
  };
  std::sort(tables.begin(), tables.end(),
            [&](const TableStatus& a, const TableStatus& b) { return rank(a) < rank(b); });
  return tables;
}

std::string head(const RunStatus& status) {
  const ledger::Run& run = status.run;
  const bool is_over = run.state == ledger::RunState::finished;
  std::string text =
      line(fmt::format("run {} ({}): {}{}", run.id, run.name, ledger::to_string(run.state),
                       is_over ? "" : ", " + run.stage));
  std::string when = "started " + run.started_at;
  if (!run.ended_at.empty()) when += ", ended " + run.ended_at;
  if (!run.operator_name.empty()) when += ", by " + run.operator_name;
  text += line(when);
  if (!run.reason.empty() && !status.stop) text += line(run.reason);
  return text;
}

/// The first lines of a text that is longer than one.
std::string first_lines(const std::string& text, std::size_t most) {
  const std::string all = codec::wrapped(printable_line(text), kMaxColumns, true);
  if (text.empty()) return "";
  std::size_t end = 0;
  for (std::size_t lines = 0; lines < most && end < all.size(); ++lines) {
    end = std::min(all.find('\n', end), all.size() - 1) + 1;
  }
  return all.substr(0, end) + (all[end - 1] == '\n' ? "" : "\n");
}

/// In the place of the run's own reason, which says the same where the stop has ended it.
std::string stop(const RunStatus& status) {
  if (!status.stop) return "";
  return first_lines("stopped by " + ledger::to_text(*status.stop), kStopLines);
}

/// "Alice Stone (plan, merge), Bob Hill (plan)", each person once.
std::string signers(const std::vector<Governance::Approval>& approvals) {
  std::vector<std::pair<std::string, std::string>> people;  // name, acts
  for (const Governance::Approval& approval : approvals) {
    const auto known =
        std::ranges::find(people, approval.name, &std::pair<std::string, std::string>::first);
    if (known == people.end()) {
      people.emplace_back(approval.name, approval.act);
    } else {
      known->second += ", " + approval.act;
    }
  }
  std::string text;
  for (const auto& [name, acts] : people) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", name, acts);
  }
  return text;
}

std::string governance(const RunStatus& status) {
  const Governance& by = status.governance;
  if (!by.problem.empty()) return first_lines("policy: " + by.problem, kGovernanceLines);
  if (by.policy.empty()) return "";
  std::string text = fmt::format("policy {} version {}", by.policy, by.version);
  if (!by.caller.empty()) text += fmt::format("; caller {}", by.caller);
  text += by.approvals.empty() ? "; unsigned" : "; signed by " + signers(by.approvals);
  return first_lines(text, kGovernanceLines);
}

std::string holders(const RunStatus& status) {
  if (!status.is_held) return "";
  std::string text;
  std::size_t shown = 0;
  for (const ledger::Process& process : status.holders) {
    if (++shown > 2) break;
    std::string what = fmt::format("process {} of {} on {}, since {}", process.pid, process.os_user,
                                   process.host, process.started_at);
    if (shown == 2 && status.holders.size() > 2) {
      what += fmt::format(", and {} more", status.holders.size() - 2);
    }
    text += line(what);
  }
  return text;
}

/// Why nothing moves: of the process that has said so for the longest.
std::string stall(const RunStatus& status) {
  const ledger::Process* longest = nullptr;
  for (const ledger::Process& process : status.holders) {
    if (process.waiting_for.empty()) continue;
    if (longest == nullptr || process.waiting_since < longest->waiting_since) longest = &process;
  }
  if (!status.is_held || longest == nullptr) return "";
  return first_lines(
      fmt::format("nothing moves since {}: {}", longest->waiting_since, longest->waiting_for),
      kWaitingLines);
}

/// What tables do without, a line each; the last line counts where there are more.
std::string left_out(const RunStatus& status) {
  std::vector<std::string> lines;
  for (const TableStatus& table : status.tables) {
    if (table.left_out.empty()) continue;
    std::string names;
    for (const ledger::LeftOutIndex& index : table.left_out) {
      names += (names.empty() ? "" : ", ") + index.name;
    }
    lines.push_back(line(fmt::format("{} is without index {}", table.target, names)));
  }
  if (lines.size() > kLeftOutLines) {
    const std::size_t more = lines.size() - (kLeftOutLines - 1);
    lines.resize(kLeftOutLines - 1);
    lines.push_back(line(fmt::format("and {} more tables are without indexes", more)));
  }
  return fmt::format("{}", fmt::join(lines, ""));
}

std::size_t common_schema(const std::vector<TableStatus>& tables) {
  std::vector<std::string> names;
  names.reserve(tables.size());
  for (const TableStatus& table : tables) names.push_back(printable_line(table.source));
  return codec::common_schema(names, kNameColumns);
}

std::string table_lines(const RunStatus& status, std::size_t most) {
  std::string text = line(fmt::format("{:<24} {:>11} {:>4} {:>7} {:>7}  {}", "table", "rows read",
                                      "", "written", "quarant", "state"));
  const std::vector<TableStatus> tables = by_trouble(status.tables);
  const std::size_t shown = std::min(tables.size(), most);
  const std::size_t schema = common_schema(tables);
  for (std::size_t i = 0; i < shown; ++i) text += table_line(tables[i], schema);
  if (shown < tables.size()) text += line(fmt::format("and {} more", tables.size() - shown));
  const TableStatus total = status.total();
  text += line(fmt::format("{:<24} {:>11} {:>4} {:>7} {:>7}", "total", total.rows_read, "",
                           bytes_text(total.bytes), total.quarantined));
  if (total.decided + total.left_behind + total.filtered + total.kept != 0) {
    text += line(fmt::format("decided: {}, left behind: {}, filtered: {}, kept: {}", total.decided,
                             total.left_behind, total.filtered, total.kept));
  }
  return text;
}

}  // namespace

std::string to_text(const RunStatus& status) {
  const std::string stopped = stop(status) + governance(status);
  const std::string why = stall(status);
  const std::string without = left_out(status) + first_lines(status.old_side, kOldSideLines);
  const auto lines = static_cast<std::size_t>(std::ranges::count(stopped + why + without, '\n'));
  std::string text = head(status) + stopped + holders(status) + why +
                     table_lines(status, kMaxTables - lines) + without;
  if (const auto& verified = status.last_verification) {
    text += line(
        fmt::format("verified {} ({}): {}", verified->ended_at, verified->mode, verified->outcome));
  }
  return text + line(status.advice);
}

std::string runs_to_text(const std::vector<ledger::Run>& runs) {
  if (runs.empty()) return "no runs\n";
  std::string text;
  for (const ledger::Run& run : runs) {
    std::string what = fmt::format("{}  {:<9} {}  {}", run.id, ledger::to_string(run.state),
                                   run.started_at, run.name);
    if (run.state != ledger::RunState::finished) what += ", " + run.stage;
    if (!run.reason.empty()) what += ": " + run.reason;
    text += line(what);
  }
  return text;
}

}  // namespace sluice::status
