#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/codec/row_form.h"

namespace sluice::db::pg {

/// Turns rows of row form into lines of COPY's text format, for tables with a column whose type has
/// no safe binary form: its input function then reads the value, with the column's own length and
/// precision.
class CopyTextWriter {
 public:
  explicit CopyTextWriter(std::vector<codec::Carrier> carriers) : carriers_(std::move(carriers)) {}

  /// Appends the row's line to `out`. Throws Error{data} where the row does not have the carriers'
  /// form.
  void append(std::string_view tuple, std::string& out);

 private:
  void append_field(codec::Carrier carrier, std::string_view bytes, std::string& out);

  std::vector<codec::Carrier> carriers_;
  std::string text_;
};

}  // namespace sluice::db::pg
