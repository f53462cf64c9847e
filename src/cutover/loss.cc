#include "sluice/cutover/loss.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/ledger/ledger.h"

#include "cutover/written.h"

namespace sluice::cutover {
namespace {

void compare(const std::string& what, std::uint64_t agreed, std::uint64_t now,
             std::vector<std::string>& lines) {
  if (agreed == now) return;
  lines.push_back(fmt::format("{}: {} were agreed to, {} it is now", what, agreed, now));
}

void compare(const LostRows& agreed, const LostRows& now, std::vector<std::string>& lines) {
  const std::size_t before = lines.size();
  compare(now.table + ", rows inserted or changed", agreed.written, now.written, lines);
  compare(now.table + ", rows changed or deleted", agreed.gone, now.gone, lines);
  if (lines.size() == before && agreed.versions_sha256 != now.versions_sha256) {
    lines.push_back(now.table + ": as many rows as were agreed to, but other ones");
  }
}

/// The table's loss; nothing of it where it is not there.
LostRows of_table(const std::vector<LostRows>& tables, const std::string& name) {
  const auto found = std::ranges::find(tables, name, &LostRows::table);
  return found == tables.end() ? LostRows{name, 0, 0, ""} : *found;
}

std::vector<std::string> names_of(const std::vector<LostRows>& one,
                                  const std::vector<LostRows>& other) {
  std::vector<std::string> names;
  for (const auto* tables : {&one, &other}) {
    for (const LostRows& table : *tables) names.push_back(table.table);
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

Retired retired_since(const std::vector<ledger::Event>& events, std::int64_t event) {
  Retired retired;
  for (const ledger::Event& one : events) {
    if (one.number <= event) continue;
    if (one.kind == "retire-begun") ++retired.begun;
    if (one.kind != "retire-table") continue;
    const auto body = codec::parse_json_or_throw(one.body, "an event of the ledger");
    retired.rows[body.root().at("table").as_string()] +=
        static_cast<std::uint64_t>(body.root().at("deleted").as_integer());
  }
  return retired;
}

Loss loss_of(db::SqlSession& session, const Request& request, const Cut& cut) {
  Loss loss;
  loss.run_id = request.run.id;
  loss.cutover_event = cut.event;
  const std::vector<Written> written = written_since(session, request.plan, cut);
  loss.changes = changes(written);
  loss.tables.emplace();
  for (const CutTable& table : cut.tables) {
    const auto lost = std::ranges::find(written, table.names.live.text(), &Written::table);
    if (lost == written.end()) continue;
    const plan::TablePlan& planned =
        request.plan.tables.at(static_cast<std::size_t>(table.names.number - 1));
    const std::string condition = all_written_sql(session, cut.snapshot, *lost);
    loss.tables->push_back({lost->table, lost->written, lost->gone,
                            versions_sha256(session, table.names.live, condition, planned)});
  }
  loss.retired = retired_since(ledger::events(session, request.run.id), cut.event);
  return loss;
}

std::vector<std::string> differences(const Loss& agreed, const Loss& now) {
  std::vector<std::string> lines;
  if (agreed.run_id != now.run_id) lines.push_back("it is of run " + agreed.run_id);
  if (agreed.cutover_event != now.cutover_event) {
    lines.push_back(fmt::format("it is of the cutover of event {}, and that of event {} stands",
                                agreed.cutover_event, now.cutover_event));
  }
  const std::vector<LostRows> none;
  const auto& before = agreed.tables ? *agreed.tables : none;
  const auto& after = now.tables ? *now.tables : none;
  for (const std::string& name : names_of(before, after)) {
    compare(of_table(before, name), of_table(after, name), lines);
  }
  if (lines.empty()) compare("row changes", agreed.changes, now.changes, lines);
  if (agreed.retired != now.retired) {
    lines.push_back(
        fmt::format("retires that have begun since the cutover: {} in what was agreed "
                    "to, {} now, or other rows of them",
                    agreed.retired.begun, now.retired.begun));
  }
  return lines;
}

}  // namespace sluice::cutover
