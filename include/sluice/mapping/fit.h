#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/codec/problem.h"
#include "sluice/model/schema.h"

namespace sluice::mapping {

/// What a target column can hold beyond what its carrier says.
struct Fit {
  bool nullable = true;
  std::optional<std::size_t> max_characters;  ///< varchar(n), char(n): code points
  std::optional<std::size_t> max_bytes;       ///< name, "char": of UTF-8; the server cuts the rest
  /// char(n): the server pads to max_characters with blanks and gives them back, so the row form
  /// has them too.
  bool blank_padded = false;
  std::optional<int> precision;        ///< of numeric; absent: any value
  std::optional<int> scale;            ///< of numeric
  std::optional<int> fraction_digits;  ///< of times and timestamps; absent: six
  /// Of interval: "year", "month", "day", "hour" or "minute". What is smaller the server sets to
  /// zero, and keeps what is larger, whatever the first field is. Empty: all is kept.
  std::string last_field;
  std::optional<int> bits;          ///< of bit strings: at most; absent: any
  bool bits_exact = false;          ///< bit(n): exactly `bits`
  std::vector<std::string> labels;  ///< of an enum, where the catalogue named them; empty: any text

  friend bool operator==(const Fit&, const Fit&) = default;
};

/// The fit of a column of a PostgreSQL target.
[[nodiscard]] Fit fit_of(const model::Column& column);
[[nodiscard]] Fit fit_of(const model::ColumnType& type, bool nullable);

/// True where every value that a column of `source` type can hold, carried by the same carrier as
/// the target's, fits `fit` byte for byte: no check is needed. NULL is not looked at.
[[nodiscard]] bool always_fits(const model::ColumnType& source, codec::Carrier carrier,
                               const Fit& fit);

/// Checks the binary form `value` of `carrier` against the fit. Where the target holds it in
/// another form (blanks of char(n), scale of numeric), that form is put into `changed` (cleared
/// first) and `value` set to it.
[[nodiscard]] codec::Problem apply_fit(codec::Carrier carrier, const Fit& fit,
                                       std::string_view& value, std::string& changed);

}  // namespace sluice::mapping
