#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "sluice/cutover/cutover.h"
#include "sluice/cutover/loss.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/pg_quoted.h"
#include "sluice/os/host.h"
#include "sluice/os/kill_point.h"
#include "sluice/schema/names.h"

#include "cutover/catalog_state.h"
#include "cutover/locks.h"
#include "cutover/mark.h"
#include "cutover/record.h"
#include "cutover/renames.h"
#include "cutover/transaction.h"
#include "cutover/work_out.h"
#include "cutover/written.h"

namespace sluice::cutover {
namespace {

using model::pg::literal;
using model::pg::quoted;

/// Foreign keys come back when every table bears its name; the mark of a side table last.
constexpr int kRestoreRank = 400;
constexpr int kMarkRank = 950;

/// The rule of a rollback that people need not agree to.
constexpr const char* kLosesNothing = "the way back: it loses nothing";

const plan::TablePlan& planned(const plan::Plan& plan, const SwapTable& table) {
  return plan.tables.at(static_cast<std::size_t>(table.number - 1));
}

std::vector<SwapTable> names_of(const Cut& cut) {
  std::vector<SwapTable> tables;
  for (const CutTable& table : cut.tables) tables.push_back(table.names);
  return tables;
}

void look_at(db::SqlSession& session, const model::QualifiedName& name, std::int64_t oid,
             std::vector<model::Finding>& findings) {
  const auto now = session.query("SELECT to_regclass($1)::oid::bigint", {quoted(name)});
  const std::optional<std::string>& value = now.rows.at(0).at(0);
  if (value && *value == std::to_string(oid)) return;
  findings.push_back({model::Severity::error, "not-the-table", name.text(),
                      value ? "is not the table that the cutover left under this name"
                            : "is gone, and the cutover left it under this name",
                      "find out who renamed, dropped or made it anew; put it back"});
}

/// The rows that would be lost, in a table of their own, made in the same transaction.
void put_aside(db::SqlSession& session, const model::QualifiedName& from,
               const std::string& condition, const std::string& suffix, Written& written) {
  if (written.written == 0) return;
  const model::QualifiedName into = schema::derived_name(from, suffix);
  session.query(fmt::format("CREATE TABLE {} AS SELECT * FROM ONLY {} WHERE {}", quoted(into),
                            quoted(from), condition));
  written.kept_in = into;
  written.kept_oid =
      std::stoll(session.query("SELECT to_regclass($1)::oid::bigint", {quoted(into)}).value());
}

/// "_lost2_<run>": of the run's second rollback.
std::string lost_suffix(const std::vector<ledger::Event>& events, const std::string& run_id) {
  const auto before = std::ranges::count(events, std::string(kRollback), &ledger::Event::kind);
  return fmt::format("_lost{}_{}", before + 1, run_id);
}

/// A rollback under way.
class Returning {
 public:
  Returning(const Request& request, const std::optional<approve::Approved<Loss>>& loss,
            db::SqlSession& session, const Cut& cut, const RollbackOptions& options)
      : request_(request),
        loss_(loss),
        session_(session),
        cut_(cut),
        options_(options),
        transaction_(session, options.patience),
        attempt_(os::random_hex(16)) {}

  Result run(const OpenSession& reopen) {
    swap_ = read_rollback(session_, cut_, request_.run.id);
    result_.findings = refused();
    if (model::has_errors(result_.findings)) return refuse();
    const auto events = ledger::events(session_, request_.run.id);
    retired_ = retired_since(events, cut_.event);
    suffix_ = lost_suffix(events, request_.run.id);
    transaction_.begin();
    SLUICE_KILL_POINT("rollback_before_locks");
    if (!transaction_.under_locks([this] { return look_again(); },
                                  [this] { return swap_names(); })) {
      return give_up();
    }
    if (is_refused_) return refuse();
    const auto other = commit(session_, reopen, request_.run.id, attempt_);
    result_.locked = transaction_.locked();
    SLUICE_KILL_POINT("rollback_after_commit");
    result_.not_validated = run_later(other ? *other : session_, swap_.later);
    result_.attempts = transaction_.attempts();
    return std::move(result_);
  }

 private:
  std::vector<model::Finding> refused() {
    std::vector<model::Finding> findings = check_identity(session_, cut_);
    std::ranges::move(findings_of(swap_), std::back_inserter(findings));
    std::ranges::move(lock_findings(session_, swap_.lock_count), std::back_inserter(findings));
    std::erase_if(findings, [](const model::Finding& finding) {
      return finding.severity != model::Severity::error;
    });
    return findings;
  }

  /// (tx) Right before the locks, each time; returns them. None: refused.
  std::vector<std::string> look_again() {
    state_ = catalog_state(session_);
    Swap now = read_rollback(session_, cut_, request_.run.id);
    const bool is_same = now.digest == swap_.digest;
    swap_ = std::move(now);
    if (!is_same) result_.findings = refused();
    is_refused_ = model::has_errors(result_.findings);
    if (is_refused_) return {};
    if (!is_careful_) run_all(session_, swap_.early_statements());
    return swap_.locks;
  }

  /// (tx) Under the locks: whether all is as it was at the last look; as that of a cutover.
  bool is_as_seen() {
    if (is_careful_) return read_rollback(session_, cut_, request_.run.id).digest == swap_.digest;
    is_careful_ = catalog_state(session_) != state_;
    return !is_careful_;
  }

  /// (tx) Under the locks. False: something changed meanwhile, look again.
  bool swap_names() {
    SLUICE_KILL_POINT("rollback_locked");
    if (!is_as_seen()) return false;
    result_.written = written_since(session_, request_.plan, cut_);
    if (is_refused()) return true;
    keep_lost();
    if (is_careful_) run_all(session_, swap_.early_statements());
    run_all(session_, swap_.statements());
    SLUICE_KILL_POINT("rollback_renamed");
    record();
    SLUICE_KILL_POINT("rollback_before_commit");
    return true;
  }

  /// What would be lost is not what was agreed to.
  bool is_refused() {
    const std::uint64_t needed = changes(result_.written);
    const std::uint64_t agreed = loss_ ? (*loss_)->changes : 0;
    if (needed != agreed && (!loss_ || !(*loss_)->tables)) {
      result_.findings.push_back(
          {model::Severity::error, "rows-would-be-lost", "live tables",
           fmt::format("{} row changes since the cutover would be lost, and --losing says {}",
                       needed, agreed),
           fmt::format("look at them; if they may be lost: --losing {}", needed)});
    } else if (loss_ && (*loss_)->tables) {
      const Loss now = loss_of(session_, request_, cut_);
      for (std::string& line : differences(**loss_, now)) add_other(std::move(line));
    } else if (retired_.begun > 0) {
      add_other("rows were retired from the source since the cutover");
    }
    is_refused_ = !result_.findings.empty();
    return is_refused_;
  }

  void add_other(std::string what) {
    result_.findings.push_back({model::Severity::error, kOtherThanSigned, "live tables",
                                std::move(what), "write anew what people sign: --propose"});
  }

  void keep_lost() {
    for (const CutTable& table : cut_.tables) {
      const auto lost =
          std::ranges::find(result_.written, table.names.live.text(), &Written::table);
      if (lost == result_.written.end()) continue;
      put_aside(session_, table.names.live, all_written_sql(session_, cut_.snapshot, *lost),
                suffix_, *lost);
    }
  }

  void record() {
    const Act act{attempt_, loss_ ? loss_->rule() : kLosesNothing, request_.operator_name,
                  options_.evidence, transaction_.locked()};
    std::vector<int> numbers;
    for (const CutTable& table : cut_.tables) numbers.push_back(table.names.number);
    ledger::set_table_states(session_, request_.run.id, numbers, ledger::TableState::ready);
    ledger::append_event_within(session_, request_.run.id, kRollback,
                                rollback_body(act, cut_, result_.written));
  }

  Result refuse() {
    session_.rollback();
    result_.kind = Result::Kind::refused;
    return std::move(result_);
  }
  Result give_up() {
    result_.kind = Result::Kind::busy;
    result_.attempts = transaction_.attempts();
    std::vector<std::string> names;
    for (const CutTable& table : cut_.tables) names.push_back(quoted(table.names.live));
    result_.blockers = blockers_of(session_, names);
    return std::move(result_);
  }

  const Request& request_;
  const std::optional<approve::Approved<Loss>>& loss_;
  db::SqlSession& session_;
  const Cut& cut_;
  const RollbackOptions& options_;
  Transaction transaction_;
  std::string attempt_;
  std::string suffix_;
  Retired retired_;
  Swap swap_;
  Result result_;
  std::string state_;  // of the catalogue, at the last look
  bool is_careful_ = false;
  bool is_refused_ = false;
};

}  // namespace

Swap read_rollback(db::SqlSession& session, const Cut& cut, const std::string& run_id) {
  Swap swap;
  swap.tables = names_of(cut);
  swap.renames = reversed(session, cut.renames);
  std::vector<Trade> trades;
  for (const SwapTable& table : swap.tables) {
    if (!table.is_new) trades.push_back({table.live, table.kept});
  }
  Gathered gathered;
  gather_common(session, trades, gathered);
  for (const SwapTable& table : swap.tables) {
    if (table.is_new) gathered.table_locks.push_back(quoted(table.live));
    gathered.after.push_back(
        {kMarkRank, "COMMENT ON TABLE " + quoted(table.side) + " IS " + literal(mark_of(run_id))});
  }
  for (const std::string& sql : cut.restore) gathered.after.push_back({kRestoreRank, sql});
  std::ranges::copy(cut.restore_later, std::back_inserter(gathered.later));
  settle(std::move(gathered), trades, swap);
  return swap;
}

std::vector<model::Finding> check_identity(db::SqlSession& session, const Cut& cut) {
  std::vector<model::Finding> findings;
  for (const CutTable& table : cut.tables) {
    look_at(session, table.names.live, table.live_oid, findings);
    if (!table.names.is_new) look_at(session, table.names.kept, table.kept_oid, findings);
  }
  return findings;
}

std::vector<Written> written_since(db::SqlSession& session, const plan::Plan& plan,
                                   const Cut& cut) {
  std::vector<Counted> wanted;
  wanted.reserve(cut.tables.size());
  const std::string condition = is_newer_sql(session, cut.snapshot);
  for (const CutTable& table : cut.tables) {
    wanted.push_back({table.names.live, condition, table.rows, &planned(plan, table.names)});
  }
  std::vector<Written> all = count_written(session, wanted);
  for (std::size_t i = 0; i < all.size(); ++i) {
    // Whatever numbers they bear: there were not as many.
    const std::uint64_t old_rows = all[i].rows - all[i].written;
    if (old_rows > cut.tables[i].rows) all[i].hidden = old_rows - cut.tables[i].rows;
    all[i].written += all[i].hidden;
  }
  std::erase_if(all, [](const Written& written) { return written.changes() == 0; });
  return all;
}

Result roll_back(const Request& request, const std::optional<approve::Approved<Loss>>& loss,
                 db::SqlSession& session, const OpenSession& reopen, const Cut& cut,
                 const RollbackOptions& options) {
  const ledger::RunHold hold(session, request.run.id);
  if (!hold.is_taken()) return held_by_others(session, request.run.id);
  return Returning(request, loss, session, cut, options).run(reopen);
}

}  // namespace sluice::cutover
