#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"

namespace sluice::db::pg {

/// Takes the fields of a result's row one after the other, in the order of the SELECT list. NULL is
/// an empty text, false, or 0, except where it is asked for.
class Row {
 public:
  explicit Row(const std::vector<Parameter>& fields) : fields_(fields) {}

  [[nodiscard]] const Parameter& next() { return fields_.at(at_++); }
  [[nodiscard]] std::string text() {
    const Parameter& field = next();
    return field ? *field : std::string();
  }
  [[nodiscard]] bool flag() { return next() == "t"; }
  [[nodiscard]] std::uint64_t number() {
    const Parameter& field = next();
    return field ? std::stoull(*field) : 0;
  }
  [[nodiscard]] std::optional<int> optional_int() {
    const Parameter& field = next();
    return field ? std::optional<int>(std::stoi(*field)) : std::nullopt;
  }
  [[nodiscard]] std::optional<double> optional_real() {
    const Parameter& field = next();
    return field ? std::optional<double>(std::stod(*field)) : std::nullopt;
  }

 private:
  const std::vector<Parameter>& fields_;
  std::size_t at_ = 0;
};

/// An array as the server reads it: {"a","b"}.
[[nodiscard]] std::string array_text(const std::vector<std::string>& elements);

}  // namespace sluice::db::pg
