#include "sluice/cutover/swap.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/model/pg_quoted.h"
#include "sluice/schema/names.h"

#include "cutover/catalog_rows.h"
#include "cutover/renames.h"
#include "cutover/work_out.h"

namespace sluice::cutover {
namespace {

using model::pg::quoted;

/// What the ledger's tables, their indexes and the catalogue take beside.
constexpr std::size_t kLocksBeside = 64;

void append(std::vector<std::string>& list, std::vector<std::string> more) {
  std::ranges::move(more, std::back_inserter(list));
}

/// ALTER INDEX ... RENAME takes SHARE UPDATE EXCLUSIVE on the index alone: neither readers nor
/// writers meet it.
bool is_early(const Rename& rename) { return rename.kind == "INDEX"; }

std::string digest_of(const Swap& swap, const std::vector<std::string>& facts) {
  codec::JsonWriter json;
  json.begin_array();
  for (const Object& object : swap.objects) {
    json.value(object.kind).value(object.name).value(to_string(object.fate));
  }
  for (const auto* const list : {&swap.locks, &swap.before, &swap.after, &swap.later, &facts}) {
    for (const std::string& text : *list) json.value(text);
    json.null();
  }
  for (const Rename& rename : swap.renames) {
    for (const std::string& sql : rename_sql(rename)) json.value(sql);
  }
  json.end_array();
  return codec::sha256_hex(json.take());
}

void lock_tables(const std::vector<Trade>& trades, Gathered& gathered, Swap& swap) {
  std::set<std::string> views(gathered.view_locks.begin(), gathered.view_locks.end());
  swap.locks.assign(views.begin(), views.end());
  std::set<std::string> names(gathered.table_locks.begin(), gathered.table_locks.end());
  for (const Trade& trade : trades) {
    names.insert(quoted(trade.live));
    names.insert(quoted(trade.incoming));
  }
  for (const std::string& name : names) {
    swap.locks.push_back("LOCK TABLE ONLY " + name + " IN ACCESS EXCLUSIVE MODE");
  }
}

void remove_duplicates(std::vector<std::string>& list) {
  std::set<std::string> seen;
  std::erase_if(list, [&seen](const std::string& text) { return !seen.insert(text).second; });
}

}  // namespace

std::string_view to_string(Fate fate) noexcept {
  switch (fate) {
    case Fate::moved_along:
      return "moved_along";
    case Fate::recreated:
      return "recreated";
    case Fate::stays:
      return "stays";
    case Fate::refused:
      return "refused";
  }
  return "unknown";
}

std::vector<std::string> Swap::early_statements() const {
  std::vector<std::string> all;
  for (const Rename& rename : renames) {
    if (is_early(rename)) append(all, rename_sql(rename));
  }
  return all;
}

std::vector<std::string> Swap::statements() const {
  std::vector<std::string> all = before;
  for (const Rename& rename : renames) {
    if (!is_early(rename)) append(all, rename_sql(rename));
  }
  append(all, after);
  return all;
}

std::vector<SwapTable> swap_tables(const plan::Plan& plan, const std::string& run_id) {
  std::vector<SwapTable> tables;
  for (const plan::TablePlan& table : plan.tables) {
    if (table.side == table.target) continue;
    tables.push_back({table.number, table.target, table.side,
                      schema::derived_name(table.target, kept_suffix(run_id)), table.is_new});
  }
  return tables;
}

void settle(Gathered gathered, const std::vector<Trade>& trades, Swap& swap) {
  std::ranges::move(gathered.objects, std::back_inserter(swap.objects));
  lock_tables(trades, gathered, swap);
  append(swap.before, std::move(gathered.before));
  std::ranges::stable_sort(gathered.after, {}, &Ranked::rank);
  for (Ranked& statement : gathered.after) swap.after.push_back(std::move(statement.sql));
  append(swap.later, std::move(gathered.later));
  append(swap.restore, std::move(gathered.restore));
  append(swap.restore_later, std::move(gathered.restore_later));
  // Two tables of the plan may have the same referrer.
  for (auto* const list : {&swap.before, &swap.after, &swap.later}) remove_duplicates(*list);
  // Tables that are renamed are locked already; indexes, sequences and statistics are not.
  const auto renamed = std::ranges::count_if(
      swap.renames, [](const Rename& rename) { return rename.kind != "TABLE"; });
  swap.lock_count =
      swap.locks.size() + static_cast<std::size_t>(renamed) + gathered.lock_count + kLocksBeside;
  swap.digest = digest_of(swap, gathered.facts);
}

std::vector<Trade> trades_of(const std::vector<SwapTable>& tables) {
  std::vector<Trade> trades;
  for (const SwapTable& table : tables) {
    if (!table.is_new) trades.push_back({table.live, table.side});
  }
  return trades;
}

void gather_common(db::SqlSession& session, const std::vector<Trade>& trades, Gathered& gathered) {
  gather_refusals(session, trades, gathered);
  gather_sequences(session, trades, gathered);
  gather_referrers(session, trades, gathered);
  gather_facts(session, trades, gathered);
}

Swap read_cutover(db::SqlSession& session, const plan::Plan& plan, const std::string& run_id) {
  Swap swap;
  swap.tables = swap_tables(plan, run_id);
  const std::vector<Trade> trades = trades_of(swap.tables);
  swap.renames = cutover_renames(session, plan, swap.tables, run_id, swap.objects);
  Gathered gathered;
  gather_own(session, trades, gathered);
  gather_keys_out(session, trades, gathered);
  gather_common(session, trades, gathered);
  for (const SwapTable& table : swap.tables) {
    if (!table.is_new) continue;
    gathered.table_locks.push_back(quoted(table.side));
    gathered.after.push_back({4, "COMMENT ON TABLE " + quoted(table.live) + " IS NULL"});
    swap.objects.push_back({"table", quoted(table.live), quoted(table.live), Fate::moved_along,
                            "is new: takes its name"});
  }
  settle(std::move(gathered), trades, swap);
  return swap;
}

std::vector<model::Finding> findings_of(const Swap& swap) {
  std::vector<model::Finding> findings;
  for (const Object& object : swap.objects) {
    if (object.fate == Fate::refused) {
      findings.push_back({model::Severity::error, "cutover-refused", object.table,
                          object.kind + " " + object.name + " stands against the cutover",
                          object.remark});
    } else if (object.kind == "publication") {
      findings.push_back({model::Severity::warning, "cutover-publication", object.table,
                          "publication " + object.name + " goes on with the new table",
                          object.remark});
    } else if (object.kind == "materialized view" && object.fate == Fate::recreated) {
      findings.push_back({model::Severity::note, "cutover-materialized-view", object.table,
                          "materialized view " + object.name + " is made anew", object.remark});
    }
  }
  return findings;
}

std::vector<model::Finding> lock_findings(db::SqlSession& session, std::size_t lock_count) {
  const auto room = session.query(
      "SELECT current_setting('max_locks_per_transaction')::bigint * "
      "(current_setting('max_connections')::bigint + "
      "current_setting('max_prepared_transactions')::bigint), "
      "current_setting('max_locks_per_transaction')");
  const std::size_t slots = std::stoul(room.rows.at(0).at(0).value());
  if (lock_count <= slots) return {};
  return {{model::Severity::error, "cutover-locks", "max_locks_per_transaction",
           fmt::format("the cutover takes about {} locks in one transaction, and the target has "
                       "room for {}",
                       lock_count, slots),
           fmt::format("raise max_locks_per_transaction on the target from {} to {} and restart it",
                       room.rows.at(0).at(1).value(),
                       lock_count * std::stoul(room.rows.at(0).at(1).value()) / slots + 1)}};
}

}  // namespace sluice::cutover
