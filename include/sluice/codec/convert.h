#pragma once

#include <string>
#include <string_view>

#include "sluice/codec/carrier.h"
#include "sluice/codec/problem.h"

namespace sluice::codec {

/// What came of reading a text: none, or why it is not a value of the carrier.
struct ParseResult {
  Problem problem = Problem::none;

  explicit operator bool() const noexcept { return problem == Problem::none; }
  friend bool operator==(const ParseResult&, const ParseResult&) = default;
};

/// Appends the text form of a value, exactly as PostgreSQL prints it with DateStyle ISO, TimeZone
/// UTC, IntervalStyle postgres, bytea_output hex and shortest floats. False, with `out` as it was,
/// where the bytes are not a binary form of the carrier. json is printed as it stands; jsonb
/// without its version byte.
[[nodiscard]] bool to_text(Carrier carrier, std::string_view binary, std::string& out);

/// Appends the binary form of the value that `text` states. Strict: white space is not trimmed,
/// nothing is rounded or guessed. Reads at least everything that to_text() writes; the forms are in
/// the headers of the parts (numeric.h, datetime.h, uuid.h, bits.h, float_text.h, network.h). On
/// failure `out` is as it was.
///
/// text and json are checked for UTF-8 and U+0000; json for grammar; jsonb is brought to normal
/// form (jsonb_text.h), and a duplicate key is a failure. timestamptz without an offset is read as
/// UTC.
[[nodiscard]] ParseResult from_text(Carrier carrier, std::string_view text, std::string& out);

/// True where the bytes are a well-formed binary form of the carrier that PostgreSQL would accept.
[[nodiscard]] bool is_well_formed(Carrier carrier, std::string_view binary);

}  // namespace sluice::codec
