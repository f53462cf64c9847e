#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/model/finding.h"
#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"
#include "sluice/schema/design.h"

/// Target tables that are not there yet. Nobody but the target's server knows how it will spell a
/// type, a default or a check, and what it refuses. So each table is designed here, tried on the
/// server in a transaction that is rolled back (copy/trial.h), and planned as the server showed it.
namespace sluice::plan {

/// A table that is to be made.
struct NewTable {
  schema::Design design;  // under the target's name, with the source's columns
  std::vector<std::pair<std::string, std::string>> renamed;  // source column, target column
  std::vector<std::string> dropped;                          // source columns
  std::vector<std::pair<std::string, std::string>> added;    // target column, type
};

/// What came of all trials.
struct MadeTables {
  std::vector<model::Table> tables;          // as the target showed them, with foreign keys
  std::vector<model::SchemaObject> objects;  // that they need, in the order of making
  std::vector<model::Finding> findings;
};

/// Every table of the config that says "create", has a source table, and is neither in the target
/// nor in `made`. Names of indexes and sequences are free there, and each is given once.
[[nodiscard]] std::vector<NewTable> new_tables(const config::Config& config,
                                               const model::Catalog& source,
                                               const model::Catalog& target,
                                               const MadeTables& made = {});

/// What the trial runs, in this order; each statement may be refused.
struct TrialScript {
  model::QualifiedName side;
  std::vector<std::string> make;    // the table; nothing can be tried without it
  std::vector<DeferredStep> parts;  // indexes, constraints, settings; without foreign keys
};
[[nodiscard]] TrialScript trial_script(const NewTable& table);
/// Then: own names, and what the config renames, drops and adds. `made`: the parts that were not
/// refused.
[[nodiscard]] std::vector<std::string> finishing_statements(const NewTable& table,
                                                            const std::vector<DeferredStep>& made);

/// Columns with a default or an expression, which a server may not understand.
[[nodiscard]] std::vector<std::string> doubtful_columns(const NewTable& table);
/// The same table where of all doubtful columns only `column` has what is doubtful; none: "".
[[nodiscard]] NewTable with_only(const NewTable& table, const std::string& column);
/// The same table where `column` has no default and is not generated.
void make_plain(NewTable& table, const std::string& column);

/// Puts the designs' foreign keys on the tables that were shown, between target tables and under
/// their columns' names. Those that PostgreSQL would refuse are left out with a finding.
void attach_foreign_keys(const config::Config& config, const std::vector<NewTable>& designs,
                         const model::Catalog& target, MadeTables& made);

}  // namespace sluice::plan
