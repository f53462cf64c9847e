#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/approve/approved.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/ledger/stops.h"
#include "sluice/model/finding.h"
#include "sluice/plan/plan.h"

namespace sluice::copy {

/// What a start meets in the ledger.
enum class StartKind : std::uint8_t {
  fresh,        // a new run, recorded now
  resumed,      // goes on where the run stopped or died
  joined,       // works beside other processes
  finished,     // nothing left to do
  held,         // another process works on it, and joining was not asked for
  not_running,  // joining was asked for, but nobody works on the run
  stopped,      // a person has stopped it, or the run of this config that a new one would leave
};

/// What an earlier run made, by the ledger's word. Side and rest tables for target tables of a
/// plan: they bear that run's mark, and its own plan has them for the same target tables. Then, of
/// a run that never was finished, partitions that bear their names, and partitioned tables, each
/// before the one that it is a part of: as the run has recorded them, name and oid.
struct EarlierTables {
  std::string run_id;
  std::vector<model::QualifiedName> names;
  /// That it made for new tables, and nothing but its own tables needs. They go after the tables.
  std::vector<model::QualifiedName> sequences;
  friend bool operator==(const EarlierTables&, const EarlierTables&) = default;
};

/// Those in the plan's way, by run. Tables that the ledger does not know are never among them.
[[nodiscard]] std::vector<EarlierTables> earlier_tables(db::SqlSession& session,
                                                        const plan::Plan& plan);
/// The families among such tables, and sequences, made by all runs of configs of that name.
[[nodiscard]] std::vector<EarlierTables> earlier_families(db::SqlSession& session,
                                                          const std::string& name);
/// Drop them, and only where nothing else refers to them: first their references to each other,
/// then some tables at a time, since a server has no room for the locks of thousands in one
/// transaction. Empty for none.
[[nodiscard]] std::vector<std::string> drop_statements(db::SqlSession& session,
                                                       const std::vector<EarlierTables>& tables);

struct StartOptions {
  bool join = false;
  bool new_run = false;                 // even where the plan has a run
  std::vector<EarlierTables> replaced;  // of new_run: dropped in the transaction that begins it
  std::string operator_name;            // of this start; a run keeps the names of its first
  std::string tool_version;
  /// (tx) What else is recorded in the transaction of a start, after its own event.
  std::function<void(db::SqlSession& target, const std::string& run_id)> also_record;
};

/// A run as this process holds it. The run is held for as long as `control` lives.
struct Start {
  StartKind kind = StartKind::fresh;
  ledger::Run run;
  std::string process_id;
  std::int64_t event = 0;            // of this start, where it is one
  std::vector<std::string> holders;  // of held: ledger::holders
  std::optional<ledger::Stop> stop;  // of stopped; of `run`
  std::unique_ptr<db::SqlSession> control;
};

/// Names of side and rest tables that are taken, as errors that say by whom. `earlier`: those of
/// earlier runs, which a new run drops, so that they are not in its way.
[[nodiscard]] std::vector<model::Finding> taken_names(db::SqlSession& session,
                                                      const plan::Plan& plan,
                                                      const std::vector<EarlierTables>& earlier,
                                                      bool new_run);
/// What speaks against starting: names that are taken, what else needs tables that a new run would
/// drop, rows in live tables where none may be. Nothing is changed.
[[nodiscard]] std::vector<model::Finding> check_target(db::SqlSession& session,
                                                       const plan::Plan& plan,
                                                       const std::vector<EarlierTables>& earlier,
                                                       bool new_run);

/// Finds or makes the run of an approved plan in the target's ledger, and takes it. `estimates`:
/// one per table, for progress. A new run is `held` while anybody works on another of the same
/// config, or on one whose tables it replaces; those are held with it, so that nobody goes on with
/// them. A run that a person has stopped is `stopped` until somebody has continued it, and so is
/// every other run of its config: a new one is no way round a stop. Throws Error{drift} when
/// `replaced` is not what is there, or somebody else has a part in it by now.
[[nodiscard]] Start start_run(const approve::Approved<plan::Plan>& plan,
                              const model::Endpoint& target,
                              const std::vector<ledger::RunTable>& estimates,
                              const StartOptions& options);

/// Creates the side tables that are not there yet, each with a mark that it belongs to the run.
/// Throws Error{drift} when a table of that name belongs to somebody else, or when one that has
/// batches is gone.
void create_side_tables(db::SqlSession& session, const plan::Plan& plan, const ledger::Run& run);
/// (tx) Makes one of them anew, without rows, indexes and constraints. Throws Error{drift} that
/// names who needs it, where somebody does (a foreign key, a view, an inheriting table).
void recreate_side_table(db::SqlSession& session, const plan::TablePlan& table,
                         const ledger::Run& run);

}  // namespace sluice::copy
