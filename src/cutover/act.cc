#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sluice/cutover/cutover.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/model/pg_quoted.h"
#include "sluice/os/host.h"
#include "sluice/os/kill_point.h"

#include "cutover/catalog_state.h"
#include "cutover/locks.h"
#include "cutover/record.h"
#include "cutover/transaction.h"
#include "cutover/written.h"

namespace sluice::cutover {
namespace {

using model::pg::literal;
using model::pg::quoted;

using Accounts = std::map<int, ledger::Account>;

const plan::TablePlan& planned(const plan::Plan& plan, const SwapTable& table) {
  return plan.tables.at(static_cast<std::size_t>(table.number - 1));
}

Accounts accounts_of(db::SqlSession& session, const Request& request) {
  Accounts accounts;
  for (ledger::Account& account : ledger::accounts(session, request.run.id, request.plan.digest)) {
    accounts.emplace(account.table_no, std::move(account));
  }
  return accounts;
}

/// Nothing but sluice writes to side tables, and from here on nobody can.
void hold_sides(db::SqlSession& session, const std::vector<SwapTable>& tables) {
  std::string list;
  for (const SwapTable& table : tables) list += (list.empty() ? "" : ", ") + quoted(table.side);
  session.query("LOCK TABLE " + list + " IN SHARE MODE");
}

/// Fills in how many rows there are; what differs from what was verified.
std::vector<Written> changed_sides(db::SqlSession& session, const Request& request,
                                   const Readiness& readiness, const Accounts& accounts, Cut& cut) {
  std::vector<Counted> wanted;
  const std::string condition = is_newer_sql(session, readiness.target_position);
  for (const CutTable& table : cut.tables) {
    const auto account = accounts.find(table.names.number);
    const std::uint64_t expected = account == accounts.end() ? 0
                                                             : account->second.target.count() +
                                                                   account->second.existing.count();
    wanted.push_back({table.names.side, condition, expected, &planned(request.plan, table.names)});
  }
  std::vector<Written> counts = count_written(session, wanted);
  for (std::size_t i = 0; i < counts.size(); ++i) cut.tables[i].rows = counts[i].rows;
  std::erase_if(counts, [](const Written& written) { return written.changes() == 0; });
  return counts;
}

/// What the rows of live tables are held against. Works out each point in time once: under the
/// locks every question to the server is one that others wait for.
class LiveTables {
 public:
  LiveTables(db::SqlSession& session, const Request& request) : request_(request) {
    began_ = is_newer_sql(session, snapshot_before(session, request.run.id));
    kept_ = began_;
    for (const ledger::Snapshot& taken : ledger::snapshots(session, request.run.id)) {
      if (taken.origin == ledger::Origin::existing) {
        kept_ = may_be_newer_sql(session, taken.position);
      }
    }
  }

  /// What of a table was written since the copy took its rows.
  [[nodiscard]] Counted counted(const SwapTable& table, const ledger::Account& account) const {
    const plan::TablePlan& of_plan = planned(request_.plan, table);
    switch (of_plan.existing_rows) {
      case config::ExistingRows::refuse:
        break;
      case config::ExistingRows::replace:
        return {table.live, began_, std::nullopt, &of_plan};
      case config::ExistingRows::keep:
        return {table.live, kept_,
                account.existing.count() + account.kept_open + account.kept_left_behind, &of_plan};
    }
    return {table.live, "true", std::nullopt, &of_plan};
  }

 private:
  const Request& request_;
  std::string began_;
  std::string kept_;
};

/// (tx) Under the locks: rows that applications wrote to live tables since the copy took its rows,
/// and that the new tables do not have.
std::vector<Written> lost_rows(db::SqlSession& session, const LiveTables& live,
                               const std::vector<SwapTable>& tables, const Accounts& accounts) {
  std::vector<Counted> wanted;
  for (const SwapTable& table : tables) {
    const auto account = accounts.find(table.number);
    if (table.is_new || account == accounts.end()) continue;
    wanted.push_back(live.counted(table, account->second));
  }
  std::vector<Written> lost = count_written(session, wanted);
  std::erase_if(lost, [](const Written& written) { return written.changes() == 0; });
  return lost;
}

void read_oids(db::SqlSession& session, Cut& cut) {
  std::string names;
  for (const CutTable& table : cut.tables) {
    names += fmt::format("{}({}, {}, {})", names.empty() ? "" : ", ", table.names.number,
                         literal(quoted(table.names.side)), literal(quoted(table.names.live)));
  }
  const auto oids = session.query(
      "SELECT to_regclass(side)::oid::bigint, coalesce(to_regclass(live)::oid::bigint, 0) "
      "FROM (VALUES " +
      names + ") AS v(no, side, live) ORDER BY no");
  for (std::size_t i = 0; i < cut.tables.size(); ++i) {
    cut.tables[i].live_oid = std::stoll(oids.rows.at(i).at(0).value());
    cut.tables[i].kept_oid =
        cut.tables[i].names.is_new ? 0 : std::stoll(oids.rows.at(i).at(1).value());
  }
}

std::vector<int> numbers_of(const std::vector<CutTable>& tables) {
  std::vector<int> numbers;
  for (const CutTable& table : tables) numbers.push_back(table.names.number);
  return numbers;
}

model::Finding losing_finding(std::uint64_t needed, std::uint64_t said) {
  return {model::Severity::error, "rows-would-be-lost", "live tables",
          fmt::format("{} row changes would be lost, and --losing says {}", needed, said),
          fmt::format("look at them; if they may be lost: --losing {}", needed)};
}

std::vector<std::string> relations_of(const std::vector<SwapTable>& tables) {
  std::vector<std::string> names;
  for (const SwapTable& table : tables) {
    names.push_back(quoted(table.live));
    names.push_back(quoted(table.side));
  }
  return names;
}

/// A cutover under way.
class Cutting {
 public:
  Cutting(const approve::Approved<Request>& request, db::SqlSession& session,
          const Readiness& readiness, const CutoverOptions& options)
      : request_(request),
        session_(session),
        readiness_(readiness),
        options_(options),
        transaction_(session, options.patience),
        attempt_(os::random_hex(16)) {}

  Result run(const OpenSession& reopen) {
    swap_ = read_cutover(session_, request_->plan, request_->run.id);
    result_.findings = refused();
    if (model::has_errors(result_.findings)) return refuse();
    prepare();
    if (!result_.written.empty()) return refuse();
    SLUICE_KILL_POINT("cutover_before_locks");
    if (!transaction_.under_locks([this] { return look_again(); },
                                  [this] { return swap_names(); })) {
      return give_up();
    }
    if (is_refused_) return refuse();
    const auto other = commit(session_, reopen, request_->run.id, attempt_);
    result_.locked = transaction_.locked();
    SLUICE_KILL_POINT("cutover_after_commit");
    result_.not_validated = run_later(other ? *other : session_, swap_.later);
    result_.attempts = transaction_.attempts();
    return std::move(result_);
  }

 private:
  std::vector<model::Finding> refused() {
    std::vector<model::Finding> findings = readiness_.findings;
    std::ranges::move(findings_of(swap_), std::back_inserter(findings));
    std::ranges::move(lock_findings(session_, swap_.lock_count), std::back_inserter(findings));
    std::ranges::move(orphan_findings(session_, swap_), std::back_inserter(findings));
    if (swap_.tables.empty()) {
      findings.push_back({model::Severity::error, "nothing-to-cut-over", "run " + request_->run.id,
                          "its tables bear their own names already", "sluice status"});
    }
    std::erase_if(findings, [](const model::Finding& finding) {
      return finding.severity != model::Severity::error;
    });
    return findings;
  }

  void prepare() {
    transaction_.begin();
    hold_sides(session_, swap_.tables);
    for (const SwapTable& table : swap_.tables) cut_.tables.push_back({table});
    accounts_ = accounts_of(session_, *request_);
    live_.emplace(session_, *request_);
    read_oids(session_, cut_);
    result_.written = changed_sides(session_, *request_, readiness_, accounts_, cut_);
    for (const Written& written : result_.written) {
      result_.findings.push_back(
          {model::Severity::error, "side-table-changed", written.table,
           fmt::format("{} rows were written and {} are gone since it was verified",
                       written.written, written.gone),
           "find out who writes to it, and verify again"});
    }
  }

  /// (tx) Right before the locks, each time; returns them. None: refused.
  std::vector<std::string> look_again() {
    state_ = catalog_state(session_);
    Swap now = read_cutover(session_, request_->plan, request_->run.id);
    const bool is_same = now.digest == swap_.digest;
    swap_ = std::move(now);
    if (!is_same) result_.findings = refused();
    is_refused_ = model::has_errors(result_.findings);
    if (is_refused_) return {};
    if (!is_careful_) run_all(session_, swap_.early_statements());
    SLUICE_KILL_POINT("cutover_looked");
    return swap_.locks;
  }

  /// (tx) Under the locks: whether all is as it was at the last look.
  bool is_as_seen() {
    if (is_careful_) {
      return read_cutover(session_, request_->plan, request_->run.id).digest == swap_.digest;
    }
    // Where others change the catalogue all the time it takes a whole look to see that this has
    // nothing to do with the swap.
    is_careful_ = catalog_state(session_) != state_;
    return !is_careful_;
  }

  /// (tx) Under the locks. False: something changed meanwhile, look again.
  bool swap_names() {
    SLUICE_KILL_POINT("cutover_locked");
    if (!is_as_seen()) return false;
    if (auto stopped = stop_finding(session_, request_->run.id)) {
      result_.findings.push_back(*std::move(stopped));
      is_refused_ = true;
      return true;
    }
    if (options_.still_agreed) options_.still_agreed(session_);
    result_.written = lost_rows(session_, *live_, swap_.tables, accounts_);
    if (changes(result_.written) != options_.losing) {
      result_.findings.push_back(losing_finding(changes(result_.written), options_.losing));
      is_refused_ = true;
      return true;
    }
    // Nothing of the new tables is newer than the verification: so what is, later, was written
    // since. A snapshot of now would take what a transaction writes later in a subtransaction that
    // has its number already for what was there.
    cut_.snapshot = readiness_.target_position;
    if (is_careful_) run_all(session_, swap_.early_statements());
    run_all(session_, swap_.statements());
    SLUICE_KILL_POINT("cutover_renamed");
    record();
    SLUICE_KILL_POINT("cutover_before_commit");
    return true;
  }

  void record() {
    const Act act{attempt_, request_.rule(), request_->operator_name, options_.evidence,
                  transaction_.locked()};
    ledger::set_table_states(session_, request_->run.id, numbers_of(cut_.tables),
                             ledger::TableState::live);
    ledger::append_event_within(session_, request_->run.id, kCutover,
                                cutover_body(act, cut_, swap_, readiness_, options_));
  }

  Result refuse() {
    session_.rollback();
    result_.kind = Result::Kind::refused;
    return std::move(result_);
  }
  Result give_up() {
    result_.kind =
        options_.patience.stop.stop_requested() ? Result::Kind::stopped : Result::Kind::busy;
    result_.attempts = transaction_.attempts();
    result_.blockers = blockers_of(session_, relations_of(swap_.tables));
    return std::move(result_);
  }

  const approve::Approved<Request>& request_;
  db::SqlSession& session_;
  const Readiness& readiness_;
  const CutoverOptions& options_;
  Transaction transaction_;
  std::string attempt_;
  Swap swap_;
  Cut cut_;
  Accounts accounts_;
  std::optional<LiveTables> live_;
  Result result_;
  std::string state_;  // of the catalogue, at the last look
  bool is_careful_ = false;
  bool is_refused_ = false;
};

}  // namespace

Result cut_over(const approve::Approved<Request>& request, db::SqlSession& session,
                const OpenSession& reopen, const Readiness& readiness,
                const CutoverOptions& options) {
  const ledger::RunHold hold(session, request->run.id);
  if (!hold.is_taken()) return held_by_others(session, request->run.id);
  return Cutting(request, session, readiness, options).run(reopen);
}

std::string script_of(const Swap& swap, const Patience& patience) {
  std::string script = "BEGIN;\n";
  for (const std::string& sql : swap.early_statements()) script += sql + ";\n";
  script += lock_sql(swap.locks, patience.lock_timeout) + ";\n";
  for (const std::string& sql : swap.statements()) script += sql + ";\n";
  script += "-- the ledger's rows\nCOMMIT;\n";
  for (const std::string& sql : swap.later) script += sql + ";\n";
  return script;
}

}  // namespace sluice::cutover
