#pragma once

#include <map>
#include <optional>
#include <set>
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

/// Of a partition, or of a partitioned table that is one itself.
struct Place {
  model::QualifiedName parent;  // in the target
  std::string bound;            // "FOR VALUES FROM (1) TO (9)", "DEFAULT"
};

/// What a table is to others when all bear their own names.
struct Kin {
  std::optional<Place> place;
  std::vector<model::QualifiedName> inherits;  // from these tables of the target, in this order
  /// Sequences that others take numbers from as well, and the columns that they belong to.
  std::vector<std::pair<model::QualifiedName, std::string>> owned;
  /// Of a partitioned table, by column: what gives its numbers out in the source.
  std::map<std::string, model::QualifiedName> counters;
};

/// A table that is to be made.
struct NewTable {
  schema::Design design;  // under the target's name, with the source's columns
  std::vector<std::pair<std::string, std::string>> renamed;  // source column, target column
  std::vector<std::string> dropped;                          // source columns
  std::vector<std::pair<std::string, std::string>> added;    // target column, type
  Kin kin;
  model::QualifiedName source;

  /// It holds no rows of its own.
  [[nodiscard]] bool is_partitioned() const noexcept { return !design.table.partition_key.empty(); }
};

/// What came of all trials.
struct MadeTables {
  std::vector<model::Table> tables;          // as the target showed them, with foreign keys
  std::vector<model::SchemaObject> objects;  // that they need, in the order of making
  std::vector<model::Finding> findings;
  std::vector<model::Table> parents;  // partitioned tables, each after the one it is a part of
  std::map<model::QualifiedName, Kin> kin;  // of tables and parents
  /// A table and what it was to be a part of, or to inherit from, which the target did not allow;
  /// or a partitioned table that it cannot make, and nothing.
  std::set<std::pair<model::QualifiedName, model::QualifiedName>> refused;
};

/// Every table of the config that says "create", has a source table, and is not in the target;
/// before them the partitioned tables that they are partitions of. Names of indexes and sequences
/// are free there, and each is given once.
[[nodiscard]] std::vector<NewTable> new_tables(const config::Config& config,
                                               const model::Catalog& source,
                                               const model::Catalog& target);

/// Errors "object-differs": what new tables need and the target has with another definition, for
/// nothing is made whose name is there; or a sequence that belongs to a column there, and to none
/// in the source. Comments do not count. Warnings where only expressions differ and the servers are
/// of different major versions, which may print one in two ways.
[[nodiscard]] std::vector<model::Finding> differing_objects(const std::vector<NewTable>& tables,
                                                            const model::Catalog& source,
                                                            const model::Catalog& target);

/// Tables that a run of `plan` has made are still its new ones when it is planned again: takes
/// them, their side tables and what they need out of `target`, and returns the tables and parents
/// as the plan had them.
[[nodiscard]] MadeTables take_own_tables(const Plan& plan, model::Catalog& target);
/// Of the designs those that are not there yet, and are to be tried.
[[nodiscard]] std::vector<NewTable> without_own(const std::vector<NewTable>& designs,
                                                const MadeTables& own);
/// Puts them to what the trial showed. What the plan gives no place, because the target refused it,
/// gets none now: nothing is tried with tables that are in use.
void add_own_tables(const Plan& plan, const std::vector<NewTable>& designs, MadeTables own,
                    MadeTables& made);

/// What the trial runs, in this order; each statement may be refused.
struct TrialScript {
  std::vector<std::string> make;    // the table; nothing can be tried without it
  std::vector<DeferredStep> parts;  // indexes, constraints, settings; without foreign keys
};
[[nodiscard]] TrialScript trial_script(const NewTable& table);
/// Then: its comment, and what the config renames, drops and adds.
[[nodiscard]] std::vector<std::string> finishing_statements(const NewTable& table);

/// Makes a partitioned table under its own name, with its columns as the config has them, without
/// partitions and foreign keys.
[[nodiscard]] std::vector<std::string> parent_script(const NewTable& parent);
/// ALTER TABLE ... ATTACH PARTITION ...
[[nodiscard]] std::string attach_sql(const model::QualifiedName& table, const Place& place);
/// Whether one of the statements does that for a partition of `parent`.
[[nodiscard]] bool attaches_to(const model::QualifiedName& parent,
                               const std::vector<std::string>& statements);
[[nodiscard]] std::string inherit_sql(const model::QualifiedName& table,
                                      const model::QualifiedName& parent);

/// Columns with a default or an expression, which a server may not understand.
[[nodiscard]] std::vector<std::string> doubtful_columns(const NewTable& table);
/// The same table where of all doubtful columns only `column` has what is doubtful; none: "".
[[nodiscard]] NewTable with_only(const NewTable& table, const std::string& column);
/// The same table where `column` has no default and is not generated.
void make_plain(NewTable& table, const std::string& column);

/// Says in `made` what the designs need and what they are to each other, without what was refused,
/// and puts its tables in the order of their designs.
void attach_kin(const std::vector<NewTable>& designs, MadeTables& made);

/// A table that a run of the plan has made, as it was before it had its place among others.
[[nodiscard]] model::Table as_planned(const Plan& plan, model::Table table);

/// Puts the designs' foreign keys on the tables that were shown, between target tables and under
/// their columns' names. Those that PostgreSQL would refuse are left out with a finding.
void attach_foreign_keys(const config::Config& config, const std::vector<NewTable>& designs,
                         const model::Catalog& target, MadeTables& made);

}  // namespace sluice::plan
