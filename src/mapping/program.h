#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sluice/mapping/mapper.h"

#include "mapping/latin1_fields.h"
#include "mapping/pipeline.h"
#include "mapping/predicate.h"

/// A table's mapping, compiled: columns found, literals read, conversions chosen.
namespace sluice::mapping {

struct CompiledPart {
  Pipeline pipeline;
  Missing missing = Missing::quarantine;
};

struct CompiledConcat {
  std::vector<CompiledPart> parts;
  std::string separator;
  Missing all_missing = Missing::quarantine;
  StepList steps;
};

/// In the target's form already.
struct CompiledConstant {
  std::optional<std::string> bytes;
};

struct CompiledCase {
  std::optional<Predicate> when;
  std::variant<Pipeline, CompiledConcat, CompiledConstant> value;
  Finish finish;                    ///< not for constants
  std::vector<std::size_t> unread;  ///< fields that only other cases of the rule read
};

/// How one target field is made.
struct Cell {
  TargetField target;
  std::vector<CompiledCase> cases;
  bool lossy = false;
  bool keep_rest = false;
  /// The field that can be copied with its length word, without looking at it, where there is one.
  std::optional<std::size_t> verbatim;
};

struct Program {
  std::vector<SourceField> fields;
  std::optional<Latin1Fields> latin1;  ///< only where there are such
  std::optional<Predicate> filter;
  std::vector<Cell> cells;
  std::vector<std::size_t> key;
  std::vector<std::size_t> rest_drops;   ///< dropped fields whose values are kept
  std::vector<std::size_t> first_field;  ///< for each field the first of the same name
  bool identity = false;
  bool has_rest = false;
};

/// Reports everything that is wrong; the program may be run only if there is no error.
[[nodiscard]] Program compile(const TableMapping& mapping, const std::string& where,
                              std::vector<model::Finding>& findings);

}  // namespace sluice::mapping
