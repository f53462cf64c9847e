#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/codec/digest.h"
#include "sluice/config/config.h"
#include "sluice/mapping/fit.h"
#include "sluice/mapping/mapper.h"
#include "sluice/mapping/rules.h"
#include "sluice/model/key.h"
#include "sluice/model/name.h"
#include "sluice/model/schema.h"

/// The plan: config and catalogues resolved into data. Everything that copy, verify and status do
/// is read from here. No clock and no estimate stands in it, so the same config and the same tables
/// give the same bytes and the same SHA-256. (One choice follows statistics: by key or by heap
/// block. A run that goes on uses the plan it began with, never a new one.)
namespace sluice::plan {

/// One field of a table's source row form, in read order.
struct SourceField {
  std::string name;
  model::ColumnType type;
  codec::Carrier carrier{};  // as the rows hold it; text where a rule's steps need the text
  codec::Carrier natural{};  // what the type has by itself; conditions compare as this
  bool nullable = true;
};

/// One column of the target row form, in write order. Columns the target fills itself (defaults,
/// identity, generated) are not here.
struct TargetField {
  std::string name;
  model::ColumnType type;
  codec::Carrier carrier{};
  mapping::Fit fit;  // mapping::fit_of(type, nullable); not in the JSON
  bool nullable = true;
  bool staged = false;  // no safe binary form: travels as text and is cast by the server
};

/// One statement that comes back after the load. Steps of one stage may run in parallel, over all
/// tables; a stage begins when the one before is done.
///
/// index, exclusion, check, foreign_key: done if and only if the catalogue knows `name`.
/// primary_key, unique: done if and only if the index `name` backs a constraint.
/// validate: done if and only if the foreign key `name` is validated.
/// position, setting: may be run again at any time.
struct DeferredStep {
  /// DO NOT CHANGE THE NAMES (to_string): they stand in plans.
  enum class Kind : std::uint8_t {
    index,        // stage 1: CREATE [UNIQUE] INDEX, also those that will back a constraint
    primary_key,  // stage 2: makes the index of the same name the primary key
    unique,       // stage 2: the same for a unique constraint
    exclusion,    // stage 2
    check,        // stage 2
    position,     // stage 2: puts the side table's own sequence behind every number in use
    foreign_key,  // stage 3: NOT VALID, so that the other table is locked for a moment only
    validate,     // stage 4: of foreign_key
    setting,      // stage 4: comments, replica identity, clustering, statistics, autovacuum
  };
  Kind kind{};
  std::string name;  // on the side; differs from `of` where the schema has room for one only
  std::string of;    // the live object it stands for
  std::string sql;   // complete statement

  // What rows must satisfy, for finding those at fault when the server refuses the statement. SQL
  // in terms of the side table's columns.
  bool unique = false;              // of index
  bool nulls_not_distinct = false;  // of a unique index
  std::vector<std::string> key;     // unique index, exclusion, foreign_key: columns or expressions
  // One for each of `key`. exclusion: rows of which all hold exclude each other. foreign_key: a
  // row's parent is the one of which all hold, the parent's value to the left.
  std::vector<std::string> operators;
  // foreign_key, and a setting of one: the side table where the plan has one
  model::QualifiedName referenced;
  std::vector<std::string> referenced_key;  // foreign_key
  std::string condition;  // check: its expression; index, exclusion: its WHERE, or empty

  friend bool operator==(const DeferredStep&, const DeferredStep&) = default;
};

[[nodiscard]] std::string_view to_string(DeferredStep::Kind kind) noexcept;
/// 1, 2, ...: see the kinds.
[[nodiscard]] int stage(DeferredStep::Kind kind) noexcept;
inline constexpr int kStages = 4;

/// One line of a table's shape: what it is about ("column email") and all that matters of it
/// ("varchar(40) not null default ''").
struct ShapeLine {
  std::string object;
  std::string text;
  friend auto operator<=>(const ShapeLine&, const ShapeLine&) = default;
};
using Shape = std::vector<ShapeLine>;  // columns in their order, then everything else by name

/// A column that source and target each compute by themselves.
struct ComputedColumn {
  std::string name;         // in the source
  std::string target_name;  // in the JSON only where it is another
  model::ColumnType source;
  model::ColumnType target;
};

struct TablePlan {
  int number = 0;  // 1, 2, ... in plan order; identifies the table inside a run
  model::QualifiedName source;
  model::QualifiedName target;  // the live table
  model::QualifiedName side;    // the table that is filled
  bool is_new = false;          // there is no live table: the side table may take its name
  std::vector<SourceField> read;
  std::vector<std::size_t> key;  // into `read`, in key order; empty: no usable key
  model::RangeKind order = model::RangeKind::key;
  std::vector<TargetField> write;
  /// Columns of `write` that make a target row findable (the target's primary key, or a NOT NULL
  /// unique key); empty: compared as a bag of rows.
  std::vector<std::size_t> target_key;
  std::vector<ComputedColumn> computed;  // not moved; both sides' figures of them are compared
  mapping::TableRules rules;  // resolved: one rule for each of `write`, by name; no same_names
  config::ExistingRows existing_rows{};
  std::uint64_t quarantine_limit = 0;
  std::optional<model::QualifiedName> rest;  // companion table <table>__rest, where a rule keeps it
  std::vector<std::string> side_ddl;   // creates the side (and rest) table and its own sequences
  std::vector<DeferredStep> deferred;  // by stage
  std::vector<std::string> naming;     // of a new table: it and its parts take their own names
  Shape source_shape;                  // what the copy depends on
  Shape target_shape;                  // everything that the side table must get
};

/// What makes new tables one family when they bear their own names: what no table can have before
/// others are there. Each step is one transaction.
///
/// parent: a partitioned table is made, without partitions; done if and only if `table` is there
/// and the run has recorded that it made it.
/// inherit: done if and only if `table` inherits from `other`.
/// foreign_key: done if and only if `table` has the constraint `name`.
/// position: may be run again at any time.
struct FamilyStep {
  /// DO NOT CHANGE THE NAMES (to_string): they stand in plans.
  enum class Kind : std::uint8_t {
    parent,       // before its partitions take their names, and with them their places
    inherit,      // when child and parent bear their names
    foreign_key,  // of or to a partitioned table, when its partitions are in their places
    position,     // of a partitioned table's own sequence
  };
  Kind kind{};
  model::QualifiedName table;
  model::QualifiedName other;               // inherit: the parent; foreign_key: what it refers to
  std::string name;                         // foreign_key: the constraint; position: the sequence
  std::vector<model::QualifiedName> needs;  // target tables that must bear their names first
  std::vector<std::string> statements;

  // foreign_key, for finding the rows that would stand against it; nothing of one that no row has
  // to satisfy (NOT VALID). The tables are those with rows: partitions, not what they belong to.
  std::vector<model::QualifiedName> referring;  // target tables
  std::vector<model::QualifiedName> referred;   // target tables; a row's parent may be in each
  std::vector<std::string> key;                 // this and the rest as in DeferredStep
  std::vector<std::string> operators;
  std::vector<std::string> referenced_key;

  friend bool operator==(const FamilyStep&, const FamilyStep&) = default;
};
[[nodiscard]] std::string_view to_string(FamilyStep::Kind kind) noexcept;

/// Format and version of the plan's JSON. DO NOT CHANGE the meaning of a member without a new
/// number.
inline constexpr std::string_view kPlanSchema = "sluice.plan/1";

struct Plan {
  std::string name;
  model::ServerIdentity source;
  model::ServerIdentity target;
  codec::DigestAlgorithm digest{};
  std::string config_sha256;
  config::NewTables new_tables{};
  std::vector<model::SchemaObject> objects;  // made before side tables, those that are not there
  std::vector<TablePlan> tables;             // largest first is copy's business; in config order
  std::vector<FamilyStep> families;          // in this order
  /// Of the source: sequences, tables with AUTO_INCREMENT. Where they stand is read with the rows,
  /// so that no number is given out twice.
  std::vector<model::QualifiedName> counters;
  std::vector<config::LeftTable> leave;  // source tables left behind on purpose, with reasons
  std::vector<config::Check> checks;
};

/// What a table's Mapper is compiled from.
[[nodiscard]] mapping::TableMapping mapping_of(const TablePlan& table);

/// Canonical JSON (sorted keys, no white space) of the plan; its SHA-256 is the plan's name
/// everywhere else.
[[nodiscard]] std::string to_json(const Plan& plan);
/// The exact inverse. Throws Error{config} for anything that to_json does not write, unknown
/// versions included.
[[nodiscard]] Plan from_json(const std::string& text);
[[nodiscard]] std::string sha256_of(const Plan& plan);

/// The plan as it stands once the new tables of these numbers have taken their own names: what was
/// the side table is the table, and what refers to it says so.
[[nodiscard]] Plan with_names_taken(Plan plan, const std::set<int>& numbers);

/// The table without an index that is not unique, which the target could not build: `index` is its
/// own name, not that on the side.
[[nodiscard]] TablePlan without_index(TablePlan table, const std::string& index);

/// Where a config says that a server is, held to the server that the plan was made with: sessions
/// that are led elsewhere are refused with Error{drift}.
[[nodiscard]] model::Endpoint held_to(const model::ServerIdentity& planned,
                                      model::Endpoint endpoint);
/// Both of a config's servers, held so.
[[nodiscard]] config::Config held_to(const Plan& plan, config::Config config);

}  // namespace sluice::plan
