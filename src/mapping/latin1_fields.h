#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sluice/mapping/mapper.h"

#include "mapping/row_split.h"

namespace sluice::mapping {

/// True for the problems of a text of which nobody knows what it should be.
[[nodiscard]] constexpr bool is_unsettled(codec::Problem problem) noexcept {
  return problem == codec::Problem::utf8_in_latin1 || problem == codec::Problem::latin1_not_utf8;
}

/// Texts of MySQL's latin1, looked at before anything else is done with a row: what their bytes
/// are, and what the mapping says of that.
class Latin1Fields {
 public:
  /// Reports what is wrong with the mapping's answers. Columns that are taken as they stand cost
  /// nothing: they are not among the fields.
  Latin1Fields(const TableMapping& mapping, const std::string& where,
               std::vector<model::Finding>& findings);

  [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
  /// Whether the field's bytes may be others than those of the row.
  [[nodiscard]] bool may_change(std::size_t field) const noexcept;

  /// Puts the texts that are meant into `row`, and problems. False where there was a problem. The
  /// texts are valid until the next call.
  [[nodiscard]] bool settle(RowFields& row);

 private:
  struct Field {
    std::size_t index = 0;
    std::optional<Latin1Holds> holds;
    std::string bytes;  ///< memory of the text that is meant
  };

  [[nodiscard]] static bool settle(Field& field, FieldValue& value);

  std::vector<Field> fields_;
};

}  // namespace sluice::mapping
