#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "sluice/copy/decide.h"
#include "sluice/mapping/json_object.h"

namespace sluice::copy {
namespace {

using ledger::QuarantineEntry;
using ledger::QuarantineFilter;

/// Rows a page; only their names and states are held.
constexpr std::size_t kPageRows = 1000;

/// Finds rows entry by entry; keeps which entry chose which row.
class Selector {
 public:
  Selector(db::SqlSession& ledger, const std::string& run_id, const plan::Plan& plan,
           const Decisions& decisions)
      : ledger_(ledger), run_id_(run_id), plan_(plan), decisions_(decisions) {}

  Selection select() {
    // Entries about one row first: they are the exceptions from what groups say.
    for (std::size_t i = 0; i < decisions_.entries.size(); ++i) {
      if (const auto* row = std::get_if<RowSelector>(&decisions_.entries[i].of))
        choose_row(i, *row);
    }
    for (std::size_t i = 0; i < decisions_.entries.size(); ++i) {
      if (const auto* group = std::get_if<GroupSelector>(&decisions_.entries[i].of)) {
        choose_group(i, *group);
      }
    }
    for (auto& [id, row] : chosen_) selection_.rows.push_back(std::move(row));
    std::ranges::stable_sort(selection_.rows, {}, &ChosenRow::table_no);
    return std::move(selection_);
  }

 private:
  [[nodiscard]] std::vector<QuarantineEntry> find(const RowSelector& selector);
  void choose_row(std::size_t entry, const RowSelector& selector);
  void choose_group(std::size_t entry, const GroupSelector& selector);
  [[nodiscard]] bool agrees(std::size_t entry, const RowSelector& selector,
                            const QuarantineEntry& found);
  void check_columns(std::size_t entry, int table_no);
  void choose(std::size_t entry, const QuarantineEntry& found);

  void report(model::Severity severity, std::size_t entry, const char* rule, std::string message,
              std::string action = {}) {
    selection_.findings.push_back(
        {severity, rule, decisions_.entries[entry].where, std::move(message), std::move(action)});
  }
  [[nodiscard]] const plan::TablePlan& table(int number) const {
    return plan_.tables.at(static_cast<std::size_t>(number - 1));
  }
  [[nodiscard]] bool is_of_group(const ChosenRow& row) const {
    return std::holds_alternative<GroupSelector>(decisions_.entries[row.entry].of);
  }

  db::SqlSession& ledger_;
  const std::string& run_id_;
  const plan::Plan& plan_;
  const Decisions& decisions_;
  std::map<std::int64_t, ChosenRow> chosen_;  // by id
  Selection selection_;
};

/// Rows that an entry may mean; two are enough to see that it does not say which.
std::vector<QuarantineEntry> Selector::find(const RowSelector& selector) {
  QuarantineFilter filter;
  filter.run_id = run_id_;
  if (selector.id) {
    filter.id = selector.id;
    auto found = ledger::quarantined(ledger_, filter, 0, 1, 0);
    // A batch that was copied anew has given its rows new numbers; their keys are what they were.
    if (!found.empty() || !selector.table_no || !selector.source_key) return found;
    filter.id.reset();
  }
  filter.table_no = selector.table_no;
  filter.source_key = selector.source_key;
  return ledger::quarantined(ledger_, filter, 0, 2, 0);
}

void Selector::choose_row(std::size_t entry, const RowSelector& selector) {
  const auto found = find(selector);
  const std::string name =
      selector.id
          ? fmt::format("row {}", *selector.id)
          : fmt::format("{} {}", table(*selector.table_no).source.text(), *selector.source_key);
  if (found.empty()) {
    report(model::Severity::error, entry, "no-such-row",
           fmt::format("{} is not in the quarantine of run {}", name, run_id_),
           "sluice quarantine lists the rows");
  } else if (found.size() > 1) {
    report(model::Severity::error, entry, "several-rows",
           fmt::format("{} stands in quarantine more than once: as rows {} and {}", name,
                       found[0].id, found[1].id),
           "name the one that is meant by \"quarantine_id\"");
  } else if (agrees(entry, selector, found.front())) {
    check_columns(entry, found.front().table_no);
    choose(entry, found.front());
  }
}

bool Selector::agrees(std::size_t entry, const RowSelector& selector,
                      const QuarantineEntry& found) {
  const bool same_table = !selector.table_no || *selector.table_no == found.table_no;
  if (same_table && (!selector.source_key || *selector.source_key == found.source_key)) return true;
  report(model::Severity::error, entry, "other-row",
         fmt::format("row {} is {} {}, not the one that the entry describes", found.id,
                     table(found.table_no).source.text(), found.source_key),
         "export the quarantine of this run again");
  return false;
}

/// For rows that the file names by their number alone; the others were checked when it was read.
void Selector::check_columns(std::size_t entry, int table_no) {
  std::vector<std::string_view> known;
  for (const plan::TargetField& field : table(table_no).write) known.emplace_back(field.name);
  for (const auto& [column, value] : decisions_.entries[entry].set) {
    if (std::ranges::find(known, column) != known.end()) continue;
    const std::string_view near = mapping::nearest(column, known);
    report(model::Severity::error, entry, "unknown-column",
           fmt::format("{} has no column \"{}\" that is written", table(table_no).target.text(),
                       column),
           near.empty() ? fmt::format("its columns are: {}", fmt::join(known, ", "))
                        : fmt::format("did you mean \"{}\"?", near));
  }
}

void Selector::choose_group(std::size_t entry, const GroupSelector& selector) {
  QuarantineFilter filter;
  filter.run_id = run_id_;
  filter.table_no = selector.table_no;
  filter.column = selector.column;
  filter.reason = selector.reason;
  filter.value = selector.value;
  std::int64_t last = 0;
  for (;;) {
    const auto page = ledger::quarantined(ledger_, filter, last, kPageRows, 0);
    for (const QuarantineEntry& found : page) choose(entry, found);
    if (page.size() < kPageRows) break;
    last = page.back().id;
  }
  if (ledger::quarantined(ledger_, filter, 0, 1, 0).empty()) {
    report(model::Severity::warning, entry, "empty-group",
           "no row of this table is in quarantine for that column, reason and value",
           "sluice quarantine --group lists the groups");
  }
}

void Selector::choose(std::size_t entry, const QuarantineEntry& found) {
  ChosenRow row{found.id,         found.table_no, entry,        found.state,
                found.source_key, found.column,   found.reason, found.row_bytes};
  const auto [other, is_first] = chosen_.try_emplace(found.id, std::move(row));
  if (is_first) return;
  const bool group = std::holds_alternative<GroupSelector>(decisions_.entries[entry].of);
  if (group && !is_of_group(other->second)) return;  // the exception from what the group says
  report(model::Severity::error, entry, "decided-twice",
         fmt::format("row {} is decided here and at {}", found.id,
                     decisions_.entries[other->second.entry].where),
         "remove one of the two");
}

}  // namespace

Selection select_rows(db::SqlSession& ledger, const std::string& run_id, const plan::Plan& plan,
                      const Decisions& decisions) {
  return Selector(ledger, run_id, plan, decisions).select();
}

}  // namespace sluice::copy
