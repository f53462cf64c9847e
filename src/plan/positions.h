#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/model/schema.h"

/// Where numbers go on after the copy.
namespace sluice::plan {

/// A sequence of the target, and what it must lie behind.
struct Numbers {
  model::QualifiedName sequence;
  std::string options;  // "START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 9 ..."; may be empty
  std::vector<std::pair<model::QualifiedName, std::string>> used;  // columns that hold its numbers
  std::vector<model::QualifiedName> others;     // sequences of the target that gave numbers out
  std::optional<model::QualifiedName> counter;  // of the source, as the ledger has it
};

/// Puts the sequence behind all of them; does nothing where nothing has been given out. The ledger
/// is asked for the run that the transaction's setting sluice.run_id names.
[[nodiscard]] std::string position_sql(const Numbers& numbers);
/// A statement, with the blank behind it, before one that looks where a sequence stands and then
/// moves it.
[[nodiscard]] std::string one_at_a_time(const model::QualifiedName& sequence);

/// The sequences that a default takes its numbers from: of nextval('s'::regclass), whatever is made
/// of the numbers, as often as they are named.
[[nodiscard]] std::vector<model::QualifiedName> sequences_of_default(const model::Column& column);
/// The first of them.
[[nodiscard]] std::optional<model::QualifiedName> sequence_of_default(const model::Column& column);
[[nodiscard]] bool is_integer(const model::ColumnType& type);
/// What gives the numbers of a source column out: its sequence, or the table with AUTO_INCREMENT.
[[nodiscard]] std::optional<model::QualifiedName> counter_of(const model::Table& source,
                                                             const model::Column& column);

}  // namespace sluice::plan
