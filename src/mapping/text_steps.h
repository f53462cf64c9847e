#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/date_pattern.h"
#include "sluice/codec/problem.h"
#include "sluice/mapping/rules.h"

/// The steps of a rule, made ready to run on the texts of many values.
namespace sluice::mapping {

/// A text on its way through steps. `view` looks at the row, at a step's own data, or at one of the
/// buffers.
struct TextValue {
  bool null = false;
  bool lost = false;  ///< some step took something away
  std::string_view view;
};

/// Two buffers in turn: a step reads one and writes the other.
class TextBuffers {
 public:
  /// The one that `view` does not look at, empty.
  [[nodiscard]] std::string& other(std::string_view view) noexcept {
    const bool in_first =
        view.data() >= first_.data() && view.data() <= first_.data() + first_.size();
    std::string& free = in_first ? second_ : first_;
    free.clear();
    return free;
  }

 private:
  std::string first_;
  std::string second_;
};

/// What remains without white space at both ends: space, tab, line feed, vertical tab, form feed,
/// carriage return, U+00A0.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// One value map with its entries ready to be found by bisection.
class CompiledMap {
 public:
  explicit CompiledMap(const ValueMap& map);
  [[nodiscard]] codec::Problem apply(TextValue& value) const;

 private:
  struct Entry {
    std::string old_value;
    std::optional<std::string> new_value;
    bool merges = false;  ///< another value has the same new value
  };
  std::vector<Entry> entries_;
  Otherwise otherwise_;
};

/// Applies one text step; `lost` is set where the old text cannot be told from the new one.
/// ParseDate is not one of them.
[[nodiscard]] codec::Problem apply_step(const Trim&, TextValue& value, TextBuffers& buffers);
[[nodiscard]] codec::Problem apply_step(const CollapseSpaces&, TextValue& value,
                                        TextBuffers& buffers);
[[nodiscard]] codec::Problem apply_step(const ChangeCase& step, TextValue& value,
                                        TextBuffers& buffers);
[[nodiscard]] codec::Problem apply_step(const NullIf& step, TextValue& value, TextBuffers& buffers);
[[nodiscard]] codec::Problem apply_step(const ParseNumber& step, TextValue& value,
                                        TextBuffers& buffers);
[[nodiscard]] codec::Problem apply_step(const Truncate& step, TextValue& value,
                                        TextBuffers& buffers);
[[nodiscard]] codec::Problem apply_step(const StripPrefixes& step, TextValue& value,
                                        TextBuffers& buffers);

}  // namespace sluice::mapping
