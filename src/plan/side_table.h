#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"

/// The SQL that makes a PostgreSQL side table and gives it, after the load, everything the live
/// table has.
namespace sluice::plan {

/// Live tables of the plan and the side tables that stand in for them.
using SideOf = std::map<model::QualifiedName, model::QualifiedName>;

/// "nextval('public.t_id_seq'::regclass)" as the server prints it: never with E, whatever
/// backslashes the name has. `sequence`: quoted.
[[nodiscard]] std::string printed_nextval(const std::string& sequence);

/// What fills a column whose value nobody gives.
enum class NumberSource : std::uint8_t {
  none,
  identity,
  own_sequence,  // serial: the sequence belongs to the column and its default is plain nextval of
                 // it
  shared_sequence,  // some other default with nextval
};
[[nodiscard]] NumberSource number_source(const model::Column& column);

/// Where a side table's columns come from.
enum class Model : std::uint8_t {
  live,    // a table that is there, and that will be replaced
  design,  // nothing is there: as the trial has found that it can be made
  named,   // the same under its own name, and its parts under theirs, from the beginning
};

/// CREATE SEQUENCE with the options of the column's own.
[[nodiscard]] std::string sequence_sql(const model::QualifiedName& name,
                                       const model::Column& column);

/// Statements that create the side table: the live table's columns, and sequences of its own, so
/// that nothing done to it moves the live table's numbers. Then the rest table, where there is one.
/// Nobody but the owner gets any right, whatever ALTER DEFAULT PRIVILEGES says; a new table, which
/// no cutover will give the live one's rights, keeps what it says. The table's comment is left to
/// cutover: until then the run marks its side tables by it. Throws Error{data} where the
/// catalogue's text is not understood.
[[nodiscard]] std::vector<std::string> side_ddl(const model::Table& live,
                                                const model::QualifiedName& side,
                                                const std::optional<model::QualifiedName>& rest,
                                                Model model = Model::live);

/// By column: what gives its numbers out in the source.
using Counters = std::map<std::string, model::QualifiedName>;

/// What comes back after the load, by stage. Foreign keys to tables of the plan point at their side
/// tables. Indexes that are not valid on the live table are left out. Throws Error{data} where a
/// definition is not understood.
[[nodiscard]] std::vector<DeferredStep> deferred_steps(const model::Table& live,
                                                       const model::QualifiedName& side,
                                                       const SideOf& side_of,
                                                       Model model = Model::live,
                                                       const Counters& counters = {});

}  // namespace sluice::plan
