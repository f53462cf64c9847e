#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/codec/digest.h"
#include "sluice/config/config.h"
#include "sluice/mapping/fit.h"
#include "sluice/mapping/rules.h"
#include "sluice/model/key.h"
#include "sluice/model/name.h"
#include "sluice/model/schema.h"

/// The plan: config and catalogues resolved into data. Everything that copy, verify and status do is read from here; nothing in it depends on the moment (no
/// estimates, no clocks), so the same config and the same tables give the same bytes and the same SHA-256.
namespace sluice::plan {

/// One field of a table's source row form, in read order.
struct SourceField {
  std::string name;
  model::ColumnType type;
  codec::Carrier carrier{};  // text where a mapping works on text
  bool nullable = true;
};

/// One column of the target row form, in write order. Columns the target fills itself (defaults, identity, generated) are not here.
struct TargetField {
  std::string name;
  model::ColumnType type;
  codec::Carrier carrier{};
  mapping::Fit fit;
  bool nullable = true;
  bool staged = false;  // no safe binary form: travels as text and is cast by the server
};

/// One DDL statement that comes back after the load, and the name by which the catalogue must know the result.
struct DeferredStep {
  enum class Kind : std::uint8_t { primary_key, unique, index, check, foreign_key, identity, not_null };
  Kind kind{};
  std::string name;    // name on the side table; made from the live one so that both can exist at once
  std::string of;      // the live object it stands for
  std::string sql;     // complete statement
};

struct TablePlan {
  int number = 0;  // 1, 2, ... in plan order; identifies the table inside a run
  model::QualifiedName source;
  model::QualifiedName target;  // the live table
  model::QualifiedName side;    // the table that is filled
  std::vector<SourceField> read;
  std::vector<std::size_t> key;  // into `read`, in key order; empty: no usable key
  model::RangeKind order = model::RangeKind::key;
  std::vector<TargetField> write;
  /// Columns of `write` that make a target row findable (the target's primary key, or a NOT NULL unique key); empty: compared as a bag of rows.
  std::vector<std::size_t> target_key;
  mapping::TableRules rules;
  config::ExistingRows existing_rows{};
  std::uint64_t quarantine_limit = 0;
  std::optional<model::QualifiedName> rest;  // companion table <table>__rest where a rule keeps the rest
  std::vector<std::string> side_ddl;         // creates the side (and rest) table: columns only
  std::vector<DeferredStep> deferred;        // in order of dependency; steps of one kind may run in parallel
  std::string source_shape_sha256;
  std::string target_shape_sha256;
};

struct Plan {
  static constexpr int kVersion = 1;
  std::string name;
  model::ServerIdentity source;
  model::ServerIdentity target;
  codec::DigestAlgorithm digest{};
  std::string config_sha256;
  std::vector<TablePlan> tables;         // largest first is copy's business; here in config order
  std::vector<config::LeftTable> leave;  // source tables left behind on purpose, with reasons
  std::vector<config::Check> checks;
};

/// Canonical JSON (sorted keys, no white space) of the plan; its SHA-256 is the plan's name everywhere else.
[[nodiscard]] std::string to_json(const Plan& plan);
/// The exact inverse. Throws Error{config} for anything that to_json does not write, unknown versions included.
[[nodiscard]] Plan from_json(const std::string& text);
[[nodiscard]] std::string sha256_of(const Plan& plan);

}  // namespace sluice::plan
