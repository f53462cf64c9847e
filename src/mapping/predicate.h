#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/mapping/condition.h"
#include "sluice/mapping/mapper.h"

/// Conditions made ready to be asked of many rows.
namespace sluice::mapping {

/// One field of the row at hand.
struct FieldValue {
  bool null = true;
  /// Not none for irregular fields: `bytes` is then the source's raw text, not the carrier's form.
  codec::Problem problem = codec::Problem::none;
  std::string_view bytes;
  bool lost = false;  ///< what was read cannot be told from `bytes`
};

/// SQL's three values, and a fourth: an irregular field decides, and nobody can say how.
enum class Truth : unsigned char { no, unknown, undecidable, yes };

/// A literal in the binary form of the column's own type; why it has none otherwise. Texts true and
/// false count as 1 and 0 for integers, because MySQL's booleans are integers.
[[nodiscard]] codec::Problem literal_value(const Literal& literal, codec::Carrier carrier,
                                           std::string& out);

/// Whether the operator has a meaning for values of the carrier.
[[nodiscard]] bool can_compare(Condition::Op op, codec::Carrier carrier) noexcept;

class Predicate {
 public:
  /// REQUIRES: check_condition() finds nothing wrong with it.
  Predicate(const Condition& condition, std::span<const SourceField> fields);

  /// `scratch` is memory to work in.
  [[nodiscard]] Truth evaluate(std::span<const FieldValue> row, std::string& scratch) const;

 private:
  struct Leaf {
    std::size_t field = 0;
    codec::Carrier carrier{};  ///< as the row has it
    codec::Carrier natural{};  ///< as it is compared
    bool blank_padded = false;
    std::vector<std::string> literals;
  };

  [[nodiscard]] Truth evaluate_leaf(std::span<const FieldValue> row, std::string& scratch) const;
  [[nodiscard]] Truth evaluate_children(std::span<const FieldValue> row,
                                        std::string& scratch) const;
  [[nodiscard]] bool compare(std::string_view value) const;

  Condition::Op op_;
  Leaf leaf_;
  std::vector<Predicate> children_;
};

/// The field that a condition on that column looks at: the one with its natural carrier, where
/// there are two. Absent: no such column.
[[nodiscard]] std::optional<std::size_t> condition_field(std::string_view column,
                                                         std::span<const SourceField> fields);

/// Everything that keeps a condition from being asked: unknown columns, operators without meaning,
/// literals that are no values.
void check_condition(const Condition& condition, std::span<const SourceField> fields,
                     const std::string& where, std::vector<model::Finding>& findings);

}  // namespace sluice::mapping
