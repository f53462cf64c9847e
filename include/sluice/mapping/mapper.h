#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/codec/irregular.h"
#include "sluice/codec/problem.h"
#include "sluice/codec/row_form.h"
#include "sluice/mapping/fit.h"
#include "sluice/mapping/overrides.h"
#include "sluice/mapping/rules.h"
#include "sluice/model/finding.h"
#include "sluice/model/schema.h"

namespace sluice::mapping {

/// One field of the source rows.
struct SourceField {
  std::string name;
  codec::Carrier carrier = codec::Carrier::text;  ///< as the rows hold it
  /// What the values are, where that is not `carrier`: columns that are read as text because a
  /// rule's steps need their text (needed_source_carrier). Conditions compare as this.
  std::optional<codec::Carrier> natural;
  model::ColumnType type;
  bool nullable = true;
};

/// One field of the target rows.
struct TargetField {
  std::string name;
  codec::Carrier carrier = codec::Carrier::text;
  Fit fit;
};

/// What a Mapper is compiled from.
struct TableMapping {
  /// In the order of the source row's fields. A column may stand twice, as text and with its
  /// natural carrier: rules whose steps need its text then use the first, everything else the
  /// second.
  std::vector<SourceField> source;
  /// Columns that are written, in the order of the target row's fields.
  std::vector<TargetField> target;
  /// A rule, or a source column of the same name where same_names is set, for each of `target`.
  /// Rules that are UseDefault have no field in `target`.
  TableRules rules;
  std::vector<std::size_t> key;  ///< indexes into `source`: names a row in <table>__rest
};

/// Every reason why no Mapper can be made of it; `where` goes into the findings. Empty or only
/// warnings: it can.
[[nodiscard]] std::vector<model::Finding> check_mapping(const TableMapping& mapping,
                                                        const std::string& where);

/// The carrier in which a source column should be read for a rule: text for dates and times whose
/// steps must see texts that are no dates ("0000-00-00"), the natural one otherwise. A column that
/// several rules use is read as text if one needs it.
[[nodiscard]] codec::Carrier needed_source_carrier(const Rule& rule, std::string_view column,
                                                   codec::Carrier natural);

enum class Outcome : std::uint8_t { mapped, filtered, quarantined };

/// One reason why a row does not map.
struct MapProblem {
  std::optional<std::size_t> source_column;  ///< index; absent where several columns make the value
  std::string target_column;  ///< empty: the filter, or a column that is only kept as rest
  codec::Problem problem = codec::Problem::none;
  std::string raw;      ///< the value in text form; bytes as they came where they are no text
  std::string message;  ///< for people
};

/// The columns of <table>__rest, in the order of its row form: all text, all NOT NULL. `source_key`
/// is a JSON array of the key's texts (["42","7"]), compact.
inline constexpr std::string_view kRestColumns[] = {"source_key", "column_name", "value"};

/// Makes target rows of source rows. Compiled once for a table; for one thread at a time: give
/// every thread its own.
///
/// After the first rows it allocates nothing for a row that maps. Deterministic: equal rows give
/// equal bytes.
class Mapper {
 public:
  /// Throws Error(config) with the first of check_mapping()'s errors.
  explicit Mapper(const TableMapping& mapping);
  Mapper(Mapper&&) noexcept;
  Mapper& operator=(Mapper&&) noexcept;
  ~Mapper();

  /// Appends the target row to `target`, and to `rest` a row for every old value that must be kept.
  /// Unless the outcome is `mapped` both are left as they were. `irregular` are this row's, in any
  /// order. Throws Error(data) where `source_row` is not a row of the declared number of fields.
  [[nodiscard]] Outcome map(std::string_view source_row,
                            std::span<const codec::Irregular> irregular, codec::RowBuffer& target,
                            codec::RowBuffer& rest);

  /// The same with decided values in place of what the rules give. A decided column's source is not
  /// even looked at. Throws Error(config) where a name is not a target column. A decided text that
  /// the column cannot hold is a problem like any other.
  [[nodiscard]] Outcome map_with_overrides(std::string_view source_row,
                                           std::span<const codec::Irregular> irregular,
                                           const Overrides& overrides, codec::RowBuffer& target,
                                           codec::RowBuffer& rest);

  /// Of the last call that gave `quarantined`; valid until the next call.
  [[nodiscard]] const std::vector<MapProblem>& problems() const noexcept;

  /// True where every row without irregular fields maps to exactly its own bytes: the caller may
  /// pass such rows on without map(). Rows with irregular fields still have to go through map().
  [[nodiscard]] bool is_identity() const noexcept;
  /// True where a row can leave something for <table>__rest.
  [[nodiscard]] bool has_rest() const noexcept;
  /// For each target column whether the row of the last call, which gave `mapped`, has lost
  /// something on its way into it: other than 0 only where the column's rule is lossy. Empty where
  /// no rule is.
  [[nodiscard]] std::span<const char> lost() const noexcept;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace sluice::mapping
